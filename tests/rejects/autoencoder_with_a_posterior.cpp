// rejects: elbo: an autoencoder's encoder ends in a code, not in a distribution: remove to<...>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct encoder : stack<image, flatten, linear<20>> {};
#else
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
#endif

struct model : autoencoder<encoder, decoder> {};
static_assert(plan_of<model>.bytes(100) < 64_MiB);
