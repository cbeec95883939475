// rejects: elbo: the classifier joins a condition: it sees the data alone
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear_with<label<10>, 40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, join<label<10>>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct classifier : stack<image, flatten, linear<10>, to<categorical<10>>> {};
#else
struct classifier : stack<image, flatten, join<label<10>>, linear<10>, to<categorical<10>>> {};
#endif

struct model : m2<classifier, encoder, decoder> {};
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(100) < 64_MiB);
