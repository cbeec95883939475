// SPDX-License-Identifier: MIT
// The variational autoencoder of Kingma and Welling (2013): one hidden layer on each side.
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_vae : vae<encoder, decoder> {};

static_assert(parameter_count<fc_vae> == 815'824);
static_assert(plan_of<fc_vae>.bytes(100) < 10_MiB);

int main(int argc, char** argv) {
    return examples::main_of<fc_vae>({.name = "fc_vae", .about = "A fully connected variational autoencoder"}, argc, argv);
}
