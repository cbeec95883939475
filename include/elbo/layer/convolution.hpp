// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

struct needs_an_image {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(is_image<Input>,
                      "elbo: this layer needs an image: put reshape<shape<channels, height, width>> before it");
        return true;
    }
};
struct kernel_must_be_positive {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: a kernel covers at least one pixel");
        return true;
    }
};
struct kernel_is_larger_than_the_image {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: the kernel is larger than the padded image");
        return true;
    }
};
struct stride_must_be_positive {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: a stride must be at least 1");
        return true;
    }
};
struct output_padding_must_be_below_the_stride {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: output padding must be smaller than the stride");
        return true;
    }
};
struct padding_leaves_nothing_of_the_image {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: the padding cuts away all of the image that conv_transpose makes");
        return true;
    }
};

constexpr std::size_t windows_along(std::size_t extent, std::size_t kernel, std::size_t stride, std::size_t pad) {
    return extent + 2 * pad < kernel || stride == 0 ? 1 : (extent + 2 * pad - kernel) / stride + 1;
}

template <class In, std::size_t Kernel, std::size_t Stride, std::size_t Pad>
using window_rejection =
    first_reason<unless<is_image<In>, needs_an_image>, unless<(Stride > 0), stride_must_be_positive>,
                 unless<(Kernel > 0), kernel_must_be_positive>,
                 unless<(image_or_dot<In>::height + 2 * Pad >= Kernel && image_or_dot<In>::width + 2 * Pad >= Kernel) ||
                            !is_image<In>,
                        kernel_is_larger_than_the_image>>;

template <class X, class Y, std::size_t Kernel, std::size_t Stride, std::size_t Pad>
constexpr window window_of() {
    using x            = image_of<X>;
    using y            = image_of<Y>;
    constexpr auto i32 = [](std::size_t n) { return static_cast<std::int32_t>(n); };
    return {i32(x::channels), i32(x::height), i32(x::width), i32(y::channels), i32(y::height), i32(y::width),
            i32(Kernel), i32(Kernel), i32(Stride), i32(Pad)};
}

// y = w * x + b, a correlation as everywhere in this field.   x (h, w, in) · weight (k, k, in, out) · y (h', w', out)
template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1, std::size_t Pad = 0, class Weight = he_uniform,
          class Bias = zeros>
struct conv {
    template <class In>
    using output = shape<Out, windows_along(image_or_dot<In>::height, Kernel, Stride, Pad),
                         windows_along(image_or_dot<In>::width, Kernel, Stride, Pad)>;
    template <class In>
    using parameters = list<parameter<"weight", shape<Kernel * Kernel * image_or_dot<In>::channels, Out>, Weight,
                                      filters<Kernel, Kernel, image_or_dot<In>::channels, Out>>,
                            parameter<"bias", shape<Out>, Bias>>;
    template <class In>
    using rejects =
        first_reason<window_rejection<In, Kernel, Stride, Pad>, unless<(Out > 0), needs_at_least_one_output>>;

    template <class X>
    static constexpr auto apply(const auto&, X x, auto weight, auto bias) {
        using in  = typename X::shape;
        using out = output<in>;
        tape&                                        t = *x.on;
        const auto                                   g = t.geometry(window_of<in, out, Kernel, Stride, Pad>());
        value<out, typename X::axis, X::k> y{&t, t.conv(x.id, weight.id, g)};
        return as_image<image_of<out>::height, image_of<out>::width>(as_pixels(y) + bias);
    }
};

// The transpose of a convolution: y has the shape whose convolution would have x's.
template <std::size_t Out, std::size_t Kernel, std::size_t Stride = 1, std::size_t Pad = 0, std::size_t OutputPad = 0,
          class Weight = he_uniform, class Bias = zeros>
struct conv_transpose {
    static constexpr std::size_t full(std::size_t extent) { return (extent - 1) * Stride + Kernel + OutputPad; }
    static constexpr std::size_t along(std::size_t extent) {
        return full(extent) > 2 * Pad ? full(extent) - 2 * Pad : 1;
    }
    template <class In>
    using output = shape<Out, along(image_or_dot<In>::height), along(image_or_dot<In>::width)>;
    // The mirrored convolution reads this layer's output: its filters are (k, k, out, in), in files (in, out, k, k).
    template <class In>
    using parameters = list<parameter<"weight", shape<Kernel * Kernel * Out, image_or_dot<In>::channels>, Weight,
                                      mirrored_filters<Kernel, Kernel, Out, image_or_dot<In>::channels, Stride>>,
                            parameter<"bias", shape<Out>, Bias>>;
    template <class In>
    using rejects = first_reason<
        unless<is_image<In>, needs_an_image>, unless<(Stride > 0), stride_must_be_positive>,
        unless<(Kernel > 0), kernel_must_be_positive>, unless<(Out > 0), needs_at_least_one_output>,
        unless<(OutputPad < Stride), output_padding_must_be_below_the_stride>,
        unless<(full(image_or_dot<In>::height) > 2 * Pad && full(image_or_dot<In>::width) > 2 * Pad) || !is_image<In>,
               padding_leaves_nothing_of_the_image>>;

    template <class X>
    static constexpr auto apply(const auto&, X x, auto weight, auto bias) {
        using in  = typename X::shape;
        using out = output<in>;
        tape&                                        t = *x.on;
        const auto                                   g = t.geometry(window_of<out, in, Kernel, Stride, Pad>());
        value<out, typename X::axis, X::k> y{&t, t.conv_data(x.id, weight.id, g)};
        return as_image<image_of<out>::height, image_of<out>::width>(as_pixels(y) + bias);
    }
};

}  // namespace elbo
