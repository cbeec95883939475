// SPDX-License-Identifier: MIT
// Style apart from label: a digit is encoded with its label, and its code decoded with every label. What the code keeps is how it
// was written.
//     cvae_style --data mnist --epochs 30 --set binarise=1
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;
using namespace elbo::examples;

// Few numbers, so that no label hides among them; every hidden layer of the decoder is told the label.
struct encoder : stack<image, flatten, join<digit>, linear<500>, act::relu, linear<500>, act::relu, linear<12>, to<diagonal_normal<6>>> {};
struct decoder : stack<shape<6>, join<digit>, linear<500>, batch_norm<>, act::relu, join<digit>, linear<500>, batch_norm<>, act::relu,
                       linear<784>, reshape<image>, to<bernoulli>> {};
struct styles : vae<encoder, decoder> {};

// The first test images, each written as 0, 1, ... 9.
struct transfer {
    std::vector<float> sources, told, asked;
    rows<image>        written;

    transfer(run_of<styles>& run, std::size_t count)
        : sources(run.set.test_rows(count)), told(run.set.test_labels(count)), asked(digits_in_turn(10 * told.size())) {
        const auto codes = run.model().encode(sources, with<digit>(told));
        written          = run.model().decode(each_times(codes, styles::latent::size, 10), with<digit>(asked));
    }
    std::span<const float> source(std::size_t i) const { return std::span(sources).subspan(i % told.size() * image::size, image::size); }
};

void pictures(run_of<styles>& run) {
    const transfer t(run, 12);
    run.show("styles", rows<image>{side_by_side(image::size, {{t.sources, 1}, {t.written, 10}})}, {.columns = 11}, "Styles",
             "a test image, and its style with every label");
    reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
}
void numbers(run_of<styles>& run) {
    terms_of_the_bound(run, run.train);
    const transfer t(run, run.given.fast ? 20 : 1000);
    agreement_of(run, t.written, t.asked, "transferred digits seen as the label asked for");

    // Over all labels that are not the source's.
    for (const auto& [name, of] : {std::pair("slant", &eval::slant), std::pair("thickness", &eval::thickness)}) {
        std::vector<double> source, stranger, written;
        for (std::size_t i = 0; i < t.asked.size(); ++i) {
            if (t.asked[i] == t.told[i / 10]) continue;
            written.push_back(of({t.written[i], 28}));
            source.push_back(of({t.source(i / 10), 28})), stranger.push_back(of({t.source(i / 10 + 1), 28}));
        }
        run.number(name, eval::correlation(source, written), "correlation of source and transferred digit");
        run.number(std::string(name) + " control", eval::correlation(stranger, written), "with the next source instead");
    }
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "cvae_style",
                            .about    = "The style of a digit with every label",
                            .settings = {{"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return main_of<styles>(card, argc, argv, {.pictures = pictures, .numbers = numbers});
}
