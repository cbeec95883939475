// SPDX-License-Identifier: MIT
#pragma once

#include "data.hpp"
#include "machine.hpp"

#include <elbo/elbo.hpp>
#include <elbo/eval.hpp>
#include <elbo/io/report.hpp>
#include <elbo/train/options.hpp>
#include <elbo/train/trainer.hpp>

#include <string>

// What a trainer shows of a trained model: pictures and numbers. An example may add its own.

namespace elbo::examples {

// Rows of images whose size is a matter of values, not of types.
struct sheet {
    std::span<const float> values;
    std::size_t            channels, height, width;

    template <std::size_t C, std::size_t H, std::size_t W>
    sheet(const rows<shape<C, H, W>>& images) : values(images), channels(C), height(H), width(W) {}
};

// One run of a trainer: what it was asked, what it is fed, and what it shows.
struct example_run {
    const options&           given;
    data_set&                set;
    io::report&              page;
    std::string              folder;
    std::vector<named_value> results{};

    // A sheet of images on the page, and in a file that is twice as large: the page scales by itself.
    void show(const char* name, const sheet& images, grid_options how, const std::string& caption, const std::string& note = {});
    // A drawing on the page and in a file.
    void draw(const char* name, const std::string& svg, const std::string& caption, const std::string& note = {});
    // A number on the page, in results.jsonl and on the terminal.
    void number(const std::string& name, double value, const std::string& note);
};

template <class Model>
struct run_of : example_run {
    trainer<Model, machine>& train;

    built_model<Model, machine>& model() { return train.model(); }
};

// The first test images and where a model put them: dots coloured by class, where there are classes.
void scatter(example_run& to, const char* name, std::span<const float> codes, const std::string& caption);

std::string words_of(const eval::estimate& e);

template <class Model>
inline constexpr bool is_generative = requires { typename Model::prior_type; };

// From -3 to 3.
inline float on_the_way(std::size_t at, std::size_t steps) {
    return -3.0f + 6.0f * static_cast<float>(at) / static_cast<float>(steps - 1);
}

// Two latent dimensions are a plane: what each place decodes to, and where test images lie.
template <class Model>
void plane(run_of<Model>& run) {
    constexpr std::size_t side = 17;
    std::vector<float>    codes;
    for (std::size_t row = 0; row < side; ++row)
        for (std::size_t column = 0; column < side; ++column) codes.insert(codes.end(), {on_the_way(column, side), -on_the_way(row, side)});
    run.show("manifold", run.model().decode(codes), {.columns = side, .padding = 0}, "The latent plane", "from -3 to 3 in each direction");

    scatter(run, "codes", run.model().encode(run.set.test_rows(4000)), "Codes of test images");
}

// Rows of ten images of each kind, one kind below the other: images, and what became of them.
std::vector<float> strips(std::initializer_list<std::span<const float>> kinds, std::size_t image);
std::vector<float> interleaved(std::span<const float> above, std::span<const float> below, std::size_t image);

// Each row so many times, one after another.
std::vector<float> each_times(std::span<const float> rows, std::size_t width, std::size_t times);

// Images side by side: of every source its next few, then those of the next source, and so on until the first source ends.
struct some_of_each {
    std::span<const float> images;
    std::size_t            count;
};
std::vector<float> side_by_side(std::size_t image, const std::vector<some_of_each>& sources);

// Test images, and what the model makes of them; conditions follow.
template <class Model, class... C>
void reconstructions(run_of<Model>& run, std::size_t count, C... given) {
    const auto                       x    = run.set.test_rows(count);
    const auto                       back = run.model().reconstruct(x, given...);
    const rows<typename Model::data> pairs{interleaved(x, back, Model::data::size)};
    run.show("reconstructions", pairs, {.columns = 10}, "Reconstructions", "rows of test images, their reconstructions below");
}

template <class Model>
void standard_pictures(run_of<Model>& run) {
    constexpr std::size_t N = Model::latent::size, steps = 10;
    auto&                 m = run.model();
    if constexpr (is_generative<Model>)
        run.show("samples", m.sample(100), {.columns = 10}, "Samples", "means of the likelihood at draws of the prior");

    reconstructions(run, 50);
    if constexpr (is_generative<Model>) {
        const auto         z = m.encode(run.set.test_rows(1));
        std::vector<float> codes;
        for (std::size_t j = 0; j < std::min<std::size_t>(N, 10); ++j)
            for (std::size_t s = 0; s < steps; ++s) {
                codes.insert(codes.end(), z.values.begin(), z.values.end());
                codes[codes.size() - N + j] = on_the_way(s, steps);
            }
        run.show("traversals", m.decode(codes), {.columns = steps}, "Traversals", "one latent dimension a row, from -3 to 3, the others of one image");
    }
    if constexpr (N == 2) plane(run);
}

// The loss and its terms on test images; gives the loss.
double terms_of_the_bound(example_run& run, training<machine>& train);

// As many as the settings say; none where it must be fast.
inline std::size_t nll_images(const example_run& run) {
    return run.given.fast ? 0 : std::min(static_cast<std::size_t>(run.given.number("nll_images")), run.set.splits.test.size());
}
// Of the test images, how many a classifier takes for another class: the largest of Model::logits says which.
template <class Model>
void test_error(run_of<Model>& run) {
    const data::images& test   = run.set.splits.test;
    const auto          logits = run.model().template compute<typename Model::classes>([](auto& r) { Model::logits(r); }, run.set.test_rows(test.size()));
    std::size_t         wrong  = 0;
    for (std::size_t i = 0; i < logits.size(); ++i) wrong += std::max_element(logits[i].begin(), logits[i].end()) - logits[i].begin() != test.labels[i];
    run.number("test error", 100 * static_cast<double>(wrong) / static_cast<double>(logits.size()), "% of " + std::to_string(logits.size()) + " test images");
}

// -log p(x) of the first test images by importance sampling; conditions follow.
template <class Model, class... C>
void likelihood_of(run_of<Model>& run, std::size_t images, C... given) {
    if (images == 0) return;
    const auto turns = std::max<std::size_t>(1, static_cast<std::size_t>(run.given.number("nll_samples")) / 50);
    const auto e     = eval::negative_log_likelihood(run.model(), run.set.test_rows(images), turns, 1, given...);
    run.number("test NLL", e.value, words_of(e) + ", " + run.set.pixels() + " pixels");
}

// The bound; the likelihood; how many latent dimensions are used.
template <class Model>
void standard_numbers(run_of<Model>& run) {
    terms_of_the_bound(run, run.train);
    if constexpr (is_generative<Model>) {
        const std::size_t count = nll_images(run);
        if (count == 0) return;
        likelihood_of(run, count);
        run.number("active units", static_cast<double>(eval::active_units(run.model(), run.set.test_rows(count))), "of " + std::to_string(Model::latent::size));
    }
}

// The output biases begin at the data's mean pixels, or at their logits: Burda et al. (2016), code.
void begin_at_the_data_mean(std::span<float> bias, const data::images& set, bool as_logits = true);

}  // namespace elbo::examples
