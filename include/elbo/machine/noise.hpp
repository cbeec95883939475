// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>

#include <cstddef>

namespace elbo {

// The random number of one element: row r of a value of multiplicity K is sample r % K of batch row r / K.
// Four columns share one Philox block; columns 0 and 1 are a Box-Muller pair, 2 and 3 another.
ELBO_HD constexpr random_words noise_words(random_key key, std::uint32_t step, std::uint32_t first_row, std::size_t K,
                                   std::size_t row, std::size_t column) {
    return philox({static_cast<std::uint32_t>(column / 4), static_cast<std::uint32_t>(row % K),
                   first_row + static_cast<std::uint32_t>(row / K), step}, key);
}

template <class T>
ELBO_HD T noise_at(random_key key, std::uint32_t step, std::uint32_t first_row, std::size_t K, std::size_t row,
           std::size_t column, bool uniform) {
    const random_words w = noise_words(key, step, first_row, K, row, column);
    if (uniform) return uniform_from<T>(w[column % 4]);
    const std::size_t pair = column % 4 / 2 * 2;
    return normals_from<T>(w[pair], w[pair + 1])[column % 2];
}

}  // namespace elbo
