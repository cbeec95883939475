// rejects: elbo: take<first, count> must lie inside its flat input
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct network : stack<shape<20>, concatenated<branch<linear<3>>, branch<take<15, 5>>>> {};
#else
struct network : stack<shape<20>, concatenated<branch<linear<3>>, branch<take<16, 5>>>> {};
#endif
