// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace elbo {

// A term of a loss, or whatever else is measured, under its own name.
struct named_value {
    std::string name;
    double      value = 0;
};

}  // namespace elbo
