// SPDX-License-Identifier: MIT
// given FOLDER: one small step of each model, for others to compute again: FOLDER/MODEL.safetensors has "parameter.NAME" and
// "gradient.NAME" in PyTorch's names and layouts, "input.I", "noise.T" (the draw of turn T) and "loss".

#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <list>
#include <string>

using namespace elbo;

namespace {

constexpr std::size_t   rows_given = 4;
constexpr std::uint64_t seed       = 7;

struct numbers {
    std::list<std::vector<float>> kept;
    std::vector<io::tensor_entry> entries;

    std::span<const float> add(const std::string& name, std::vector<float> values, std::vector<std::size_t> extents) {
        kept.push_back(std::move(values));
        entries.push_back(io::make_tensor<float>(name, kept.back(), std::move(extents)));
        return kept.back();
    }
};

// Classes; or pixels, black at the edges as digits are: a bright one that a pose moves out has a likelihood of nearly nothing,
// and a gradient without a digit that is certain.
std::vector<float> made_up(const input_outline& of, std::size_t purpose) {
    constexpr std::size_t edge = 4;
    std::vector<float>    x(rows_given * of.size);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double u = draws(seed, "given", purpose).uniform(static_cast<std::uint32_t>(i));
        if (of.what == input_outline::kind::label) x[i] = static_cast<float>(std::floor(static_cast<double>(of.classes) * u));
        else {
            const std::size_t pixel = i % of.size / of.channels, row = pixel / of.width, column = pixel % of.width;
            const bool        inner = std::min(row, column) >= edge && row + edge < of.height && column + edge < of.width;
            x[i]                    = inner ? static_cast<float>(u) : 0;
        }
    }
    return x;
}
// Channels are last in memory and first in files.
std::vector<float> in_the_file(std::span<const float> x, const input_outline& of) {
    std::vector<float> file(x.size());
    const std::size_t  width = of.size, channels = std::max<std::size_t>(1, of.channels), plane = width / channels;
    for (std::size_t i = 0; i < x.size(); ++i) file[i / width * width + i % channels * plane + i % width / channels] = x[i];
    return file;
}

template <class Model>
void write(const std::string& path) {
    host                     machine({.threads = 1});
    built_model<Model, host> model(machine, seed, rows_given);
    host::program            program(machine, programs::training<Model>(), row_counts_of(rows_given));
    const tape&              code = program.code();
    std::vector<float>       gradients(model.parameters().size(), 0.0f);
    numbers                  given;

    // No zeros and ones, so that none can stand in for another; and labels that differ: what tells two apart is the difference of
    // two bounds of hundreds of nats.
    for (const tensor_place& p : parameter_places<Model>()) {
        const double by = p.name.ends_with("condition") ? 0.3 : 0.01;
        for (std::size_t i = p.offset; i < p.offset + p.size; ++i)
            model.parameters()[i] += static_cast<float>(by * draws(seed, "stirred").normal(static_cast<std::uint32_t>(i)));
    }
    outgoing_tensors out;
    out.add(parameter_places<Model>(), std::as_const(model).parameters(), "parameter.");

    auto with       = bindings_for<float>(code);
    with.parameters = model.parameters_there(), with.gradients = gradients.data(), with.state = model.states_there();
    with.counts = row_counts_of(rows_given), with.seed = seed;
    std::list<std::vector<float>> inputs;
    for (const input_outline& in : model.outline().inputs) {
        const std::size_t i = inputs.size();
        inputs.push_back(made_up(in, i));
        with.inputs[i] = inputs.back().data();
        given.add("input." + std::to_string(i), in_the_file(inputs.back(), in), {rows_given, in.size});
    }
    program.replay(with);
    out.add(parameter_places<Model>(), gradients, "gradient.");

    for (const node& n : code.nodes) {
        if (n.what != verb::noise) continue;
        const draw_key&    draw = code.draws[static_cast<std::size_t>(n.j)];
        const auto         key  = make_key(seed, draw.purpose, static_cast<std::uint64_t>(draw.loop));
        const auto         K = static_cast<std::size_t>(n.e.fold), cols = static_cast<std::size_t>(n.e.cols), rows = rows_given * K;
        std::vector<float> noise(rows * cols);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < cols; ++c) noise[r * cols + c] = noise_at<float>(key, 0, 0, K, r, c, n.i == 1);
        given.add("noise." + std::to_string(draw.loop), std::move(noise), {rows, cols});
    }
    given.add("loss", {program[code.losses[0]][0]}, {1});

    std::vector<io::tensor_entry> all(out.entries().begin(), out.entries().end());
    all.insert(all.end(), given.entries.begin(), given.entries.end());
    io::write_safetensors(path, {}, all);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "given FOLDER\n"), 2;
    bench::each_model([&]<class M>(bench::entry<M> m) { write<M>(std::string(argv[1]) + "/" + m.name + ".safetensors"); });
}
