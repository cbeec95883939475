// rejects: elbo: dropout's percentage must be from 0 to 99
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct network : stack<shape<20>, linear<8>, dropout<99>> {};
#else
struct network : stack<shape<20>, linear<8>, dropout<100>> {};
#endif
