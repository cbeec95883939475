// SPDX-License-Identifier: MIT
#include "judge.hpp"

#include <elbo/elbo.hpp>
#include <elbo/train.hpp>

#include <algorithm>

namespace elbo::examples {

namespace {

struct eye : stack<image, conv<32, 3, 1, 1>, batch_norm<>, act::relu, conv<32, 4, 2, 1>, batch_norm<>, act::relu, dropout<25>,
                   conv<64, 4, 2, 1>, batch_norm<>, act::relu, dropout<25>, flatten, linear<128>, batch_norm<>, act::relu,
                   dropout<50>, linear<10>, to<categorical<10>>> {};

struct classifier {
    using inputs   = list<image, digit>;
    using networks = list<net<"eye", eye>>;

    static constexpr auto objective(auto& record) {
        return minimise(term("surprise", -run<eye>(record, input<image>(record)).log_density(input<digit>(record))));
    }
    static constexpr void logits(auto& record) { output(record, "result", run<eye>(record, input<image>(record)).logits); }
};

}  // namespace

struct judge::net {
    trainer<classifier, machine> train;
};

judge::judge(const data::splits& digits, std::size_t threads, std::uint64_t turns)
    : net_(new net{trainer<classifier, machine>({.learning_rate = schedules::cosine{2e-3, 2e-5, static_cast<double>(turns)}}, machine_with(threads))}) {
    net_->train.fit(digits.train, epochs(turns));
    const data::batches test(digits.test, {1, false, false});
    std::vector<float>  x(test.size() * image::size), y(test.size());
    test.pixels(x, 0, 0, test.size()), test.labels(y, 0, 0, test.size());
    accuracy_ = agreement(x, y);
}
judge::~judge() = default;

std::vector<int> judge::classes_of(std::span<const float> images) {
    const auto       logits = net_->train.model().compute<shape<10>>([](auto& r) { classifier::logits(r); }, images);
    std::vector<int> out;
    for (std::size_t i = 0; i < logits.size(); ++i)
        out.push_back(static_cast<int>(std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin()));
    return out;
}
double judge::agreement(std::span<const float> images, std::span<const float> labels) {
    const auto  seen  = classes_of(images);
    std::size_t right = 0;
    for (std::size_t i = 0; i < seen.size(); ++i) right += static_cast<float>(seen[i]) == labels[i];
    return static_cast<double>(right) / static_cast<double>(seen.size());
}

void agreement_of(example_run& run, std::span<const float> images, std::span<const float> labels, const std::string& what) {
    judge by(run.set.splits, run.given.threads, run.given.fast ? 1 : 6);
    run.number("judge on test", 100 * by.accuracy(), "% of real test images right");
    run.number("agreement", 100 * by.agreement(images, labels), "% of " + std::to_string(labels.size()) + " " + what);
}

void diversity_of(example_run& run, std::span<const float> images, std::span<const float> labels) {
    run.number("distance", eval::distance_within_classes(images, labels), "between two generated images of a digit");
    run.number("real distance", eval::distance_within_classes(run.set.grey_test_rows(labels.size()), run.set.test_labels(labels.size())), "between two test images of a digit, greys");
}

void strokes_of(example_run& run, std::span<const float> sources, std::span<const float> labels, std::span<const float> written, std::span<const float> asked) {
    const auto        of   = [](std::span<const float> images, std::size_t i) { return images.subspan(i * image::size, image::size); };
    const std::size_t each = asked.size() / labels.size();
    for (const auto& [name, measure] : {std::pair("slant", &eval::slant), std::pair("thickness", &eval::thickness)}) {
        std::vector<double> source, stranger, transferred;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            if (asked[i] == labels[i / each]) continue;
            transferred.push_back(measure({of(written, i), 28}));
            source.push_back(measure({of(sources, i / each), 28})), stranger.push_back(measure({of(sources, (i / each + 1) % labels.size()), 28}));
        }
        run.number(name, eval::correlation(source, transferred), "correlation of source and transferred digit");
        run.number(std::string(name) + " control", eval::correlation(stranger, transferred), "with the next source instead");
    }
}

}  // namespace elbo::examples
