// rejects: elbo: take<first, count> must lie inside its flat input
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct network : stack<shape<20>, linear<8>, take<4, 4>> {};
#else
struct network : stack<shape<20>, linear<8>, take<4, 5>> {};
#endif
