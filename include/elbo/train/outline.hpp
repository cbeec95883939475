// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/batches.hpp>
#include <elbo/model/names.hpp>

#include <stdexcept>
#include <string>

// What training needs to know of a model, as values. Whatever takes an outline instead of the type is compiled once for
// all models of a program: the second one costs little more than its tapes.

ELBO_COMPILED_ONCE

namespace elbo {

// One of a model's inputs: what it expects of a data set, and how it is filled from one.
struct input_outline {
    enum class kind : std::uint8_t { image, numbers, label, attributes };
    kind        what = kind::numbers;
    std::size_t size = 0;  // numbers a row
    std::size_t channels = 0, height = 0, width = 0;
    std::size_t classes = 0;
    int         axis    = 1;  // of its batch
};

struct model_outline {
    std::vector<tensor_place>  parameters, states;
    std::vector<input_outline> inputs;
    std::size_t                parameter_count = 0, state_count = 0;
};

namespace outlining {

template <class D>
input_outline input() {
    using kind = input_outline::kind;
    using raw  = typename data_traits<D>::raw;
    if constexpr (requires { D::classes; }) return {kind::label, raw::size, 0, 0, 0, D::classes};
    else if constexpr (requires { D::name; }) return {kind::attributes, raw::size};
    else if constexpr (is_image<raw>) return {kind::image, raw::size, image_of<raw>::channels, image_of<raw>::height, image_of<raw>::width};
    else return {kind::numbers, raw::size};
}
template <class D>
input_outline input_on_its_axis() {
    input_outline in = input<D>();
    in.axis          = batch_axis<D>;
    return in;
}
template <class... D>
std::vector<input_outline> inputs(list<D...>) {
    return {input_on_its_axis<D>()...};
}

inline std::string size_text(std::size_t c, std::size_t h, std::size_t w) {
    return sentence({c, " x ", h, " x ", w});
}

// What the type knows is compared with what the data say, before anything is trained.
ELBO_COLD inline void check(const std::vector<input_outline>& inputs, const data::images& set, int axis) {
    const auto need = [&](bool right, message_parts expected, const std::string& got) {
        if (!right) throw std::invalid_argument(sentence({set.name, ": expected ", sentence(expected), ", got ", got}));
    };
    for (const input_outline& in : inputs) {
        if (in.axis != axis) continue;
        switch (in.what) {
            case input_outline::kind::label:
                need(set.labelled(), {"labels"}, "none");
                need(set.classes <= in.classes, {"at most ", in.classes, " classes"}, sentence({set.classes}));
                need(set.labels.size() == set.size(), {set.size(), " labels"}, sentence({set.labels.size()}));
                for (const std::uint8_t label : set.labels) need(label < in.classes, {"labels below ", in.classes}, sentence({unsigned{label}}));
                break;
            case input_outline::kind::attributes:
                need(set.attribute_names.size() == in.size, {in.size, " attributes an image"}, sentence({set.attribute_names.size()}));
                need(set.attributes.size() == set.size() * in.size, {set.size() * in.size, " attributes"}, sentence({set.attributes.size()}));
                break;
            case input_outline::kind::image:
                need(set.channels == in.channels && set.height == in.height && set.width == in.width,
                     {"images of ", size_text(in.channels, in.height, in.width)}, size_text(set.channels, set.height, set.width));
                break;
            case input_outline::kind::numbers:
                need(set.image_size() == in.size, {"images of ", in.size, " numbers"}, size_text(set.channels, set.height, set.width));
        }
    }
}

// A machine writes where a class's number points.
ELBO_OUTLINE inline void check_classes(const input_outline& in, std::span<const float> numbers) {
    for (const float x : numbers)
        if (!(x >= 0 && x < static_cast<float>(in.classes)) || static_cast<float>(static_cast<int>(x)) != x)
            throw std::invalid_argument(sentence({"expected classes from 0 to ", in.classes - 1, ", got another number"}));
}

ELBO_OUTLINE inline void fill(const input_outline& in, std::span<float> to, const data::batches& from, std::uint64_t epoch, std::size_t first, std::size_t n) {
    to = to.first(n * in.size);
    if (in.what == input_outline::kind::label) from.labels(to, epoch, first, n);
    else if (in.what == input_outline::kind::attributes) from.attributes(to, epoch, first, n);
    else from.pixels(to, epoch, first, n);
}
// The same by all threads of a machine that has some, where that is worth waking them.
template <class Machine>
void fill(Machine& by, const input_outline& in, std::span<float> to, const data::batches& from, std::uint64_t epoch, std::size_t first, std::size_t n) {
    constexpr std::size_t rows = 8;  // at once
    if constexpr (requires { by.each_part(n, rows, [](std::size_t, std::size_t) {}); }) {
        if (n * in.size > 16384) {
            by.each_part(n, rows, [&](std::size_t begin, std::size_t end) {
                fill(in, to.subspan(begin * in.size), from, epoch, first + begin, end - begin);
            });
            return;
        }
    }
    fill(in, to, from, epoch, first, n);
}

}  // namespace outlining

template <class Model>
model_outline outline_of() {
    return {parameter_places<Model>(), state_places<Model>(), outlining::inputs(typename Model::inputs{}),
            layout<Model>::parameters, layout<Model>::states};
}

}  // namespace elbo
