// rejects: elbo: the likelihood of a sequence model has one parameter for each number of a frame
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : vrnn<shape<3, 4>, hidden_units<5>, code_size<2>, feature_size<4>, with_likelihood<normal<>>> {};
#else
struct model : vrnn<shape<3, 4>, hidden_units<5>, code_size<2>, feature_size<4>, with_likelihood<diagonal_normal<2>>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
