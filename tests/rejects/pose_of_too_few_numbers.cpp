// rejects: elbo: without a pose_prior the pose network ends in as many numbers as the pose has
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct sees : stack<image, flatten, linear<6>> {};
#else
struct sees : stack<image, flatten, linear<5>> {};
#endif
struct model : transformer_vae<encoder, decoder, sees> {};
static_assert(plan_of<model>.bytes(2) < 64_MiB);
