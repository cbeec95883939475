// rejects: elbo: draw begins with the shape of an image: draw<shape<1, 28, 28>, ...>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : draw<shape<1, 8, 8>, time_steps<2>, hidden_units<5>, code_size<2>> {};
#else
struct model : draw<shape<64>, time_steps<2>, hidden_units<5>, code_size<2>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
