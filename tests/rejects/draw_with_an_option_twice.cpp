// rejects: elbo: an option of a model that runs in time is given twice
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, time_steps<3>, hidden_units<20>, code_size<5>> {};
#else
struct model : draw<image, time_steps<3>, hidden_units<20>, code_size<5>, hidden_units<30>> {};
#endif

static_assert(plan_of<model>.bytes(100) < 64_MiB);
