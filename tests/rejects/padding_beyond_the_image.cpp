// rejects: elbo: the padding cuts away all of the image that conv_transpose makes
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
struct network : stack<shape<4, 1, 1>, conv_transpose<8, 2, 1, 0>> {};
#else
struct network : stack<shape<4, 1, 1>, conv_transpose<8, 2, 1, 1>> {};
#endif
