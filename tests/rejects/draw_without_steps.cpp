// rejects: elbo: draw needs at least one of each: time_steps<T>, hidden_units<N>, code_size<N>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>> {};
#else
struct model : draw<image, hidden_units<5>, code_size<2>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
