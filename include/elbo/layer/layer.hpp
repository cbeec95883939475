// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/reject.hpp>
#include <elbo/layer/parameter.hpp>
#include <elbo/tape/algebra.hpp>

// What a layer is. Given the shape In of one sample, a layer says
//
//     template <class In> using output     = ...;             its output's shape
//     template <class In> using parameters = list<...>;       what it learns (optional)
//     template <class In> using states     = list<...>;       what it keeps (optional)
//     template <class In> using rejects    = unless<...>;     why it does not fit (optional)
//     using condition = ...;                                  data it joins (optional)
//     static constexpr auto apply(scope, x, parameters..., states...);
//
// and works on values through verbs. A layer made of layers takes its part of the scope instead: it defines
// `composite` and apply(scope, x).

namespace elbo {

enum class mode { train, evaluate };

namespace layers {

template <class L, class In>
constexpr auto parameters_(int) -> type_of<typename L::template parameters<In>>;
template <class L, class In>
constexpr auto parameters_(...) -> type_of<list<>>;
template <class L, class In>
using parameters = typename decltype(parameters_<L, In>(0))::type;

template <class L, class In>
constexpr auto states_(int) -> type_of<typename L::template states<In>>;
template <class L, class In>
constexpr auto states_(...) -> type_of<list<>>;
template <class L, class In>
using states = typename decltype(states_<L, In>(0))::type;

template <class L, class In>
constexpr auto rejects_(int) -> type_of<typename L::template rejects<In>>;
template <class L, class In>
constexpr auto rejects_(...) -> type_of<accepted>;
template <class L, class In>
using rejects = typename decltype(rejects_<L, In>(0))::type;

template <class L, class In>
using output = typename L::template output<In>;
template <class L, class In>
concept a_layer_for = requires { typename L::template output<In>; };

template <class L>
constexpr auto conditions_(int) -> type_of<list<typename L::condition>>;
template <class L>
constexpr auto conditions_(...) -> type_of<list<>>;
template <class L>
constexpr auto conditions_(long) -> type_of<typename L::conditions>;
template <class L>
using conditions = typename decltype(conditions_<L>(0))::type;

}  // namespace layers

// A reason is a struct whose at<Index, Layer, Input>() asserts its sentence; the door calls it. The assertion stands in
// a function, never in a class: clang drops a class whose assertion fails, and then all that uses it complains too.
template <class Layer, class Input>
inline constexpr bool accepts = is_accepted<layers::rejects<Layer, Input>>;

struct needs_at_least_one_output {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: a layer has at least one output");
        return true;
    }
};

// Data bound to a value, for the layers that join it.
template <class Data, class V>
struct given_value {
    V value;
};
template <class Data, class V>
constexpr given_value<Data, V> given(V value) {
    return {value};
}
template <class... G>
struct givens : G... {};
template <class... G>
givens(G...) -> givens<G...>;

namespace layers {
template <class Data, class V>
constexpr V find(const given_value<Data, V>& g) {
    return g.value;
}
template <class Data, class G>
concept gives = requires(G g) { layers::find<Data>(g); };
}  // namespace layers

// Which turn of a loop a shared network is run in: enters the keys of its random numbers.
struct turn {
    int index = 0;
};

// Where a layer is being recorded: the tape, where its parameters and states begin, and what its network was given.
template <mode Mode, class Givens>
struct scope {
    static constexpr bool training = Mode == mode::train;

    tape*         on         = nullptr;
    int           parameters = 0;
    int           states     = 0;
    std::uint64_t path       = 0;  // names the layer in the keys of its random numbers
    const char*   network    = "";
    int           loop       = 0;
    Givens        given      = {};

    template <class P>
    constexpr auto leaf(verb what, int offset) const {
        constexpr int rows = static_cast<int>(P::rows), cols = static_cast<int>(P::cols);
        return value<shape<P::cols>, once, rows>{on, on->shared_leaf(what, {0, rows, cols}, offset)};
    }
    template <class Data>
    constexpr auto condition() const {
        return layers::find<Data>(given);
    }
    template <class V>
    constexpr V uniform_like(V, const char* purpose) const {
        return {on, on->noise(V::of, true, mix_bits(name_hash(purpose) ^ path), loop)};
    }

    // Effects happen in order: a network that runs twice updates its state from what its first run left.
    template <class V>
    constexpr V latest(V state) const {
        const node_id effect = assigned(state.id);
        return effect < 0 ? state : V{on, (*on)[effect].a};
    }
    template <class V, class W>
    constexpr void assign(V state, W value) const {
        const node_id whole = on->spread_to(V::of, value.id), effect = assigned(state.id);
        if (effect < 0) on->effect(verb::assign, whole, (*on)[state.id].i);
        else (*on)[effect].a = whole;  // canonicalise() puts it after its operand again
    }

private:
    constexpr node_id assigned(node_id state) const {
        for (node_id id = on->size() - 1; id >= 0; --id)
            if ((*on)[id].what == verb::assign && (*on)[id].i == (*on)[state].i) return id;
        return -1;
    }
};

namespace layers {

template <class L, class Scope, class X, class... P, class... S>
constexpr auto apply_leaf(const Scope& s, X x, list<P...>, list<S...>) {
    [[maybe_unused]] int p = s.parameters, q = s.states;
    [[maybe_unused]] const auto next = [](int& offset, std::size_t size) { return (offset += static_cast<int>(size)) - static_cast<int>(size); };
    // Braces evaluate in order.
    struct offsets {
        int at[sizeof...(P) + sizeof...(S) + 1];
    } const where{{next(p, P::shape::size)..., next(q, S::shape::size)..., 0}};
    return [&]<std::size_t... I, std::size_t... J>(std::index_sequence<I...>, std::index_sequence<J...>) {
        return L::apply(s, x, s.template leaf<P>(verb::parameter, where.at[I])...,
                        s.template leaf<S>(verb::state, where.at[sizeof...(P) + J])...);
    }(std::index_sequence_for<P...>{}, std::index_sequence_for<S...>{});
}

template <class L, class In, class Scope, class X>
constexpr auto apply(const Scope& s, X x) {
    if constexpr (requires { L::composite; }) return L::apply(s, x);
    else return apply_leaf<L>(s, x, parameters<L, In>{}, states<L, In>{});
}

// x, once for each of several: conditions, samples, grids.
template <class X, class C>
constexpr auto for_each_of(C, X x) {
    if constexpr (C::k > X::k && C::k % X::k == 0) return repeat<C::k / X::k>(x);
    else return x;
}

}  // namespace layers

}  // namespace elbo
