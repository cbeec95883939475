// rejects: elbo: the pose network begins with the image that the encoder begins with
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct sees : stack<image, flatten, linear<6>> {};
#else
struct sees : stack<shape<1, 5, 6>, flatten, linear<6>> {};
#endif
struct model : transformer_vae<encoder, decoder, sees> {};
static_assert(plan_of<model>.bytes(2) < 64_MiB);
