// SPDX-License-Identifier: MIT
// Style apart from label: a digit is encoded with its label, and its code decoded with every label. What the code keeps is how it
// was written.
//     cvae_style --data mnist --epochs 30 --set binarise=1
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;
using digit = label<10>;

struct encoder : stack<image, flatten, join<digit>, linear<500>, act::relu, linear<500>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, join<digit>, linear<500>, act::relu, linear<500>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};
struct styles : vae<encoder, decoder> {};

// The first test images, each written as 0, 1, ... 9.
struct transfer {
    std::vector<float> sources, told, asked;
    rows<image>        written;

    transfer(examples::run_of<styles>& run, std::size_t count) : sources(run.set.test_rows(count)), told(run.set.test_labels(count)) {
        const auto         codes = run.model().encode(sources, with<digit>(told));
        std::vector<float> each;
        for (std::size_t i = 0; i < codes.size(); ++i)
            for (int k = 0; k < 10; ++k) each.insert(each.end(), codes[i].begin(), codes[i].end());
        asked   = examples::digits_in_turn(10 * codes.size());
        written = run.model().decode(each, with<digit>(asked));
    }
};

void pictures(examples::run_of<styles>& run) {
    const transfer     t(run, 12);
    std::vector<float> sheet;
    for (std::size_t i = 0; i < t.told.size(); ++i) {
        sheet.insert(sheet.end(), t.sources.begin() + static_cast<std::ptrdiff_t>(i * image::size), t.sources.begin() + static_cast<std::ptrdiff_t>((i + 1) * image::size));
        for (std::size_t k = 0; k < 10; ++k) sheet.insert(sheet.end(), t.written[10 * i + k].begin(), t.written[10 * i + k].end());
    }
    run.show("styles", rows<image>{sheet}, {.columns = 11}, "Styles", "a test image, and its style with every label");
    const auto back = run.model().reconstruct(std::span(t.sources).first(10 * image::size), with<digit>(t.told));
    run.show("reconstructions", rows<image>{examples::interleaved(t.sources, back, image::size)}, {.columns = 10}, "Reconstructions", "test images, their reconstructions below");
}
void numbers(examples::run_of<styles>& run) {
    examples::terms_of_the_bound(run, run.train);
    examples::judge judge(run.set.splits, run.train.machine().threads(), run.given.fast ? 1 : 6);
    const transfer  t(run, run.given.fast ? 20 : 1000);
    examples::agreement_of(run, judge, t.written, t.asked, "transferred digits seen as the label asked for");

    // Source and transferred image, over all labels that are not the source's; as a control another source of the same label.
    for (const auto& [name, measure] : {std::pair("slant", &eval::slant), std::pair("thickness", &eval::thickness)}) {
        std::vector<double> source, stranger, written;
        const auto          of = [&, measure = measure](std::size_t i) { return measure({std::span(t.sources).subspan(i * image::size, image::size), 28}); };
        for (std::size_t i = 0, other = 0; i < t.told.size(); ++i) {
            for (other = (i + 1) % t.told.size(); t.told[other] != t.told[i] && other != i;) other = (other + 1) % t.told.size();
            for (std::size_t k = 0; k < 10; ++k)
                if (t.asked[k] != t.told[i]) source.push_back(of(i)), stranger.push_back(of(other)), written.push_back(measure({t.written[10 * i + k], 28}));
        }
        run.number(name, eval::correlation(source, written), "correlation of source and transferred, over labels not the source's");
        run.number(std::string(name) + " control", eval::correlation(stranger, written), "with another source of the same label");
    }
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "cvae_style",
                            .about    = "The style of a digit with every label",
                            .settings = {{"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return examples::main_of<styles>(card, argc, argv, {.pictures = pictures, .numbers = numbers});
}
