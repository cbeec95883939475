// rejects: elbo: the decoder joins a condition that the encoder does not: join<...> or one_sided_conditioning
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, join<label<10>>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct model : vae<encoder, decoder, one_sided_conditioning> {};
#else
struct model : vae<encoder, decoder> {};
#endif

static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
