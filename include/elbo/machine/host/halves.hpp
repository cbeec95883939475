// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/block.hpp>

#include <bit>
#include <cstdint>

// Matrices whose numbers are bfloat16s, the upper halves of floats, for products of one row: there what counts is how the matrix comes
// from memory. Sums are of floats, in the same order as those of a matrix of floats, so that they are the same bits.
//
// Two numbers share a word, which lies where a float would: of a panel's row the vectors' lanes, the second vector's above the first
// one's. A strip is two panels, row after row, one behind the other, so that all of it comes as one stream.

ELBO_COMPILED_ONCE

namespace elbo::gemm {

inline constexpr std::size_t strip = 2 * panel;  // columns

typedef std::uint32_t words __attribute__((vector_size(lanes * sizeof(float))));

inline std::size_t words_of_halves(std::size_t k, std::size_t n) { return (n + strip - 1) / strip * k * panel; }

// b (k, n); columns that are missing are zeros.
ELBO_COLD inline void make_halves(std::size_t k, std::size_t n, const float* b, float* to) {
    const auto upper = [&](std::size_t p, std::size_t j) { return j < n ? std::bit_cast<std::uint32_t>(b[p * n + j]) >> 16 : 0; };
    for (std::size_t first = 0; first < n; first += strip)
        for (std::size_t p = 0; p < k; ++p)
            for (std::size_t j = first; j < first + strip; j += panel)
                for (std::size_t lane = 0; lane < lanes; ++lane) *to++ = std::bit_cast<float>(upper(p, j + lanes + lane) << 16 | upper(p, j + lane));
}

// Columns [first, last) of the row c = a B; `first` begins a strip.
ELBO_OUTLINE inline void row_times_halves(std::size_t k, const float* a, const float* b, std::size_t first, std::size_t last, float* c) {
    b += first / strip * k * panel;
    for (std::size_t j = first; j < last; j += strip) {
        vec acc[4] = {};
        for (std::size_t p = 0; p < k; ++p, b += panel) {
            __builtin_prefetch(b + 16 * panel);
            __builtin_prefetch(b + 16 * panel + lanes);
            const vec x = a[p] - vec{};
#pragma GCC unroll 2
            for (std::size_t v = 0; v < 2; ++v) {
                words both;
                std::memcpy(&both, b + v * lanes, sizeof both);
                acc[2 * v] += x * reinterpret_cast<vec>(both << 16), acc[2 * v + 1] += x * reinterpret_cast<vec>(both & 0xFFFF0000u);
            }
        }
        std::memcpy(c + j, acc, (last - j < strip ? last - j : strip) * sizeof(float));
    }
}

}  // namespace elbo::gemm
