// rejects: elbo: linear_with<...> needs data: label<10>, an attribute or a shape
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct body : stack<shape<4>, linear_with<label<10>, 3>> {};
#else
struct body : stack<shape<4>, linear_with<bernoulli, 3>> {};
#endif

static_assert(body::output::size == 3);
