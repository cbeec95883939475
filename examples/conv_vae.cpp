// SPDX-License-Identifier: MIT
// A convolutional VAE: conv-BN-ReLU twice, linear-BN-ReLU; linear-ReLU, deconv-BN-ReLU, and a last deconv.
//     conv_vae --set ending=relu      the last deconv as one is tempted to write it: a logit that cannot be negative
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu,
                       flatten, linear<256>, batch_norm<>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
template <class... Ending>
struct decoder : stack<shape<20>, linear<3136>, act::relu, reshape<shape<64, 7, 7>>, conv_transpose<32, 4, 2, 1>,
                       batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, Ending..., to<bernoulli>> {};

struct conv_vae : vae<encoder, decoder<>> {};
struct ends_in_relu : vae<encoder, decoder<batch_norm<>, act::relu>> {};

static_assert(std::is_same_v<decoder<>::output, distribution_over<bernoulli, image>>);

int main(int argc, char** argv) {
    const trainer_card card{.name     = "conv_vae",
                            .about    = "A convolutional variational autoencoder",
                            .epochs   = 10,
                            .settings = {{"ending", std::string("logits"), "what the decoder ends in: logits, or relu after batch norm"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("ending", {"logits", "relu"}) == "relu" ? with.train<ends_in_relu>() : with.train<conv_vae>();
    });
}
