// rejects: elbo: a kernel covers at least one pixel
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, conv<8, 1>> {};
#else
struct network : stack<image, conv<8, 0>> {};
#endif
