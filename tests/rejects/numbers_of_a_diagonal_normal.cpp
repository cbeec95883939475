// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 20 means and 20 log variances
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<40>, to<diagonal_normal<20>>> {};
#else
struct network : stack<shape<30>, linear<20>, to<diagonal_normal<20>>> {};
#endif
