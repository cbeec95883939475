// rejects: elbo: what transformer_vae moves are the means of a bernoulli: end the decoder in to<bernoulli>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct sees : stack<image, flatten, linear<6>> {};

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};
#else
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<normal<>>> {};
#endif
struct model : transformer_vae<encoder, decoder, sees> {};
static_assert(plan_of<model>.bytes(2) < 64_MiB);
