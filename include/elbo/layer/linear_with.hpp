// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/join.hpp>
#include <elbo/layer/linear.hpp>

namespace elbo {

struct linear_with_needs_data {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: linear_with<...> needs data: label<10>, an attribute or a shape");
        return true;
    }
};

// y = x W + c C + b                     x (rows, in) · W (in, out) · c (rows, seen) · C (seen, out) · b (out) · y (rows, out)
// What join<Data>, linear<Out> compute, in two products: where there are several conditions for each x, such as every label of an
// image, x W is computed once and not once a condition.
template <class Data, std::size_t Out, class Weight = glorot_uniform, class Bias = zeros>
struct linear_with {
    using condition = Data;
    using seen      = typename data_traits<std::conditional_t<is_data<Data>, Data, shape<1>>>::seen;

    template <class>
    using output = shape<Out>;
    template <class In>
    using parameters = list<parameter<"weight", shape<In::size, Out>, Weight, by_output<In::size, Out>>,
                            parameter<"condition", shape<seen::size, Out>, Weight, by_output<seen::size, Out>>,
                            parameter<"bias", shape<Out>, Bias>>;
    template <class In>
    using rejects = first_reason<unless<is_data<Data> && (seen::size > 0), linear_with_needs_data>,
                                 unless<In::rank == 1, needs_a_flat_input>, unless<(Out > 0), needs_at_least_one_output>>;

    static constexpr auto apply(const auto& s, auto x, auto weight, auto of_condition, auto bias) {
        const auto c = flat(layers::condition_or_recovered<Data, seen>(s, x));
        return (product(x, weight) + bias) + product(c, of_condition);  // the bias once for each x as well
    }
};

}  // namespace elbo
