// rejects: elbo: the prior of a completion must be a network: a struct that inherits from stack<...>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
using seen  = seen_part<image, left_half>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, join<seen>, linear<392>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct guess : stack<shape<392>, linear<40>, to<diagonal_normal<20>>> {};
#else
using guess = standard_normal;
#endif

struct model : completion<encoder, decoder, guess, left_half> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
