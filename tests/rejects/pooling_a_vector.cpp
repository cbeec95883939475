// rejects: elbo: this layer needs an image: put reshape<shape<channels, height, width>> before it
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, act::relu, max_pool<2>, flatten> {};
#else
struct network : stack<image, flatten, act::relu, max_pool<2>> {};
#endif
