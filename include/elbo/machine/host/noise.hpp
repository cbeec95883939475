// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/machine/host/simd.hpp>

#include <algorithm>

ELBO_COMPILED_ONCE

namespace elbo::kernels {

// Sixteen Philox blocks at once, block l at counter[0] = first + l: the same integers as noise_words(). In registers, all
// ten rounds through: as a loop over lanes it took eight times as long.
inline constexpr std::size_t philox_lanes = 16, philox_width = register_bytes / sizeof(std::uint32_t);

typedef std::uint32_t philox_words __attribute__((vector_size(register_bytes), aligned(alignof(std::uint32_t)), may_alias));
typedef std::uint64_t philox_products __attribute__((vector_size(register_bytes)));

// x by, of the lower half of every lane. g++ must be told by name of the instruction that does it; AVX-512 has one for whole lanes.
inline philox_products product_of_lower(philox_products x, std::uint32_t by) {
    typedef int ints __attribute__((vector_size(register_bytes)));
    [[maybe_unused]] const ints number = ints{} + static_cast<int>(by);
#if !defined(__clang__) && defined(__AVX2__) && !defined(__AVX512F__)
    return (philox_products)__builtin_ia32_pmuludq256((ints)x, number);
#elif !defined(__clang__) && defined(__SSE2__) && !defined(__AVX__)
    return (philox_products)__builtin_ia32_pmuludq128((ints)x, number);
#else
    return (x & 0xFFFFFFFFu) * by;
#endif
}
// Both halves of the 64-bit products of words with a number.
struct halves_of_products {
    philox_words low, high;

    halves_of_products(philox_words x, std::uint32_t by) {
        constexpr std::uint64_t lower = 0xFFFFFFFFu;
        const philox_products   even = product_of_lower((philox_products)x, by), odd = product_of_lower((philox_products)x >> 32, by);
        low  = (philox_words)((even & lower) | (odd << 32));
        high = (philox_words)((even >> 32) | (odd & ~lower));
    }
};

ELBO_OUTLINE inline void philox_block(std::uint32_t (&w)[4][philox_lanes], std::uint32_t first, std::uint32_t sample,
                         std::uint32_t row, std::uint32_t step, random_key key) {
    for (std::size_t l = 0; l < philox_lanes; l += philox_width) {
        const philox_words none{};
        philox_words       x[4] = {none + first + static_cast<std::uint32_t>(l), none + sample, none + row, none + step};
        for (std::size_t i = 0; i < philox_width; ++i) x[0][i] += static_cast<std::uint32_t>(i);
        for (std::uint32_t round = 0; round < 10; ++round) {
            const halves_of_products a(x[0], 0xD2511F53u), b(x[2], 0xCD9E8D57u);
            x[0] = b.high ^ x[1] ^ (key[0] + round * 0x9E3779B9u);
            x[2] = a.high ^ x[3] ^ (key[1] + round * 0xBB67AE85u);
            x[1] = b.low, x[3] = a.low;
        }
        for (int k = 0; k < 4; ++k) *reinterpret_cast<philox_words*>(&w[k][l]) = x[k];
    }
}

// One row of noise: columns 4 b .. 4 b + 3 come from block b.
ELBO_OUTLINE inline void noise_row(float* y, std::size_t cols, random_key key, std::uint32_t step, std::uint32_t row,
                      std::uint32_t sample, bool uniform) {
    std::uint32_t w[4][philox_lanes];
    float         u[4][philox_lanes];
    for (std::size_t block = 0; block * 4 < cols; block += philox_lanes) {
        philox_block(w, static_cast<std::uint32_t>(block), sample, row, step, key);
        for (int k = 0; k < 4; ++k)
            for (std::size_t l = 0; l < philox_lanes; ++l) u[k][l] = uniform_from<float>(w[k][l]);
        if (!uniform)
            for (int pair = 0; pair < 4; pair += 2)
                for (std::size_t l = 0; l < philox_lanes; l += simd::width) {
                    using std::cos, std::log, std::sin, std::sqrt;
                    const simd::pack radius = sqrt(simd::splat(-2) * log(simd::load(u[pair] + l)));
                    const simd::pack angle  = simd::splat(6.283185307179586f) * simd::load(u[pair + 1] + l);
                    simd::store(u[pair] + l, radius * cos(angle));
                    simd::store(u[pair + 1] + l, radius * sin(angle));
                }
        const std::size_t begin = block * 4, n = std::min(cols - begin, 4 * philox_lanes);
        for (std::size_t i = 0; i < n; ++i) y[begin + i] = u[i % 4][i / 4];
    }
}

}  // namespace elbo::kernels
