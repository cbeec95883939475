// SPDX-License-Identifier: MIT
// Style apart from label: a digit is encoded with its label, and its code decoded with every label. What the code keeps is how it
// was written.
//     cvae_style --data mnist --epochs 30 --set binarise=1
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;
using namespace elbo::examples;

// With few numbers no label hides among them; every hidden layer of the decoder is told the label.
template <std::size_t N>
struct encoder : stack<image, flatten, join<digit>, linear<500>, act::relu, linear<500>, act::relu, linear<2 * N>, to<diagonal_normal<N>>> {};
template <std::size_t N>
struct decoder : stack<shape<N>, join<digit>, linear<500>, batch_norm<>, act::relu, join<digit>, linear<500>, batch_norm<>, act::relu,
                       linear<784>, reshape<image>, to<bernoulli>> {};
template <std::size_t N>
struct styles : vae<encoder<N>, decoder<N>> {};

// The first test images, each written as 0, 1, ... 9.
struct transfer {
    std::vector<float> sources, told, asked;
    rows<image>        written;

    template <class Model>
    transfer(run_of<Model>& run, std::size_t count)
        : sources(run.set.test_rows(count)), told(run.set.test_labels(count)), asked(digits_in_turn(10 * told.size())) {
        const auto codes = run.model().encode(sources, with<digit>(told));
        written          = run.model().decode(each_times(codes, Model::latent::size, 10), with<digit>(asked));
    }
};

template <class Model>
void pictures(run_of<Model>& run) {
    const transfer t(run, 12);
    run.show("styles", rows<image>{side_by_side(image::size, {{t.sources, 1}, {t.written, 10}})}, {.columns = 11}, "Styles",
             "a test image, and its style with every label");
    reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
}
template <class Model>
void numbers(run_of<Model>& run) {
    terms_of_the_bound(run, run.train);
    const transfer t(run, run.given.fast ? 20 : 1000);
    agreement_of(run, t.written, t.asked, "transferred digits seen as the label asked for");
    strokes_of(run, t.sources, t.told, t.written, t.asked);
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "cvae_style", .about = "The style of a digit with every label",
                            .settings = {{"codes", std::string("6"), "numbers in a code: 4, 6, 10 or 20"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return main_of(card, argc, argv, [](const call& with) {
        const auto train = [&]<class Model>(type_of<Model>) { return with.train<Model>({.pictures = pictures<Model>, .numbers = numbers<Model>}); };
        const std::string codes = with.one_of("codes", {"4", "6", "10", "20"});
        if (codes == "4" || codes == "6") return codes == "4" ? train(type_of<styles<4>>{}) : train(type_of<styles<6>>{});
        return codes == "10" ? train(type_of<styles<10>>{}) : train(type_of<styles<20>>{});
    });
}
