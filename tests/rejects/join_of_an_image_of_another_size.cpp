// rejects: elbo: a condition joins a flat input, or an image as flat numbers or an image of its size
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
using sketch = attribute<"sketch", image>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, join<sketch>, conv<8, 4, 2, 1>, conv<8, 3, 1, 1>> {};
#else
struct network : stack<image, conv<8, 4, 2, 1>, join<sketch>, conv<8, 3, 1, 1>> {};
#endif
