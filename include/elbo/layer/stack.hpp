// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

struct stack_must_begin_with_a_shape {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(is_shape<Input>, "elbo: a stack begins with the shape of one sample: stack<shape<1, 28, 28>, ...>");
        return true;
    }
};
struct stack_must_be_made_of_layers {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(layers::a_layer_for<Layer, Input>,
                      "elbo: this is not a layer, or none for its input: a distribution stands in to<...>");
        return true;
    }
};
struct nothing_may_follow_a_distribution {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(is_shape<Input>, "elbo: to<...> must be the last of the stack");
        return true;
    }
};

// One layer in its place: its number, what enters it, what leaves it, and where its parameters and states begin.
template <std::size_t Index, class Layer, class In, class Out, std::size_t Parameters, std::size_t States>
struct placed {
    static constexpr std::size_t index = Index, parameters_at = Parameters, states_at = States;
    using layer  = Layer;
    using input  = In;
    using output = Out;
};

namespace layers {

// A reason why a layer does not fit, and the layer's place.
template <std::size_t Index, class Layer, class In, class Reason>
struct rejection {
    static constexpr std::size_t index = Index;
    using layer  = Layer;
    using input  = In;
    using reason = Reason;
};
struct no_reason {
    template <std::size_t, class, class>
    static constexpr bool at() {
        return true;
    }
};
using no_rejection = rejection<0, void, void, no_reason>;

// A layer of layers passes on what one of them rejects.
template <class Rejection>
struct rejected_inside {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        return Rejection::reason::template at<Rejection::index, typename Rejection::layer, typename Rejection::input>();
    }
};

// What a stack asks of its next layer. A layer that cannot be asked leaves the shape as it is.
template <class Layer, class In>
struct step {
    using output = layers::output<Layer, In>;
    using reason = rejects<Layer, In>;
};
template <class Layer, class In>
    requires(!is_shape<In>)
struct step<Layer, In> {
    using output = In;
    using reason = nothing_may_follow_a_distribution;
};
template <class Layer, class In>
    requires(is_shape<In> && !a_layer_for<Layer, In>)
struct step<Layer, In> {
    using output = In;
    using reason = stack_must_be_made_of_layers;
};

// The walk through a stack: one fold, one table. The first rejection is carried along; what follows sees the
// rejecting layer's output all the same.
template <class Shape, class Table, class Rejection, std::size_t Parameters, std::size_t States>
struct walk {
    using output    = Shape;
    using table     = Table;
    using rejection = Rejection;
};

template <class Shape, class... Placed, class Rejection, std::size_t P, std::size_t S, class Layer>
auto operator|(walk<Shape, list<Placed...>, Rejection, P, S>, type_of<Layer>) {
    constexpr std::size_t index = sizeof...(Placed);
    using next    = step<Layer, Shape>;
    using here    = placed<index, Layer, Shape, typename next::output, P, S>;
    using carried = std::conditional_t<std::is_same_v<Rejection, no_rejection> && !is_accepted<typename next::reason>,
                                       layers::rejection<index, Layer, Shape, typename next::reason>, Rejection>;
    return walk<typename here::output, list<Placed..., here>, carried, P + total_size<parameters<Layer, Shape>>,
                S + total_size<states<Layer, Shape>>>{};
}

template <class In, class... Layers>
struct walked_ {  // does not begin with a shape
    using type = walk<shape<1>, list<>, rejection<0, In, In, stack_must_begin_with_a_shape>, 0, 0>;
};
template <std::size_t... E, class... Layers>
struct walked_<shape<E...>, Layers...> {
    using type = decltype((walk<shape<E...>, list<>, no_rejection, 0, 0>{} | ... | type_of<Layers>{}));
};
template <class In, class... Layers>
using walked = typename walked_<In, Layers...>::type;

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
    part.network    = "";  // layers inside a layer are not told of: they have its number
    const auto y    = layers::apply<typename Placed::layer, typename Placed::input>(part, x);
    if constexpr (verbs::is_value<std::remove_const_t<decltype(y)>>)
        if (*whole.network != '\0') whole.on->layers.push_back({whole.network, static_cast<int>(Placed::index), y.id});
    return apply_all(whole, y, list<Rest...>{});
}

// Layers one after the other, silent about what does not fit: layers of layers are made of it.
template <class In, class... Layers>
struct chain {
private:
    using walk = walked<In, Layers...>;

public:
    using input      = In;
    using output     = typename walk::output;
    using parameters = decltype(all_parameters(typename walk::table{}));
    using states     = decltype(all_states(typename walk::table{}));
    using conditions = concat<layers::conditions<Layers>...>;
    using table      = typename walk::table;
    using rejection  = typename walk::rejection;

    static constexpr bool fits = std::is_same_v<rejection, no_rejection>;

    template <class S, class X>
    static constexpr auto apply(const S& s, X x) {
        return apply_all(s, x, table{});
    }
};

}  // namespace layers

// Layers one after the other, from the shape of one sample. Every other shape is inferred.
//
//     struct encoder : stack<shape<1, 28, 28>, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
template <class In, class... Layers>
struct stack : layers::chain<In, Layers...> {
private:
    using no = typename layers::chain<In, Layers...>::rejection;
    static_assert(no::reason::template at<no::index, typename no::layer, typename no::input>());
};

}  // namespace elbo
