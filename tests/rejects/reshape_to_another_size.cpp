// rejects: elbo: reshape must keep the number of values
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<20>, linear<400>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
#else
struct decoder : stack<shape<20>, linear<400>, act::tanh, linear<780>, reshape<image>, to<bernoulli>> {};
#endif

struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct model : vae<encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
