// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>

namespace elbo::examples {

// What is seen, and which digit it is.
using image = shape<1, 28, 28>;
using digit = label<10>;

}  // namespace elbo::examples
