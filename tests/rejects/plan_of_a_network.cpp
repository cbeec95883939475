// rejects: elbo: not a model: vae<encoder, decoder>, or a struct with networks, inputs, objective
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
struct model : vae<encoder, decoder> {};

#ifdef ELBO_ACCEPTED
static_assert(plan_of<model>.bytes(100) < 64_MiB);
#else
static_assert(plan_of<encoder>.bytes(100) < 64_MiB);
#endif
