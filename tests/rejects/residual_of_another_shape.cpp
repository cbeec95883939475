// rejects: elbo: the layers inside residual must end in the shape they began with
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct encoder : stack<image, conv<8, 3>, residual<conv<8, 3, 1, 1>>, flatten, linear<40>, to<diagonal_normal<20>>> {};
#else
struct encoder : stack<image, conv<8, 3>, residual<conv<16, 3, 1, 1>>, flatten, linear<40>, to<diagonal_normal<20>>> {};
#endif

struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
struct model : vae<encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
