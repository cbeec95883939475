// SPDX-License-Identifier: MIT
#include "draw_pictures.hpp"

namespace elbo::examples {

namespace {

constexpr std::size_t enlarged = 3;
constexpr colour      reads{60, 220, 90}, writes{255, 80, 70};

picture with_frame(const glances& g, std::span<const float> from, std::size_t image, std::size_t of, std::size_t step, std::size_t which, colour ink) {
    const std::size_t plane = g.side * g.side, channels = g.canvases.size() / (g.frames.size() / 10) / plane;
    picture           out   = in_colour(upscaled(grid_of_rows(from.subspan(of * plane * channels, plane * channels), channels, g.side, g.side, {.columns = 1, .padding = 0}), enlarged));
    const float*      f     = g.frames.data() + (image * g.steps + step) * 10 + which * 5;
    const auto        at    = [&](int i) { return static_cast<double>(f[i]) * static_cast<double>(enlarged); };
    draw_rectangle(out, {at(0), at(1), at(2), at(3)}, ink, std::clamp(at(4), 1.0, 4.0));
    return out;
}

}  // namespace

picture glances::looked(std::size_t image, std::size_t step) const { return with_frame(*this, images, image, image, step, 0, reads); }
picture glances::painted(std::size_t image, std::size_t step) const { return with_frame(*this, canvases, image, image * steps + step, step, 1, writes); }

std::vector<setting> draw_settings(std::vector<setting> own, double rate) {
    own.push_back({"learning_rate", rate, "it falls along a cosine to a hundredth of this"});
    own.push_back({"average", 0.999, "decay of the running average of the weights that is evaluated"});
    return own;
}

void show_glances(example_run& run, const glances& seen, std::size_t images) {
    std::vector<picture> strip, frames;
    for (std::size_t i = 0; i < images; ++i)
        for (const bool paints : {false, true})
            for (std::size_t t = 0; t < seen.steps; ++t) strip.push_back(paints ? seen.painted(i, t) : seen.looked(i, t));
    for (std::size_t t = 0; t < seen.steps; ++t) {
        std::vector<picture> now;
        for (const bool paints : {false, true})
            for (std::size_t i = 0; i < images; ++i) now.push_back(paints ? seen.painted(i, t) : seen.looked(i, t));
        frames.push_back(grid(now, {.columns = images}));
    }
    const picture whole = grid(strip, {.columns = seen.steps});
    run.page.add_picture(whole, "Glimpses", "green: where it reads; red, below: where it paints; the thicker, the wider its filters. Columns are time");
    io::write_png(run.folder + "/glimpses.png", whole);
    io::write_gif(run.folder + "/glimpses.gif", frames, {.milliseconds = std::max<unsigned>(40, static_cast<unsigned>(3000 / seen.steps))});
}

}  // namespace elbo::examples
