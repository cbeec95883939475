// SPDX-License-Identifier: MIT
// The importance weighted autoencoder of Burda, Grosse and Salakhutdinov (2016): one stochastic layer of 50, both nets
// 200-200 tanh, the output biases begun at the data's means. k=1 is the VAE of their first table.
//     iwae --data mnist --set k=1 --epochs 3000
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, flatten, linear<200>, act::tanh, linear<200>, act::tanh, linear<100>, to<diagonal_normal<50>>> {};
struct decoder : stack<shape<50>, linear<200>, act::tanh, linear<200>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};

struct vae_of_the_paper : vae<encoder, decoder> {};
template <int K>
struct iwae : vae<encoder, decoder, objective<importance_bound<K>>> {};

template <class Model>
int train(const examples::call& with) {
    return with.train<Model>({.begin = [](auto& run) { examples::begin_at_the_data_mean(run.model().tensor("decoder.4.bias"), run.set.splits.train); }});
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "iwae",
                            .about    = "Importance weighted autoencoders",
                            .settings = {{"k", std::string("5"), "importance samples: 1, 5 or 50"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.9995, "decay of the running average of the weights that is evaluated"},
                                         {"nll_images", 10000.0, "test images for the importance-sampled likelihood"},
                                         {"nll_samples", 5000.0, "samples of each"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const std::string k = with.one_of("k", {"1", "5", "50"});
        return k == "1" ? train<vae_of_the_paper>(with) : k == "5" ? train<iwae<5>>(with) : train<iwae<50>>(with);
    });
}
