// rejects: elbo: vrnn needs hidden<N>, codes<N> and features<N>; recurrent_net needs hidden<N> and features<N>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct model : recurrent_net<shape<3, 4>, hidden<5>, features<4>> {};
#else
struct model : vrnn<shape<3, 4>, hidden<5>, features<4>> {};
#endif
static_assert(parameter_count<model> > 0);
static_assert(plan_of<model>.bytes(2) < 64_MiB);
