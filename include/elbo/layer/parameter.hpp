// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/list.hpp>
#include <elbo/core/shape.hpp>
#include <elbo/core/text.hpp>
#include <elbo/layer/initial.hpp>

namespace elbo {

// How a parameter lies in a file, next to how it lies in the arena. Files hold what PyTorch holds.
struct as_is {
    template <class Shape>
    static constexpr auto        file_extents = Shape::extents;
    static constexpr std::size_t file_index(std::size_t i) { return i; }
    static constexpr fans        fans_of(std::size_t rows, std::size_t cols) { return {rows, cols, rows, cols}; }
};
// A matrix (in, out) that files hold as (out, in).
template <std::size_t In, std::size_t Out>
struct by_output {
    template <class>
    static constexpr auto        file_extents = std::array<std::size_t, 2>{Out, In};
    static constexpr std::size_t file_index(std::size_t i) { return i % Out * In + i / Out; }
    static constexpr fans        fans_of(std::size_t rows, std::size_t cols) { return {In, Out, rows, cols}; }
};
// Filters (height, width, in, out) that files hold as (out, in, height, width).
template <std::size_t H, std::size_t W, std::size_t In, std::size_t Out>
struct filters {
    template <class>
    static constexpr auto        file_extents = std::array<std::size_t, 4>{Out, In, H, W};
    static constexpr std::size_t file_index(std::size_t i) {
        const std::size_t out = i % Out, in = i / Out % In, at = i / Out / In;
        return (out * In + in) * H * W + at;
    }
    static constexpr fans fans_of(std::size_t rows, std::size_t cols) { return {H * W * In, H * W * Out, rows, cols}; }
};
// Filters of a transposed convolution, (height, width, out, in), in files (in, out, height, width). With a stride s each
// output sees one in s^2 of the taps: its fan is that much smaller.
template <std::size_t H, std::size_t W, std::size_t Out, std::size_t In, std::size_t Stride>
struct mirrored_filters : filters<H, W, Out, In> {
    static constexpr fans fans_of(std::size_t rows, std::size_t cols) {
        constexpr std::size_t squared = Stride > 0 ? Stride * Stride : 1, taps = H * W > squared ? H * W / squared : 1;
        return {taps * In, taps * Out, rows, cols};
    }
};
// An image (height, width, channels) that files hold as (channels, height, width).
template <std::size_t C, std::size_t H, std::size_t W>
struct channels_first {
    template <class>
    static constexpr auto        file_extents = std::array<std::size_t, 3>{C, H, W};
    static constexpr std::size_t file_index(std::size_t i) { return i % C * H * W + i / C; }
    static constexpr fans        fans_of(std::size_t rows, std::size_t cols) { return {rows, cols, rows, cols}; }
};

template <std::size_t... E>
constexpr std::size_t rows_of_matrix(shape<E...>) {
    if constexpr (sizeof...(E) == 2) return shape<E...>::extents[0];
    else return 1;
}

// Something learned: a name, what it looks like to the tape (a matrix is rows x columns), and how it starts.
template <text Name, class Shape, class Initial = zeros, class Order = as_is>
struct parameter {
    static constexpr const char* name = Name.letters;
    using shape                       = Shape;
    using initial                     = Initial;
    using order                       = Order;
    static constexpr auto        file_extents = Order::template file_extents<Shape>;
    static constexpr std::size_t rows         = rows_of_matrix(Shape{});
    static constexpr std::size_t cols         = Shape::size / rows;
};

// Something kept but not learned: running statistics.
template <text Name, class Shape, class Initial = zeros>
struct running {
    static constexpr const char* name = Name.letters;
    using shape                       = Shape;
    using initial                     = Initial;
    using order                       = as_is;
    static constexpr auto        file_extents = Shape::extents;
    static constexpr std::size_t rows = 1, cols = Shape::size;
};

// The I-th layer's parameter within a stack: "3.weight".
template <std::size_t I, class P>
struct inside_layer : P {
    static constexpr std::size_t layer = I;
    using inner                        = P;
};

template <std::size_t I, class... P>
list<inside_layer<I, P>...> inside_layers(list<P...>);

template <class List>
inline constexpr std::size_t total_size = 0;
template <class... P>
inline constexpr std::size_t total_size<list<P...>> = (std::size_t{0} + ... + P::shape::size);

}  // namespace elbo
