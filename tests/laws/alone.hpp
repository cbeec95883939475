// SPDX-License-Identifier: MIT
#pragma once

#include "laws/gradient.hpp"
#include "laws/numbers.hpp"

// A network by itself: a model of one network, run forwards and differentiated.

namespace elbo::laws {

// A number of every output, with no symmetry by which a derivative could vanish.
constexpr auto wavy(auto& record, auto y) {
    constexpr std::size_t n = decltype(y)::shape::size;
    std::array<double, n> phase{};
    for (std::size_t i = 0; i < n; ++i) phase[i] = 0.3 + 0.61 * static_cast<double>(i % 7);
    return sum(sin(in_shape<shape<n>>(y) * 1.5 + constants<shape<n>>(record, phase)));
}

template <class Network>
struct alone {
    using networks   = list<net<"network", Network>>;
    using conditions = decltype(zoo::unique(typename Network::conditions{}));
    using inputs     = concat<list<typename Network::input>, conditions>;

    static constexpr auto output_of(auto& record) {
        const auto x = input<typename Network::input>(record);
        return [&]<class... C>(list<C...>) { return run<Network>(record, x, given<C>(input<C>(record))...); }(conditions{});
    }
    static constexpr auto objective(auto& record) { return minimise(term("loss", wavy(record, output_of(record)))); }
};

// Outputs as the arena has them: images are height x width x channels.
template <class Network>
numbers evaluated(replay_data& d) {
    using model = alone<Network>;
    return replay(programs::of<model>([](auto& record) { output(record, "y", model::output_of(record)); }), d)["y"];
}
template <class Network>
numbers trained(replay_data& d) {
    using model = alone<Network>;
    return replay(in_training<model>([](auto& record) { output(record, "y", model::output_of(record)); }), d)["y"];
}

// Rows of images from the order of files, channels x height x width, to that of memory, and back.
template <class Shape>
numbers to_memory(const numbers& file) {
    if constexpr (!is_image<Shape>) return file;
    else {
        using I = image_of<Shape>;
        numbers memory(file.size());
        for (std::size_t i = 0; i < file.size(); ++i) {
            const std::size_t at = i % Shape::size;
            memory[i] = file[i - at + channels_first<I::channels, I::height, I::width>::file_index(at)];
        }
        return memory;
    }
}
template <class Shape>
numbers to_file(const numbers& memory) {
    if constexpr (!is_image<Shape>) return memory;
    else {
        using I = image_of<Shape>;
        numbers file(memory.size());
        for (std::size_t i = 0; i < memory.size(); ++i) {
            const std::size_t at = i % Shape::size;
            file[i - at + channels_first<I::channels, I::height, I::width>::file_index(at)] = memory[i];
        }
        return file;
    }
}

// The arena of a network whose file holds weights(0), weights(1), ..., parameter after parameter.
template <class Network>
numbers parameters_of_file() {
    numbers arena;
    [&]<class... P>(list<P...>) {
        (([&] {
             const std::size_t begin = arena.size();
             const numbers     file  = weights(P::shape::size, begin);
             for (std::size_t i = 0; i < file.size(); ++i) arena.push_back(file[P::order::file_index(i)]);
         }()),
         ...);
    }(typename Network::parameters{});
    return arena;
}

// The network on wave(0), wave(1), ..., in and out in the order of files.
template <class Network>
numbers output_in_file_order(std::int64_t rows) {
    using In = typename Network::input;
    replay_data d{.parameters = parameters_of_file<Network>(),
                  .inputs     = {to_memory<In>(wave(static_cast<std::size_t>(rows) * In::size))},
                  .rows       = rows};
    return to_file<typename Network::output>(evaluated<Network>(d));
}

// How far a model is from the gradient law: at most 1e-6. Nothing checked is nothing shown.
template <class Model>
double gradient_error(const setting& with = {}) {
    const gradient_report report = check_gradient<Model>(with);
    return report.checked > 0 && report.moved > 0 ? report.worst : std::numeric_limits<double>::infinity();
}

}  // namespace elbo::laws
