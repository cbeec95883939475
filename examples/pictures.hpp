// SPDX-License-Identifier: MIT
#pragma once

#include "data.hpp"

#include <elbo/elbo.hpp>
#include <elbo/eval.hpp>
#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <cmath>
#include <cstdio>
#include <string>

// What a trainer shows of a trained model: pictures and numbers. An example may add its own.

namespace elbo::examples {

template <class Model>
struct run_of {
    const options&        given;
    data_set&             set;
    trainer<Model, host>& train;
    io::report&           page;
    std::string           folder;

    built_model<Model, host>& model() { return train.model(); }

    // The file is twice as large; the page scales by itself.
    template <class Shape>
    void show(const char* name, const rows<Shape>& images, grid_options options, const std::string& caption, const std::string& note = {}) {
        page.add_picture(grid(images, options), caption, note);
        options.scale = 2;
        io::write_png(folder + "/" + name + ".png", grid(images, options));
    }
    void number(const std::string& name, double value, const std::string& note) {
        char room[64];
        std::snprintf(room, sizeof room, value == std::floor(value) ? "%.0f" : std::abs(value) < 1e6 ? "%.3f" : "%.4g", value);
        page.numbers.push_back({name, room, note});
        results.push_back({name, value});
        std::printf("%-20s %10s  %s\n", name.c_str(), room, note.c_str());
    }
    std::vector<named_value> results{};
};

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

    const data::images& test = run.set.splits.test;
    const auto          z    = run.model().encode(run.set.test_rows(4000));
    const auto          n    = static_cast<std::ptrdiff_t>(test.labelled() ? z.size() : 0);
    const auto          svg  = io::scatter_plot(z.values, std::vector(test.labels.begin(), test.labels.begin() + n));
    io::write_svg(run.folder + "/codes.svg", svg);
    run.page.add_drawing(svg, "Codes of test images", test.labelled() ? "means of q(z|x), coloured by class" : "means of q(z|x)");
}

template <class Model>
void standard_pictures(run_of<Model>& run) {
    constexpr std::size_t N = Model::latent::size, steps = 10;
    auto&                 m = run.model();
    if constexpr (is_generative<Model>)
        run.show("samples", m.sample(100), {.columns = 10}, "Samples", "means of the likelihood at draws of the prior");

    const auto                 x    = run.set.test_rows(50);
    const auto                 back = m.reconstruct(x);
    rows<typename Model::data> pairs;
    for (std::size_t i = 0; i + 10 <= back.size(); i += 10) {
        const auto row = [&](std::span<const float> from) {
            const auto ten = from.subspan(i * Model::data::size, 10 * Model::data::size);
            pairs.values.insert(pairs.values.end(), ten.begin(), ten.end());
        };
        row(x), row(back);
    }
    run.show("reconstructions", pairs, {.columns = 10}, "Reconstructions", "rows of test images, their reconstructions below");

    if constexpr (is_generative<Model>) {
        const auto         z = m.encode(std::span<const float>(x).first(Model::data::size));
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

// The loss's terms on test images; -log p(x) by importance sampling; how many latent dimensions are used.
template <class Model>
void standard_numbers(run_of<Model>& run) {
    const std::string pixels = run.set.pixels() + " pixels";
    for (const named_value& v : run.train.evaluate(run.set.splits.test)) run.number("test " + v.name, v.value, "nats an image, " + pixels);
    if constexpr (is_generative<Model>) {
        const auto count = static_cast<std::size_t>(run.given.number("nll_images"));
        const auto turns = std::max<std::size_t>(1, static_cast<std::size_t>(run.given.number("nll_samples")) / 50);
        if (count == 0 || run.given.fast) return;
        const auto x = run.set.test_rows(count);
        const auto e = eval::negative_log_likelihood(run.model(), x, turns, 1);
        char       note[160];
        std::snprintf(note, sizeof note, "nats an image, %zu samples of %zu images, standard error %.3f, %s", e.samples, e.images, e.standard_error, pixels.c_str());
        run.number("test NLL", e.value, note);
        run.number("active units", static_cast<double>(eval::active_units(run.model(), x)), "of " + std::to_string(Model::latent::size));
    }
}

// The output biases begin at the logits of the data's mean pixels: Burda et al. (2016), code.
template <class Model>
void begin_at_the_data_mean(run_of<Model>& run, const char* bias) {
    const data::images& set = run.set.splits.train;
    const auto          to  = run.model().tensor(bias);
    std::vector<double> mean(to.size(), 0.0);
    for (std::size_t i = 0; i < set.pixels.size(); ++i) mean[i % to.size()] += set.pixels[i] / 255.0 / static_cast<double>(set.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
        const double m = std::clamp(mean[i], 0.001, 0.999);
        to[i]          = static_cast<float>(std::log(m / (1 - m)));
    }
}

}  // namespace elbo::examples
