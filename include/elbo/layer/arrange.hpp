// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

struct reshape_keeps_the_size {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(Input::size == Layer::template output<Input>::size, "elbo: reshape must keep the number of values");
        return true;
    }
};
struct columns_lie_outside_the_input {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: take<first, count> must lie inside its flat input");
        return true;
    }
};

// An image becomes a vector in the order channels, height, width, whatever the memory's order is.
struct flatten {
    template <class In>
    using output = shape<In::size>;

    static constexpr auto apply(const auto&, auto x) { return flat(x); }
};

// A vector in the order channels, height, width becomes an image.
template <class To>
struct reshape {
    template <class>
    using output = To;
    template <class In>
    using rejects = unless<In::size == To::size, reshape_keeps_the_size>;

    static constexpr auto apply(const auto&, auto x) { return unflat<To>(flat(x)); }
};

// Some of the columns.
template <std::size_t First, std::size_t Count>
struct take {
    template <class>
    using output = shape<Count>;
    template <class In>
    using rejects = unless<In::rank == 1 && First + Count <= In::size, columns_lie_outside_the_input>;

    static constexpr auto apply(const auto&, auto x) { return slice<First, Count>(x); }
};

}  // namespace elbo
