// rejects: elbo: branches must all end flat, or in images of one height and width
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, concatenated<branch<conv<4, 3, 1, 1>>, branch<conv<4, 5, 1, 2>>>> {};
#else
struct network : stack<image, concatenated<branch<conv<4, 3, 1, 1>>, branch<conv<4, 5, 1, 1>>>> {};
#endif
