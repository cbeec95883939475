// rejects: elbo: the network does not end in as many numbers as the distribution has parameters
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// one logit for each class
#ifdef ELBO_ACCEPTED
struct network : stack<shape<30>, linear<10>, to<categorical<10>>> {};
#else
struct network : stack<shape<30>, linear<9>, to<categorical<10>>> {};
#endif
