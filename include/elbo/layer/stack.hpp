// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

// One layer in its place: its number, what enters it, what leaves it, and where its parameters and states begin.
template <std::size_t Index, class Layer, class In, class Out, std::size_t Parameters, std::size_t States>
struct placed {
    static constexpr std::size_t index = Index, parameters_at = Parameters, states_at = States;
    using layer  = Layer;
    using input  = In;
    using output = Out;
};

namespace layers {

// The walk through a stack: one fold, one table. The first rejection is carried along; what follows sees the
// rejecting layer's output all the same.
template <class Shape, class Table, class Rejection, std::size_t Parameters, std::size_t States>
struct walk {
    using output    = Shape;
    using table     = Table;
    using rejection = Rejection;
    static constexpr std::size_t parameters_end = Parameters, states_end = States;
};

template <class Shape, class... Placed, class Rejection, std::size_t P, std::size_t S, class Layer>
auto operator|(walk<Shape, list<Placed...>, Rejection, P, S>, type_of<Layer>) {
    constexpr std::size_t index = sizeof...(Placed);
    using here = placed<index, Layer, Shape, layers::output<Layer, Shape>, P, S>;
    using reason = rejects<Layer, Shape>;
    using carried = std::conditional_t<is_accepted<Rejection> && !is_accepted<reason>, list<here, reason>, Rejection>;
    return walk<typename here::output, list<Placed..., here>, carried, P + total_size<parameters<Layer, Shape>>,
                S + total_size<states<Layer, Shape>>>{};
}

template <class In, class... Layers>
using walked = decltype((walk<In, list<>, accepted, 0, 0>{} | ... | type_of<Layers>{}));

template <class Placed>
using numbered_parameters =
    decltype(inside_layers<Placed::index>(parameters<typename Placed::layer, typename Placed::input>{}));
template <class Placed>
using numbered_states =
    decltype(inside_layers<Placed::index>(states<typename Placed::layer, typename Placed::input>{}));
template <class... Placed>
auto all_parameters(list<Placed...>) -> concat<numbered_parameters<Placed>...>;
template <class... Placed>
auto all_states(list<Placed...>) -> concat<numbered_states<Placed>...>;

template <class Rejection>
inline constexpr bool sound = true;
template <class Placed, class Reason>
inline constexpr bool sound<list<Placed, Reason>> =
    Reason::template at<Placed::index, typename Placed::layer, typename Placed::input>::done;

// Runs a stack's layers one after the other.
template <class S, class X>
constexpr auto apply_all(const S&, X x, list<>) {
    return x;
}
template <class S, class X, class Placed, class... Rest>
constexpr auto apply_all(const S& whole, X x, list<Placed, Rest...>) {
    S part          = whole;
    part.parameters = whole.parameters + static_cast<int>(Placed::parameters_at);
    part.states     = whole.states + static_cast<int>(Placed::states_at);
    part.path       = mix_bits(whole.path + Placed::index + 1);
    return apply_all(whole, layers::apply<typename Placed::layer, typename Placed::input>(part, x), list<Rest...>{});
}

}  // namespace layers

// Layers one after the other, from the shape of one sample. Every other shape is inferred.
//
//     struct encoder : stack<shape<1, 28, 28>, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
template <class In, class... Layers>
struct stack {
private:
    using walk = layers::walked<In, Layers...>;

public:
    using input      = In;
    using output     = typename walk::output;
    using parameters = decltype(layers::all_parameters(typename walk::table{}));
    using states     = decltype(layers::all_states(typename walk::table{}));
    using conditions = concat<layers::conditions<Layers>...>;
    using table      = typename walk::table;

    template <class S, class X>
    static constexpr auto apply(const S& s, X x) {
        return layers::apply_all(s, x, typename walk::table{});
    }

    static_assert(layers::sound<typename walk::rejection>);
};

}  // namespace elbo
