// rejects: elbo: the likelihood is not over the shape of the data
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 784 numbers are not yet an image of 28 x 28.
using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
#else
struct decoder : stack<shape<20>, linear<784>, to<bernoulli>> {};
#endif

struct model : vae<encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
