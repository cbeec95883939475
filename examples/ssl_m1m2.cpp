// SPDX-License-Identifier: MIT
// M1 + M2 of Kingma et al. (2014): an M2 on the codes of a VAE that learned from all images and learns no more. They are drawn anew each time.
//     ssl_m1m2 --data mnist --set labels=1000 --set draw=1
#include "harness.hpp"
#include "ssl.hpp"

using namespace elbo;
using namespace elbo::examples;

struct classifier : stack<shape<50>, linear<500>, batch_norm<>, act::relu, dropout<50>, linear<500>, batch_norm<>, act::relu, dropout<50>,
                          linear<10>, to<categorical<10>>> {};
struct encoder : stack<shape<50>, linear_with<digit, 500>, act::softplus, linear<20>, to<diagonal_normal<10>>> {};
struct decoder : stack<shape<10>, linear_with<digit, 500>, act::softplus, linear<100>, to<diagonal_normal<50>>> {};
using on_codes = m2<classifier, encoder, decoder>;

struct m1m2 : on_codes {
    using data     = image;
    using inputs   = list<image, digit, unlabelled<image>>;
    using networks = list<net<"seeing", m1_encoder>, net<"showing", m1_decoder>, net<"classifier", classifier>, net<"encoder", encoder>, net<"decoder", decoder>>;

    // Drawn while it learns; when it is judged, the mean.
    static constexpr auto seen(auto& record, auto x, turn t = {}) {
        const auto q = run<m1_encoder>(record, x);
        if constexpr (std::remove_reference_t<decltype(record)>::training) return stop_gradient(q.sample(record, "seen", t.index));
        else return q.mean();
    }
    static constexpr auto objective(auto& record) {
        return half_told(record, seen(record, input<image>(record)), input<digit>(record), seen(record, input<unlabelled<image>>(record), turn{1}));
    }
    static constexpr auto shown(auto& record, auto z, auto y) { return run<m1_decoder>(record, run<decoder>(record, z, y).mean()).mean(); }
    static constexpr void reconstruct(auto& record) {
        const auto y = given<digit>(input<digit>(record));
        output(record, "mean", shown(record, run<encoder>(record, seen(record, input<image>(record)), y).mean(), y));
    }
    static constexpr void generate(auto& record) {
        output(record, "mean", shown(record, normal_noise<value<latent>>(record, "prior"), given<digit>(input<digit>(record))));
    }
};

void begin(run_of<m1m2>& run) {
    const auto           turns = run.given.fast ? 1 : static_cast<std::uint64_t>(run.given.number("m1_epochs"));
    trainer<m1, machine> first({.batch = run.given.batch, .seed = run.given.seed, .learning_rate = schedules::cosine{1e-3, 1e-5, static_cast<double>(turns)}, .binarise = run.set.binarise}, machine_with(run.given.threads));
    first.fit(run.set.unlabelled, epochs(turns));
    std::ranges::copy(first.model().parameters(), run.model().parameters().begin());  // its two networks come first here too
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "ssl_m1m2", .about = "Digits by the codes of a VAE, learned from few labels and many images", .epochs = 60,
                            .settings = {{"labels", 1000.0, "labelled images, as many of each digit"}, {"draw", 1.0, "which ones"},
                                         {"m1_epochs", 50.0, "of the VAE"}, {"alpha", 3.0, "weight of the classifier's own term: eq. 9"},
                                         {"labelled", 1.0, "weight of the labelled images' bound"}, {"weight_decay", 0.0, "would move the VAE too"},
                                         {"learning_rate", 2e-3, "it falls along a cosine to a hundredth of this"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"}, {"average", 0.9995, "decay of the weights' running average"}}};
    changes<m1m2> how = few_labels<m1m2>();
    return how.begin = begin, main_of(card, argc, argv, how);
}
