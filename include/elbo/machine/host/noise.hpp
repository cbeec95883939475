// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/machine/host/simd.hpp>

#include <algorithm>

namespace elbo::kernels {

// Sixteen Philox blocks at once, block l at counter[0] = first + l: the same integers as noise_words().
inline constexpr std::size_t philox_lanes = 16;

ELBO_OUTLINE inline void philox_block(std::uint32_t (&w)[4][philox_lanes], std::uint32_t first, std::uint32_t sample,
                         std::uint32_t row, std::uint32_t step, random_key key) {
    for (std::size_t l = 0; l < philox_lanes; ++l) {
        w[0][l] = first + static_cast<std::uint32_t>(l);
        w[1][l] = sample, w[2][l] = row, w[3][l] = step;
    }
    for (int round = 0; round < 10; ++round) {
        for (std::size_t l = 0; l < philox_lanes; ++l) {
            const std::uint64_t a = std::uint64_t{0xD2511F53u} * w[0][l], b = std::uint64_t{0xCD9E8D57u} * w[2][l];
            w[0][l] = static_cast<std::uint32_t>(b >> 32) ^ w[1][l] ^ key[0];
            w[2][l] = static_cast<std::uint32_t>(a >> 32) ^ w[3][l] ^ key[1];
            w[1][l] = static_cast<std::uint32_t>(b);
            w[3][l] = static_cast<std::uint32_t>(a);
        }
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
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
