// rejects: elbo: the prior network's input is not the first condition that encoder and decoder join
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// p(z|y), y a label of ten classes.
using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, join<label<10>>, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, join<label<10>>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct about : stack<shape<10>, linear<40>, to<diagonal_normal<20>>> {};
#else
struct about : stack<shape<12>, linear<40>, to<diagonal_normal<20>>> {};
#endif

struct model : vae<encoder, decoder, prior<about>> {};
static_assert(plan_of<model>.bytes(100) < 64_MiB);
