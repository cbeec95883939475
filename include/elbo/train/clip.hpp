// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

// The length of a gradient, and what is done when it is too long.
//
// The norm has the same bits for any number of threads: the buffer is cut into blocks of a fixed length, each summed
// in double in a fixed order, and the blocks' sums are added in order. Threads share the blocks, not the sum.

namespace elbo {

inline constexpr std::size_t norm_block = 4096;

constexpr std::size_t norm_blocks(std::size_t n) { return (n + norm_block - 1) / norm_block; }

// The sum of squares of block `which`; the last block may be shorter.
template <class T>
double block_square_sum(std::span<const T> values, std::size_t which) {
    constexpr std::size_t lanes = 16;
    const std::span       block =
        values.subspan(which * norm_block).first(std::min(norm_block, values.size() - which * norm_block));
    double      sums[lanes] = {};
    std::size_t i           = 0;
    for (; i + lanes <= block.size(); i += lanes)
        for (std::size_t l = 0; l < lanes; ++l) {
            const double x = static_cast<double>(block[i + l]);
            sums[l] += x * x;
        }
    for (std::size_t l = 0; i < block.size(); ++i, ++l) {
        const double x = static_cast<double>(block[i]);
        sums[l] += x * x;
    }
    double sum = 0;
    for (const double s : sums) sum += s;
    return sum;
}

inline double norm_from(std::span<const double> block_sums) {
    double sum = 0;
    for (const double s : block_sums) sum += s;
    return std::sqrt(sum);
}

template <class T>
double global_norm(std::span<const T> values) {
    double sum = 0;
    for (std::size_t b = 0; b < norm_blocks(values.size()); ++b) sum += block_square_sum(values, b);
    return std::sqrt(sum);
}

// What gradients of this norm are multiplied by so that it is at most `limit`; 0 is no limit. PyTorch's
// clip_grad_norm_, and so with its 10^-6. A norm that is not finite gives a scale that is not finite.
inline double clip_scale(double norm, double limit) {
    if (!std::isfinite(norm)) return std::nan("");
    return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0;
}

template <class T>
void clip_values(std::span<T> values, T limit) {
    for (T& x : values) {
        const T low = x < -limit ? -limit : x;  // NaN stays
        x           = low > limit ? limit : low;
    }
}

}  // namespace elbo
