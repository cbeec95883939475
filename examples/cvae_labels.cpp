// SPDX-License-Identifier: MIT
// Digits by label: encoder and decoder join it, and so does the prior, unless it is fixed. Fully connected, 200-200 tanh, or convolutional.
//     cvae_labels --data mnist --epochs 400 --set net=fc|conv --set prior=learned|mixture|fixed
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;
using namespace elbo::examples;

struct fc_encoder : stack<image, flatten, join<digit>, linear<200>, act::tanh, linear<200>, act::tanh, linear<200>, to<diagonal_normal<100>>> {};
struct fc_decoder : stack<shape<100>, join<digit>, linear<200>, act::tanh, linear<200>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};

struct conv_encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu, flatten,
                            join<digit>, linear<256>, batch_norm<>, act::relu, linear<64>, to<diagonal_normal<32>>> {};
struct conv_decoder : stack<shape<32>, join<digit>, linear<3136>, act::relu, reshape<shape<64, 7, 7>>, join<digit>, conv_transpose<32, 4, 2, 1>,
                            batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};

// p(z|y): a normal that begins as the standard one, or ten, for a digit is written in several ways.
template <std::size_t N> struct by_label : stack<shape<10>, linear<2 * N, zeros>, to<diagonal_normal<N>>> {};
template <std::size_t N> struct ten_by_label : stack<shape<10>, linear<10 * (1 + 2 * N), normal_init<1, 2>>, to<mixture_of_normals<10, N>>> {};
template <class... Prior> struct fc : vae<fc_encoder, fc_decoder, Prior...> {};
template <class... Prior> struct convolutional : vae<conv_encoder, conv_decoder, Prior...> {};

template <class Model>
int train(const call& how_asked) {
    const auto begin = [](run_of<Model>& run) {
        if constexpr (Model::latent::size == 100) begin_at_the_data_mean(run.model().tensor("decoder.5.bias"), run.set.splits.train);
    };
    const auto pictures = [](run_of<Model>& run) {
        run.show("samples", run.model().sample(100, 2, with<digit>(digits_in_turn(100))), {.columns = 10}, "Samples", "a column for each digit");
        reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
    };
    const auto numbers = [](run_of<Model>& run) {
        terms_of_the_bound(run, run.train);
        likelihood_of(run, nll_images(run), with<digit>(run.set.test_labels(nll_images(run))));
        const auto asked = digits_in_turn(run.given.fast ? 100 : 10000);
        const auto made  = run.model().sample(asked.size(), 3, with<digit>(asked));
        agreement_of(run, made, asked, "generated digits seen as the digit asked for");
        diversity_of(run, made, asked);
    };
    return how_asked.train<Model>({.begin = begin, .pictures = pictures, .numbers = numbers});
}

template <template <class...> class Net, std::size_t N>
int train_with_its_prior(const call& with) {
    const auto chosen = with.one_of("prior", {"learned", "mixture", "fixed"});
    if (chosen == "mixture") return train<Net<prior<ten_by_label<N>>>>(with);
    return chosen == "learned" ? train<Net<prior<by_label<N>>>>(with) : train<Net<>>(with);
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "cvae_labels", .about = "Digits by label",
                            .settings = {{"net", std::string("fc"), "fc or conv"},
                                         {"prior", std::string("learned"), "p(z|y) learned, a learned mixture of ten, or fixed: standard normal"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.9995, "decay of the running average of the weights that is evaluated"}}};
    return main_of(card, argc, argv, [](const call& with) {
        return with.one_of("net", {"fc", "conv"}) == "fc" ? train_with_its_prior<fc, 100>(with) : train_with_its_prior<convolutional, 32>(with);
    });
}
