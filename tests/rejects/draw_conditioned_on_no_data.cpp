// rejects: elbo: conditioned_on<...> needs data: label<10>, an attribute or a shape
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, conditioned_on<label<10>>> {};
#else
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, conditioned_on<bernoulli>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
