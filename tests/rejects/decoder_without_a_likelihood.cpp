// rejects: elbo: the decoder must end in a likelihood: add to<bernoulli>, to<normal<>>, ...
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
#else
struct decoder : stack<shape<20>, linear<784>, reshape<image>> {};
#endif

struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct model : vae<encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
