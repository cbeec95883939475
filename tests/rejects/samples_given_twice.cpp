// rejects: elbo: evidence_bound takes samples<...> once, and once free_bits<...> or monte_carlo_kl
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct model : vae<encoder, decoder, objective<evidence_bound<samples<2>, monte_carlo_kl>>> {};
#else
struct model : vae<encoder, decoder, objective<evidence_bound<samples<2>, samples<2>>>> {};
#endif

static_assert(plan_of<model>.bytes(100) < 64_MiB);
