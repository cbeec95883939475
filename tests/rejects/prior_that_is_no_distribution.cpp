// rejects: elbo: the prior must be standard_normal, a trained_prior or a network that ends in a distribution
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct model : vae<encoder, decoder, prior<trained_prior<diagonal_normal<20>, 40>>> {};
#else
struct model : vae<encoder, decoder, prior<diagonal_normal<20>>> {};
#endif

static_assert(plan_of<model>.bytes(100) < 64_MiB);
