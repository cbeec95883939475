// SPDX-License-Identifier: MIT
#pragma once

// What elementwise kernels count by. The one door to xsimd; without it a pack is our own, and where the compiler has no
// vectors a single float, so that kernels are plain loops.

#include <elbo/core/pair_formula.hpp>
#include <elbo/machine/host/ramp.hpp>

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
#elif defined(__GNUC__)
#include <elbo/machine/host/pack_math.hpp>
#endif

namespace elbo::simd {

#if defined(ELBO_WITH_XSIMD)

using pack = xsimd::batch<float>;

inline pack load(const float* from) { return pack::load_unaligned(from); }
inline void store(float* to, pack x) { x.store_unaligned(to); }

#elif !defined(__GNUC__)

using pack = float;

inline pack load(const float* from) { return *from; }
inline void store(float* to, pack x) { *to = x; }

#endif

inline constexpr std::size_t width = sizeof(pack) / sizeof(float);

inline pack splat(float x) { return pack(x); }

// Of all lanes, by halves.
template <class F>
float all_lanes(pack x, F both) {
    float lanes[width];
    store(lanes, x);
    for (std::size_t half = width / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) lanes[i] = both(lanes[i], lanes[i + half]);
    return lanes[0];
}
inline float sum_of(pack x) {
    return all_lanes(x, [](float a, float b) { return a + b; });
}
inline float largest_of(pack x) {
    return all_lanes(x, [](float a, float b) { return a > b ? a : b; });
}

// 1 in the last `count` lanes, else 0.
inline pack last_lanes(std::size_t count) {
    return load(ramp<width>.data() + count);
}

// An operand of an elementwise kernel: a run of numbers, or one number for the whole run.
struct operand {
    const float* at;
    bool         runs;
};

}  // namespace elbo::simd
