// rejects: elbo: not an option of vae: prior<...>, objective<...> or one_sided_conditioning
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct model : vae<encoder, decoder, objective<importance_bound<5>>> {};
#else
struct model : vae<encoder, decoder, importance_bound<5>> {};
#endif

static_assert(plan_of<model>.bytes(100) < 64_MiB);
