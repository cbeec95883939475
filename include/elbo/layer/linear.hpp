// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

struct needs_a_flat_input {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(Input::rank == 1, "elbo: this layer needs a flat input: put flatten before it");
        return true;
    }
};

// y = x W + b                                    x (rows, in) · W (in, out) · b (out) · y (rows, out)
// Files hold W as PyTorch does, (out, in); the arena holds it as the product reads it.
template <std::size_t Out, class Weight = glorot_uniform, class Bias = zeros>
struct linear {
    template <class>
    using output = shape<Out>;
    template <class In>
    using parameters = list<parameter<"weight", shape<In::size, Out>, Weight, by_output<In::size, Out>>,
                            parameter<"bias", shape<Out>, Bias>>;
    template <class In>
    using rejects =
        first_reason<unless<In::rank == 1, needs_a_flat_input>, unless<(Out > 0), needs_at_least_one_output>>;

    static constexpr auto apply(const auto&, auto x, auto weight, auto bias) { return product(x, weight) + bias; }
};

}  // namespace elbo
