// rejects: elbo: output padding must be smaller than the stride
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, conv_transpose<8, 3, 2, 1, 1>> {};
#else
struct network : stack<image, conv_transpose<8, 3, 2, 1, 2>> {};
#endif
