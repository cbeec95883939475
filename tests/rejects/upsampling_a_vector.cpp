// rejects: elbo: this layer needs an image: put reshape<shape<channels, height, width>> before it
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct network : stack<shape<20>, linear<49>, reshape<shape<1, 7, 7>>, upsample<2>> {};
#else
struct network : stack<shape<20>, linear<49>, upsample<2>> {};
#endif
