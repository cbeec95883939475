// rejects: elbo: a sequence is shape<steps, numbers>, or a grey image, row by row
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : vrnn<shape<3, 4>, hidden_units<5>, code_size<2>, feature_size<4>> {};
#else
struct model : vrnn<shape<12>, hidden_units<5>, code_size<2>, feature_size<4>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
