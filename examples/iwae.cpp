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
int train(const trainer_card& card, int argc, char** argv) {
    return examples::main_of<Model>(card, argc, argv, {}, examples::standard_pictures<Model>, examples::standard_numbers<Model>,
                                    [](auto& run) { examples::begin_at_the_data_mean(run, "decoder.4.bias"); });
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "iwae",
                            .about    = "Importance weighted autoencoders",
                            .settings = {{"k", 5.0, "importance samples: 1, 5 or 50"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.9995, "decay of the running average of the weights that is evaluated"},
                                         {"nll_images", 10000.0, "test images for the importance-sampled likelihood"},
                                         {"nll_samples", 5000.0, "samples of each"}}};
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto given = [&](const char* k) { return std::find(arguments.begin(), arguments.end(), k) != arguments.end(); };
    if (given("k=1")) return train<vae_of_the_paper>(card, argc, argv);
    if (given("k=50")) return train<iwae<50>>(card, argc, argv);
    return train<iwae<5>>(card, argc, argv);
}
