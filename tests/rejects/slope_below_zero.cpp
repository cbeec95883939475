// rejects: elbo: the ratio of leaky_relu or elu must not be negative
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, flatten, linear<10>, act::leaky_relu<1, 10>, act::elu<0, 1>> {};
#else
struct network : stack<image, flatten, linear<10>, act::leaky_relu<-1, 10>> {};
#endif
