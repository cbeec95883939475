// rejects: elbo: free_bits needs a diagonal_normal posterior and the standard_normal prior
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;

#ifdef ELBO_ACCEPTED
struct encoder : stack<image, flatten, linear<16>, to<diagonal_normal<8>>> {};
#else
struct encoder : stack<image, flatten, linear<44>, to<full_normal<8>>> {};
#endif

struct decoder : stack<shape<8>, linear<784>, reshape<image>, to<bernoulli>> {};
struct model : vae<encoder, decoder, objective<evidence_bound<free_bits<10>>>> {};
const auto tape_of_a_step = programs::training<model>();
