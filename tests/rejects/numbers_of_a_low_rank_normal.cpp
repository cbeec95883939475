// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 4 means, 4 log variances and a 4 x 2 factor
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<16>, to<low_rank_normal<4, 2>>> {};
#else
struct network : stack<shape<30>, linear<8>, to<low_rank_normal<4, 2>>> {};
#endif
