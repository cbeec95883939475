// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace elbo {

// So many zeros, then as many ones: a vector read `count` numbers on keeps its last `count` lanes.
template <std::size_t Lanes>
inline constexpr auto ramp = [] {
    std::array<float, 2 * Lanes> r{};
    for (std::size_t i = Lanes; i < 2 * Lanes; ++i) r[i] = 1;
    return r;
}();

}  // namespace elbo
