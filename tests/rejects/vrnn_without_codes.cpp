// rejects: elbo: vrnn needs hidden_units<N>, code_size<N> and feature_size<N>, recurrent_net hidden_units<N> and feature_size<N>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : recurrent_net<shape<3, 4>, hidden_units<5>, feature_size<4>> {};
#else
struct model : vrnn<shape<3, 4>, hidden_units<5>, feature_size<4>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
