// rejects: elbo: draw needs at least one of each: steps<T>, hidden<N>, codes<N>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, steps<2>, hidden<5>, codes<2>> {};
#else
struct model : draw<image, hidden<5>, codes<2>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
