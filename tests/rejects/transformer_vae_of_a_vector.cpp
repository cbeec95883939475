// rejects: elbo: only images have a pose: the encoder of transformer_vae begins with shape<1, 28, 28>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;


#ifdef ELBO_ACCEPTED
using data = image;
#else
using data = shape<36>;
#endif
struct encoder : stack<data, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<data>, to<bernoulli>> {};
struct sees : stack<data, flatten, linear<6>> {};
struct model : transformer_vae<encoder, decoder, sees> {};
static_assert(plan_of<model>.bytes(2) < 64_MiB);
