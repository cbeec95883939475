// SPDX-License-Identifier: MIT
#pragma once

// The one door to xsimd. Without it a "batch" is a single float and kernels are plain loops.

#include <elbo/core/pair_formula.hpp>

#include <cstddef>
#include <cstring>

#if defined(ELBO_WITH_XSIMD)
#if defined(__GNUC__) && !defined(__clang__)
// GCC's own AVX-512 headers read a deliberately uninitialised register.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <xsimd/xsimd.hpp>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#endif

namespace elbo::simd {

#if defined(ELBO_WITH_XSIMD)

using pack                       = xsimd::batch<float>;
inline constexpr std::size_t width = pack::size;

inline pack load(const float* from) { return pack::load_unaligned(from); }
inline void store(float* to, pack x) { x.store_unaligned(to); }
inline pack splat(float x) { return pack(x); }
inline float sum_of(pack x) {
    float lanes[width];
    store(lanes, x);
    for (std::size_t half = width / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) lanes[i] += lanes[i + half];
    return lanes[0];
}

#else

using pack                       = float;
inline constexpr std::size_t width = 1;

inline pack  load(const float* from) { return *from; }
inline void  store(float* to, pack x) { *to = x; }
inline pack  splat(float x) { return x; }
inline float sum_of(pack x) { return x; }

#endif

// An operand of an elementwise kernel: a run of numbers, or one number for the whole run.
struct operand {
    const float* at;
    bool         runs;
};

}  // namespace elbo::simd
