// rejects: elbo: the kernel is larger than the padded image
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// 28 -> 14 -> 7 -> 3
using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct network : stack<image, conv<32, 4, 2, 1>, conv<64, 4, 2, 1>, conv<128, 4, 2, 1>, conv<256, 5, 1, 1>, flatten> {};
#else
struct network : stack<image, conv<32, 4, 2, 1>, conv<64, 4, 2, 1>, conv<128, 4, 2, 1>, conv<256, 5>, flatten> {};
#endif
