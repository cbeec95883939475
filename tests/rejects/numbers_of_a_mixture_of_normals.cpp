// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 3 logits, 3 x 2 means and 3 x 2 log variances
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<15>, to<mixture_of_normals<3, 2>>> {};
#else
struct network : stack<shape<30>, linear<12>, to<mixture_of_normals<3, 2>>> {};
#endif
