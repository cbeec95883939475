// rejects: elbo: the encoder learns through its samples, and those of this distribution have no gradient: use a normal or a laplace
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct encoder : stack<image, flatten, linear<20>, to<diagonal_laplace<10>>> {};
#else
struct encoder : stack<image, flatten, linear<10>, to<categorical<10>>> {};
#endif

struct decoder : stack<shape<10>, linear<784>, reshape<image>, to<bernoulli>> {};
struct model : vae<encoder, decoder> {};
static_assert(plan_of<model>.bytes(100) < 64_MiB);
