// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>

#include <cstddef>
#include <type_traits>

namespace elbo {

// The random number of one element: row r of a value of multiplicity K is sample r % K of batch row r / K.
// Four columns share one Philox block; columns 0 and 1 are a Box-Muller pair, 2 and 3 another.
// Index: 32 bits where divisions are dear.
template <class Index = std::size_t>
ELBO_HD constexpr random_words noise_words(random_key key, std::uint32_t step, std::uint32_t first_row, std::type_identity_t<Index> K,
                                           std::type_identity_t<Index> row, std::type_identity_t<Index> column) {
    return philox({static_cast<std::uint32_t>(column / 4), static_cast<std::uint32_t>(row % K),
                   first_row + static_cast<std::uint32_t>(row / K), step}, key);
}

template <class T, class Index = std::size_t>
ELBO_HD T noise_at(random_key key, std::uint32_t step, std::uint32_t first_row, std::type_identity_t<Index> K, std::type_identity_t<Index> row,
                   std::type_identity_t<Index> column, bool uniform) {
    const random_words w = noise_words<Index>(key, step, first_row, K, row, column);
    const Index within = column % 4;
    const auto  first = within < 2 ? w[0] : w[2], second = within < 2 ? w[1] : w[3];
    if (uniform) return uniform_from<T>(within % 2 == 0 ? first : second);
    const auto normals = normals_from<T>(first, second);
    return within % 2 == 0 ? normals[0] : normals[1];
}

}  // namespace elbo
