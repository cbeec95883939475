// rejects: elbo: the encoder joins a condition that the decoder does not: join<...> or one_sided_conditioning
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, join<label<10>>, linear<40>, to<diagonal_normal<20>>> {};

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<20>, join<label<10>>, linear<784>, reshape<image>, to<bernoulli>> {};
#else
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
#endif

struct model : vae<encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
