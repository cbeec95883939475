// rejects: elbo: the likelihood is not over the pixels that are missing
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
using seen  = seen_part<image, left_half>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct guess : stack<shape<392>, linear<40>, to<diagonal_normal<20>>> {};

#ifdef ELBO_ACCEPTED
struct decoder : stack<shape<20>, join<seen>, linear<392>, to<bernoulli>> {};
#else
struct decoder : stack<shape<20>, join<seen>, linear<784>, to<bernoulli>> {};
#endif

struct model : completion<encoder, decoder, guess, left_half> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
