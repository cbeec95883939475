// rejects: elbo: upright_encoder needs a pose that can be undone: a thin-plate spline cannot
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};
struct sees : stack<image, flatten, linear<18>> {};

#ifdef ELBO_ACCEPTED
struct model : transformer_vae<encoder, decoder, sees, posed_by<thin_plate_pose<3>>> {};
#else
struct model : transformer_vae<encoder, decoder, sees, posed_by<thin_plate_pose<3>>, upright_encoder> {};
#endif
static_assert(plan_of<model>.bytes(2) < 64_MiB);
