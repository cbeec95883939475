// SPDX-License-Identifier: MIT
// M1 of Kingma et al. (2014): a VAE learns from all images, an SVM from the codes of those few that have labels. The SVM's C and
// gamma are those with the fewest errors on 10,000 images held out for validation.
//     ssl_m1 --data mnist --epochs 50
#include "harness.hpp"
#include "ssl.hpp"

#include <elbo/eval.hpp>

using namespace elbo;
using namespace elbo::examples;

struct coded {
    std::vector<float> values;
    eval::class_labels labels;

    coded(run_of<m1>& run, const data::images& of) : values(run.model().encode(greys(of)).values), labels(of.labels) {}
    eval::points rows() const { return {values, m1::latent::size}; }
};

// The errors on both, in %, of the SVM with the fewest on the first.
std::pair<double, double> errors(const coded& told, const coded& held_out, const coded& test) {
    std::pair<double, double> best{100, 100};
    for (const double gamma : {0.01, 0.02, 0.04, 0.08})
        for (const double c : {1.0, 10.0}) {
            const eval::gaussian_svm svm(told.rows(), told.labels, gamma, {.c = c, .tolerance = 1e-2});
            const double             wrong = 100 * (1 - svm.accuracy(held_out.rows(), held_out.labels));
            if (wrong < best.first) best = {wrong, 100 * (1 - svm.accuracy(test.rows(), test.labels))};
        }
    return best;
}

void numbers(run_of<m1>& run) {
    terms_of_the_bound(run, run.train);
    const coded held_out(run, run.set.held_out), test(run, run.set.splits.test);
    for (const std::size_t count : run.given.fast ? std::vector<std::size_t>{100} : std::vector<std::size_t>{100, 600, 1000, 3000}) {
        std::vector<double> validated, tested;
        for (std::uint64_t draw = 1; draw <= (run.given.fast ? 1 : static_cast<std::uint64_t>(run.given.number("draws"))); ++draw) {
            const auto kept          = data::keep_labels(run.set.splits.train, count, draw).labelled;
            const auto [wrong, last] = errors(coded(run, kept), held_out, test);
            validated.push_back(wrong), tested.push_back(last);
        }
        const auto told = [&](const char* of, const eval::spread_of_scores& s) {
            run.number(std::to_string(count) + " labels, " + of, s.mean, "errors %, +- " + std::to_string(s.deviation) + " over draws");
        };
        told("validation", eval::spread_of(validated)), told("test", eval::spread_of(tested));
    }
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "ssl_m1", .about = "Digits by the codes of a VAE and few labels", .epochs = 50,
                            .settings = {{"draws", 5.0, "of labels, for each number of them"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return main_of<m1>(card, argc, argv, {.numbers = numbers, .data = [](data_set& set, const options&) { hold_out_for_validation(set); }});
}
