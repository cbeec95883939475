// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/join.hpp>
#include <elbo/layer/linear.hpp>

namespace elbo {

struct modulate_needs_data {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: modulate<...> needs data: label<10>, an attribute or a shape");
        return true;
    }
};

// y = x (1 + s) + t, (s, t) = c W + b        c (rows, seen) · W (seen, 2 channels) · b (2 channels)
// A condition that scales and shifts every channel of an image, or every number of a vector: Perez et al. (2018). It begins by
// doing neither.
template <class Data, class Weight = zeros>
struct modulate {
    using condition = Data;
    using seen      = typename data_traits<std::conditional_t<is_data<Data>, Data, shape<1>>>::seen;

    template <class In>
    static constexpr std::size_t channels = is_image<In> ? image_or_dot<In>::channels : In::size;
    template <class In>
    using output = In;
    template <class In>
    using parameters = list<parameter<"weight", shape<seen::size, 2 * channels<In>>, Weight, by_output<seen::size, 2 * channels<In>>>,
                            parameter<"bias", shape<2 * channels<In>>>>;
    template <class In>
    using rejects = unless<is_data<Data> && (seen::size > 0), modulate_needs_data>;

    template <class X>
    static constexpr auto apply(const auto& s, X alone, auto weight, auto bias) {
        using In              = typename X::shape;
        constexpr std::size_t C = channels<In>;
        const auto c     = flat(layers::condition_or_recovered<Data, seen>(s, alone));
        const auto x     = layers::for_each_of(c, alone);
        const auto both  = product(c, weight) + bias;
        const auto scale = slice<0, C>(both) + 1.0, shift = slice<C, C>(both);
        if constexpr (is_image<In>) {
            using I             = image_of<In>;
            constexpr int area = static_cast<int>(I::height * I::width);
            return as_image<I::height, I::width>(as_pixels(x) * repeat<area>(scale) + repeat<area>(shift));
        } else return in_shape<In>(in_shape<shape<C>>(x) * scale + shift);
    }
};

}  // namespace elbo
