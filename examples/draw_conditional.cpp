// SPDX-License-Identifier: MIT
// Conditional DRAW: the asked digit is joined to encoder and decoder at every step.
//     draw_conditional --data mnist --epochs 30 --set binarise=1
#include "draw_pictures.hpp"
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;
using digit = label<10>;

struct draw_digit : draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>, conditioned_on<digit>> {};

// `each` of every digit; of one row, its canvases from the first step to the last.
rows<image> painted(examples::run_of<draw_digit>& run, std::size_t each, std::vector<float>& labels) {
    labels = examples::digits_in_turn(10 * each);
    return {run.model().compute<shape<10 * image::size>>([](auto& r) { draw_digit::unfold(r); }, drawn{10 * each}, with<digit>(labels)).values};
}

void pictures(examples::run_of<draw_digit>& run) {
    std::vector<float> y;
    const rows<image>  canvases = painted(run, 1, y);
    run.show("canvases", canvases, {.columns = 10}, "Canvases", "0 to 9 from the top: rows are digits, columns are time");
    run.show("samples", run.model().sample(100, 2, with<digit>(examples::digits_in_turn(100))), {.columns = 10}, "Samples", "a column for each digit asked for");
    const auto x = run.set.test_rows(50), asked = run.set.test_labels(50);
    const rows<image> pairs{examples::interleaved(x, run.model().reconstruct(x, with<digit>(asked)), image::size)};
    run.show("reconstructions", pairs, {.columns = 10}, "Reconstructions", "rows of test images, their reconstructions below");
}

void numbers(examples::run_of<draw_digit>& run) {
    examples::terms_of_the_bound(run, run.train);
    const std::size_t count = examples::nll_images(run);
    examples::likelihood_of(run, count, with<digit>(run.set.test_labels(count)));

    examples::judge    judge(run.set.splits, run.given.threads, run.given.fast ? 1 : 6);
    io::series         agreement{"the judge sees the digit asked for", {}, {}};
    std::vector<float> y;
    const rows<image>  canvases = painted(run, run.given.fast ? 10 : 1000, y);
    for (std::size_t t = 0; t < 10; ++t) {
        std::vector<float> now;
        for (std::size_t i = 0; i < y.size(); ++i) now.insert(now.end(), canvases[i * 10 + t].begin(), canvases[i * 10 + t].end());
        agreement.x.push_back(static_cast<double>(t + 1)), agreement.y.push_back(100 * judge.agreement(now, y));
    }
    run.number("judge on test", 100 * judge.accuracy(), "% of real test images right");
    run.number("agreement", agreement.y.back(), "% of " + std::to_string(y.size()) + " painted digits seen as the digit asked for");
    run.draw("agreement", io::line_plot({agreement}, {.x_label = "step", .y_label = "%"}), "Agreement with the digit asked for, by step");
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "draw_conditional", .about = "DRAW that paints the digit it is asked for", .settings = examples::draw_settings()};
    return examples::main_of<draw_digit>(card, argc, argv, {examples::clipped, examples::canvas_at_the_data_mean<draw_digit>, pictures, numbers});
}
