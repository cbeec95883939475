// rejects: elbo: posed_by<...> needs a pose: affine_pose, similarity_pose, scaled_pose, sheared_pose or thin_plate_pose<N>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};
struct sees : stack<image, flatten, linear<6>> {};

#ifdef ELBO_ACCEPTED
struct model : transformer_vae<encoder, decoder, sees, posed_by<sheared_pose>> {};
#else
struct model : transformer_vae<encoder, decoder, sees, posed_by<shape<6>>> {};
#endif
static_assert(plan_of<model>.bytes(2) < 64_MiB);
