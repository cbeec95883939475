// rejects: elbo: modulate<...> needs data: label<10>, an attribute or a shape
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct body : stack<shape<4>, modulate<label<10>>> {};
#else
struct body : stack<shape<4>, modulate<bernoulli>> {};
#endif

static_assert(body::output::size == 4);
