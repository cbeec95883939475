// rejects: elbo: the likelihood of draw has one parameter for each number of the image
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;

#ifdef ELBO_ACCEPTED
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, with_likelihood<discretised_logistic<>>> {};
#else
struct model : draw<image, time_steps<2>, hidden_units<5>, code_size<2>, with_likelihood<diagonal_normal<64>>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
