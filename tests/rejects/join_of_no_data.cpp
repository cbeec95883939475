// rejects: elbo: join<...> needs data: label<10>, an attribute or a shape
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, flatten, join<label<10>>, linear<8>> {};
#else
struct network : stack<image, flatten, join<act::tanh>, linear<8>> {};
#endif
