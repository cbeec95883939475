// rejects: elbo: a layer has at least one output
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

#ifdef ELBO_ACCEPTED
constexpr std::size_t width = 2 / 2;
struct network : stack<shape<20>, linear<width>, act::relu> {};
#else
constexpr std::size_t width = 1 / 2;
struct network : stack<shape<20>, linear<width>, act::relu> {};
#endif
