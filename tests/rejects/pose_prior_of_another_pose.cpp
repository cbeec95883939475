// rejects: elbo: pose_prior<...> needs a network that ends in as many numbers as the pose has
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};
struct guesses : stack<image, flatten, linear<12>, to<diagonal_normal<6>>> {};

#ifdef ELBO_ACCEPTED
struct model : transformer_vae<encoder, decoder, guesses, pose_prior<located_poses<affine_pose>>> {};
#else
struct model : transformer_vae<encoder, decoder, guesses, pose_prior<located_poses<thin_plate_pose<3>>>> {};
#endif
static_assert(plan_of<model>.bytes(2) < 64_MiB);
