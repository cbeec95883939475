// SPDX-License-Identifier: MIT
#pragma once

#include "pictures.hpp"

#include <elbo/io/gif.hpp>
#include <elbo/model/draw.hpp>

// What the trainers of DRAW show: canvases over time, where it looked and painted, what each step cost.

namespace elbo::examples {

// Green: where a step reads. Red: where it writes. Frames as of attention::frame(), of T steps, two each.
struct glances {
    std::size_t            steps, side;
    std::span<const float> images, canvases, frames;

    picture looked(std::size_t image, std::size_t step) const;
    picture painted(std::size_t image, std::size_t step) const;
};
void show_glances(example_run& run, const glances& seen, std::size_t images);

// What the trainers of DRAW begin with: settings, clipped gradients, a canvas that is the mean image.
std::vector<setting> draw_settings(std::vector<setting> own = {}, double rate = 3e-3);
inline void          clipped(trainer_options& t, const options&) { t.clip_norm = 10; }
template <class Model>
void canvas_at_the_data_mean(run_of<Model>& run) {
    begin_at_the_data_mean(run.model().tensor("canvas.start"), run.set.splits.train, std::is_same_v<typename Model::family, bernoulli>);
}

// Rows are images, columns are time.
template <class Model, class... C>
void show_canvases(run_of<Model>& run, std::size_t count, const char* name, const std::string& note, C... given) {
    constexpr std::size_t T = Model::n.steps;
    const rows<typename Model::data> film{run.model().template compute<shape<T * Model::data::size>>([](auto& r) { Model::unfold(r); }, drawn{count}, given...).values};
    run.show(name, film, {.columns = T}, "Canvases", note);
}

template <class Model>
void draw_pictures(run_of<Model>& run) {
    constexpr std::size_t T = Model::n.steps, size = Model::data::size;
    auto&                 m = run.model();
    run.show("samples", m.sample(100), {.columns = 10}, "Samples", "means of the likelihood at draws of the prior");
    const auto                       x = run.set.test_rows(50);
    const rows<typename Model::data> pairs{interleaved(x, m.reconstruct(x), size)};
    run.show("reconstructions", pairs, {.columns = 10}, "Reconstructions", "rows of test images, their reconstructions below");
    show_canvases(run, 10, "canvases", "painted from the prior: rows are images, columns are time");

    const auto         some = std::span<const float>(x).first(6 * size);
    const auto         film = m.template compute<shape<T * size>>([](auto& r) { Model::follow(r); }, some);
    if constexpr (Model::n.attends) {
        const auto frames = m.template compute<shape<T * 10>>([](auto& r) { Model::glances(r); }, some);
        show_glances(run, {T, image_of<typename Model::data>::height, some, film, frames}, 6);
    }
    const auto          nats = m.template compute<shape<T>>([](auto& r) { Model::nats_of_steps(r); }, run.set.test_rows(1000));
    io::series          cost{"kl", {}, {}};
    for (std::size_t t = 0; t < T; ++t) {
        double sum = 0;
        for (std::size_t i = 0; i < nats.size(); ++i) sum += static_cast<double>(nats[i][t]);
        cost.x.push_back(static_cast<double>(t + 1)), cost.y.push_back(sum / static_cast<double>(nats.size()));
    }
    run.draw("kl_of_steps", io::line_plot({cost}, {.x_label = "step", .y_label = "nats"}), "What the code of each step costs");
}

}  // namespace elbo::examples
