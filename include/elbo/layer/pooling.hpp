// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/convolution.hpp>

namespace elbo {

struct pooling_may_pad_by_half_its_kernel {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: pooling pads by at most half of its kernel");
        return true;
    }
};

namespace layers {
template <class In, std::size_t Kernel, std::size_t Stride, std::size_t Pad>
using pooled = shape<image_or_dot<In>::channels, windows_along(image_or_dot<In>::height, Kernel, Stride, Pad),
                     windows_along(image_or_dot<In>::width, Kernel, Stride, Pad)>;
template <class In, std::size_t Kernel, std::size_t Stride, std::size_t Pad>
using pooling_rejection = first_reason<window_rejection<In, Kernel, Stride, Pad>,
                                       unless<2 * Pad <= Kernel, pooling_may_pad_by_half_its_kernel>>;
}  // namespace layers

template <std::size_t Kernel, std::size_t Stride = Kernel, std::size_t Pad = 0>
struct max_pool {
    template <class In>
    using output = layers::pooled<In, Kernel, Stride, Pad>;
    template <class In>
    using rejects = layers::pooling_rejection<In, Kernel, Stride, Pad>;

    template <class X>
    static constexpr auto apply(const auto&, X x) {
        using out = output<typename X::shape>;
        tape&                                               t = *x.on;
        const auto                                          g = t.geometry(window_of<typename X::shape, out, Kernel, Stride, Pad>());
        const value<shape<out::size>, typename X::axis, X::k> where{&t, t.pool(x.id, g, verb::argmax)};
        return in_shape<out>(gather(x, where));
    }
};

// Zeros of the padding count, as PyTorch's default has it.
template <std::size_t Kernel, std::size_t Stride = Kernel, std::size_t Pad = 0>
struct average_pool {
    template <class In>
    using output = layers::pooled<In, Kernel, Stride, Pad>;
    template <class In>
    using rejects = layers::pooling_rejection<In, Kernel, Stride, Pad>;

    template <class X>
    static constexpr auto apply(const auto&, X x) {
        using out = output<typename X::shape>;
        tape&      t = *x.on;
        const auto g = t.geometry(window_of<typename X::shape, out, Kernel, Stride, Pad>());
        return value<out, typename X::axis, X::k>{&t, t.pool(x.id, g)} / static_cast<double>(Kernel * Kernel);
    }
};

// Each pixel becomes Factor x Factor: the transpose of summing over windows.
template <std::size_t Factor>
struct upsample {
    template <class In>
    using output = shape<image_or_dot<In>::channels, image_or_dot<In>::height * Factor, image_or_dot<In>::width * Factor>;
    template <class In>
    using rejects = first_reason<unless<is_image<In>, needs_an_image>, unless<(Factor > 0), stride_must_be_positive>>;

    template <class X>
    static constexpr auto apply(const auto&, X x) {
        using out = output<typename X::shape>;
        tape&      t = *x.on;
        const auto g = t.geometry(window_of<out, typename X::shape, Factor, Factor, 0>());
        return value<out, typename X::axis, X::k>{&t, t.unpool(x.id, g)};
    }
};

}  // namespace elbo
