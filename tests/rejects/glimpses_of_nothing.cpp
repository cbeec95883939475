// rejects: elbo: glimpses<Read, Write> need at least one filter each
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, glimpses<1, 1>> {};
#else
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, glimpses<0, 5>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
