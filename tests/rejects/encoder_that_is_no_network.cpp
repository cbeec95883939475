// rejects: elbo: the encoder must be a network: a struct that inherits from stack<...>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct model : vae<encoder, decoder> {};
#else
struct model : vae<diagonal_normal<20>, decoder> {};
#endif

static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
