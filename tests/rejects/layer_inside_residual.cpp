// rejects: elbo: this layer needs a flat input: put flatten before it
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// The mistake is layer 1 of layer 1: both numbers are told.
using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, conv<8, 3, 1, 1>, residual<act::relu, conv<8, 1>>, flatten> {};
#else
struct network : stack<image, conv<8, 3, 1, 1>, residual<act::relu, linear<8>>, flatten> {};
#endif
