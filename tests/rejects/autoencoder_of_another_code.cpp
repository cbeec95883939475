// rejects: elbo: the decoder's input is not the shape of the encoder's code
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};

#ifdef ELBO_ACCEPTED
struct encoder : stack<image, flatten, linear<20>> {};
#else
struct encoder : stack<image, flatten, linear<32>> {};
#endif

struct model : autoencoder<encoder, decoder> {};
static_assert(plan_of<model>.bytes(100) < 64_MiB);
