// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 4 means and the 10 numbers of a lower triangle
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<14>, to<full_normal<4>>> {};
#else
struct network : stack<shape<30>, linear<8>, to<full_normal<4>>> {};
#endif
