// SPDX-License-Identifier: MIT
// The deep autoencoder of Hinton and Salakhutdinov (2006): 784-1000-500-250-30 and a linear code; with
// exponential linear units instead of logistic ones, so that it trains without pretraining.
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, flatten, linear<1000>, act::elu<>, linear<500>, act::elu<>, linear<250>, act::elu<>, linear<30>> {};
struct decoder : stack<shape<30>, linear<250>, act::elu<>, linear<500>, act::elu<>, linear<1000>, act::elu<>, linear<784>,
                       reshape<image>, to<bernoulli>> {};
struct deep_autoencoder : autoencoder<encoder, decoder> {};

int main(int argc, char** argv) {
    return examples::main_of<deep_autoencoder>({.name = "autoencoder", .about = "A deep autoencoder with a code of 30 numbers", .epochs = 10}, argc, argv);
}
