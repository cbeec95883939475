// SPDX-License-Identifier: MIT
// A convolutional VAE: conv-BN-ReLU twice, linear-BN-ReLU; linear-ReLU, deconv-BN-ReLU, and a last deconv that ends in
// logits (an ending ReLU would be no mean of a Bernoulli).
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu,
                       flatten, linear<256>, batch_norm<>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<3136>, act::relu, reshape<shape<64, 7, 7>>, conv_transpose<32, 4, 2, 1>,
                       batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};
struct conv_vae : vae<encoder, decoder> {};

static_assert(std::is_same_v<decoder::output, distribution_over<bernoulli, image>>);

int main(int argc, char** argv) {
    return examples::main_of<conv_vae>({.name = "conv_vae", .about = "A convolutional variational autoencoder", .epochs = 10}, argc, argv);
}
