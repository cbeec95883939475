// SPDX-License-Identifier: MIT
// Digits by label: encoder and decoder join the label, and so does the prior, N(mu(y), sigma(y)), unless it is fixed. Fully connected,
// 200-200 tanh and 100 latent numbers as the conditional models beside IWAE's have, or convolutional.
//     cvae_labels --data mnist --epochs 1000
//     cvae_labels --data mnist --epochs 30 --set net=conv --set prior=fixed
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;
using digit = label<10>;

struct fc_encoder : stack<image, flatten, join<digit>, linear<200>, act::tanh, linear<200>, act::tanh, linear<200>, to<diagonal_normal<100>>> {};
struct fc_decoder : stack<shape<100>, join<digit>, linear<200>, act::tanh, linear<200>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_prior : stack<shape<10>, linear<200, zeros>, to<diagonal_normal<100>>> {};  // begins as the standard normal

struct conv_encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu, flatten,
                            join<digit>, linear<256>, batch_norm<>, act::relu, linear<64>, to<diagonal_normal<32>>> {};
struct conv_decoder : stack<shape<32>, join<digit>, linear<3136>, act::relu, reshape<shape<64, 7, 7>>, join<digit>, conv_transpose<32, 4, 2, 1>,
                            batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};
struct conv_prior : stack<shape<10>, linear<64, zeros>, to<diagonal_normal<32>>> {};

struct fc : vae<fc_encoder, fc_decoder, prior<fc_prior>> {};
struct fc_fixed : vae<fc_encoder, fc_decoder> {};
struct convolutional : vae<conv_encoder, conv_decoder, prior<conv_prior>> {};
struct convolutional_fixed : vae<conv_encoder, conv_decoder> {};

template <class Model>
void pictures(examples::run_of<Model>& run) {
    run.show("samples", run.model().sample(100, 2, with<digit>(examples::digits_in_turn(100))), {.columns = 10}, "Samples", "a column for each digit asked for");
    examples::reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
}
template <class Model>
void numbers(examples::run_of<Model>& run) {
    examples::terms_of_the_bound(run, run.train);
    const std::size_t count = run.given.fast ? 0 : static_cast<std::size_t>(run.given.number("nll_images"));
    if (count > 0) examples::likelihood_of(run, count, with<digit>(run.set.test_labels(count)));

    examples::judge judge(run.set.splits, run.train.machine().threads(), run.given.fast ? 1 : 6);
    const auto      asked = examples::digits_in_turn(run.given.fast ? 100 : 10000);
    const auto      made  = run.model().sample(asked.size(), 3, with<digit>(asked));
    examples::agreement_of(run, judge, made, asked, "generated digits seen as the digit asked for");
    run.number("distance", eval::distance_within_classes(made, asked), "between two generated images of a digit");
    const auto [real, shown] = std::pair(run.set.grey_test_rows(asked.size()), run.set.test_labels(asked.size()));
    run.number("real distance", eval::distance_within_classes(real, shown), "between two test images of a digit, on greys as the above");
}
template <class Model>
int train(const examples::call& with) {
    const auto begin = [](examples::run_of<Model>& run) {
        if constexpr (Model::latent::size == 100) examples::begin_at_the_data_mean(run.model().tensor("decoder.5.bias"), run.set.splits.train);
    };
    return with.train<Model>({.begin = begin, .pictures = pictures<Model>, .numbers = numbers<Model>});
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "cvae_labels",
                            .about    = "Digits by label",
                            .settings = {{"net", std::string("fc"), "fc or conv"},
                                         {"prior", std::string("learned"), "p(z|y) learned, or fixed: standard normal"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.9995, "decay of the running average of the weights that is evaluated"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const bool is_learned = with.one_of("prior", {"learned", "fixed"}) == "learned";
        if (with.one_of("net", {"fc", "conv"}) == "fc") return is_learned ? train<fc>(with) : train<fc_fixed>(with);
        return is_learned ? train<convolutional>(with) : train<convolutional_fixed>(with);
    });
}
