// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace elbo {

// A string that can be a template argument: parameter<"weight", ...>.
template <std::size_t N>
struct text {
    char letters[N]{};

    consteval text(const char (&s)[N]) {
        for (std::size_t i = 0; i < N; ++i) letters[i] = s[i];
    }
    constexpr const char* c_str() const { return letters; }
    constexpr bool        operator==(const text&) const = default;
};

}  // namespace elbo
