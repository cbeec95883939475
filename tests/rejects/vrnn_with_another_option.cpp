// rejects: elbo: not an option of a sequence model
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : vrnn<shape<3, 4>, hidden_units<5>, code_size<2>, feature_size<4>> {};
#else
struct model : vrnn<shape<3, 4>, hidden_units<5>, code_size<2>, feature_size<4>, glimpses<2, 5>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
