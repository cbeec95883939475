// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 4 means and 4 log scales
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<8>, to<diagonal_laplace<4>>> {};
#else
struct network : stack<shape<30>, linear<4>, to<diagonal_laplace<4>>> {};
#endif
