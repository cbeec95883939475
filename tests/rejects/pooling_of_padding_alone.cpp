// rejects: elbo: pooling pads by at most half of its kernel
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, max_pool<2, 2, 1>> {};
#else
struct network : stack<image, max_pool<2, 2, 2>> {};
#endif
