// rejects: elbo: a stride must be at least 1
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// channels, kernel, stride, padding
using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, conv<8, 3, 1, 1>> {};
#else
struct network : stack<image, conv<8, 3, 0, 1>> {};
#endif
