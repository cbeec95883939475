// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/join.hpp>

namespace elbo {

// A network of a model and the name that its parameters carry in files.
template <text Name, class Network>
struct net {
    static constexpr const char* name = Name.letters;
    using network                     = Network;
};

// Networks that share a loss. A model's parameters are one buffer; each player owns one contiguous part of it.
template <class... Nets>
struct player {};

namespace layers {

template <class Model>
concept a_model = requires { typename Model::networks; };
template <class Model>
struct networks_ {
    using type = list<>;
};
template <a_model Model>
struct networks_<Model> {
    using type = typename Model::networks;
};
template <class Model>
using networks = typename networks_<Model>::type;

template <class... Nets>
list<player<Nets...>> as_players(list<Nets...>);
template <class... Players>
auto as_players(type_of<list<Players...>>) -> list<Players...>;
template <class... Nets>
list<Nets...> nets_of(player<Nets...>);

template <class T>
inline constexpr bool is_player = false;
template <class... Nets>
inline constexpr bool is_player<player<Nets...>> = true;

template <class... Items>
constexpr auto players_(list<Items...>) {
    if constexpr ((is_player<Items> && ... && (sizeof...(Items) > 0))) return list<Items...>{};
    else return list<player<Items...>>{};
}
template <class... Players>
auto all_nets(list<Players...>) -> concat<decltype(nets_of(Players{}))...>;
template <class... Nets>
constexpr std::size_t parameters_in(list<Nets...>) {
    return (std::size_t{0} + ... + total_size<typename Nets::network::parameters>);
}

}  // namespace layers

template <class Model>
constexpr bool a_model_must_have_networks() {
    constexpr bool is = layers::a_model<Model>;
    static_assert(is, "elbo: not a model: vae<encoder, decoder>, or a struct with networks, inputs, objective");
    return true;
}

// Where everything of a model lies: constexpr, from the type.
template <class Model>
struct layout {
    using players = decltype(layers::players_(layers::networks<Model>{}));
    using nets    = decltype(layers::all_nets(players{}));

    static_assert(a_model_must_have_networks<Model>());

    static constexpr std::size_t parameters = layers::parameters_in(nets{});

    template <class... Nets>
    static constexpr std::size_t states_in(list<Nets...>) {
        return (std::size_t{0} + ... + total_size<typename Nets::network::states>);
    }
    static constexpr std::size_t states = states_in(nets{});

    template <class Network>
    static constexpr bool has = [] {
        return []<class... Nets>(list<Nets...>) {
            return (std::is_same_v<Network, typename Nets::network> || ...);
        }(nets{});
    }();

    struct place {
        std::size_t parameters = 0, states = 0, number = 0;
        const char* name  = "";
        bool        found = false;
    };
    template <class Network>
    static constexpr place find() {
        place at;
        [&]<class... Nets>(list<Nets...>) { (visit<Network, Nets>(at), ...); }(nets{});
        return at;
    }

    // Player i owns parameters [begin(i), begin(i + 1)).
    static constexpr std::size_t begin(std::size_t i) {
        std::size_t at = 0, number = 0;
        [&]<class... P>(list<P...>) {
            ((at += number++ < i ? layers::parameters_in(decltype(layers::nets_of(P{})){}) : 0), ...);
        }(players{});
        return at;
    }

private:
    template <class Network, class Net>
    static constexpr void visit(place& at) {
        if (at.found) return;
        if (std::is_same_v<Network, typename Net::network>) {
            at.found = true;
            at.name  = Net::name;
            return;
        }
        at.parameters += total_size<typename Net::network::parameters>;
        at.states += total_size<typename Net::network::states>;
        ++at.number;
    }
};

template <class Model>
inline constexpr std::size_t parameter_count = layout<Model>::parameters;

// What an objective records into.
template <class Model, mode Mode>
struct recorder {
    using model                    = Model;
    static constexpr mode purpose  = Mode;
    static constexpr bool training = Mode == mode::train;

    tape& on;
};

// Each rule asserts in a function of its name, which is always true: nothing but the rule complains.
template <class Network, class Model>
constexpr bool network_must_belong_to_the_model() {
    static_assert(layout<Model>::template has<Network>, "elbo: this network is not among the model's networks");
    return true;
}
template <class Network, class Input>
constexpr bool network_must_be_run_on_its_input_shape() {
    static_assert(std::is_same_v<typename Network::input, Input>, "elbo: a network runs on values of its input's shape");
    return true;
}
template <class Network, class Missing>
constexpr bool every_condition_that_a_network_joins_must_be_given() {
    static_assert(is_accepted<Missing>, "elbo: the network joins a condition that it was not given: given<label<10>>(y)");
    return true;
}

namespace layers {

template <class T>
inline constexpr bool is_extra = std::is_same_v<T, turn>;
template <class D, class V>
inline constexpr bool is_extra<given_value<D, V>> = true;
template <class... G>
inline constexpr bool is_extra<givens<G...>> = true;

template <class... G>
constexpr givens<G...> gather_givens(givens<G...> g) {
    return g;
}
template <class... G, class... Rest>
constexpr auto gather_givens(givens<G...> g, turn, Rest... rest) {
    return gather_givens(g, rest...);
}
template <class... G, class D, class V, class... Rest>
constexpr auto gather_givens([[maybe_unused]] givens<G...> g, given_value<D, V> more, Rest... rest) {
    return gather_givens(givens<G..., given_value<D, V>>{static_cast<G&>(g)..., more}, rest...);
}
template <class... G, class... H, class... Rest>
constexpr auto gather_givens([[maybe_unused]] givens<G...> g, [[maybe_unused]] givens<H...> more, Rest... rest) {
    return gather_givens(givens<G..., H...>{static_cast<G&>(g)..., static_cast<H&>(more)...}, rest...);
}
constexpr int turn_of() { return 0; }
template <class First, class... Rest>
constexpr int turn_of(First first, Rest... rest) {
    if constexpr (std::is_same_v<First, turn>) return first.index;
    else return turn_of(rest...);
}

template <class Given, class... Data>
auto missing_(list<Data...>) -> first_reason<unless<gives<Data, Given>, Data>...>;
// The first of the data that a network joins and that nothing gives, or `accepted`.
template <class Network, class... Extra>
using missing = decltype(missing_<decltype(gather_givens(givens<>{}, std::declval<Extra>()...))>(
    typename Network::conditions{}));

// x, or after a rejection something in the network's shape.
template <class Network, class X>
constexpr auto input_of(X x) {
    if constexpr (std::is_same_v<typename Network::input, typename X::shape>) return x;
    else return verbs::recovered<value<typename Network::input, typename X::axis, X::k>>(x.on);
}

template <class Network, class R, class... Extra>
constexpr auto scope_of(R& record, Extra... extra) {
    using Model         = typename R::model;
    constexpr auto at   = layout<Model>::template find<Network>();
    auto           have = gather_givens(givens<>{}, extra...);
    return scope<R::purpose, decltype(have)>{&record.on, static_cast<int>(at.parameters), static_cast<int>(at.states),
                                             mix_bits(at.number + 1), at.name, turn_of(extra...), have};
}

}  // namespace layers

// Runs a network of the model: run<encoder>(record, x), run<decoder>(record, z, given<label<10>>(y)),
// run<cell>(record, x, state, turn{t}).
template <class Network, class R, class X, class... Extra>
    requires(layers::is_extra<Extra> && ... && true)
constexpr auto run(R& record, X x, Extra... extra) {
    static_assert(network_must_belong_to_the_model<Network, typename R::model>());
    static_assert(every_condition_that_a_network_joins_must_be_given<Network, layers::missing<Network, Extra...>>());
    static_assert(network_must_be_run_on_its_input_shape<Network, typename X::shape>());
    return Network::apply(layers::scope_of<Network>(record, extra...), layers::input_of<Network>(x));
}
template <class Network, class R, class X, class State, class... Extra>
    requires(!layers::is_extra<State>)
constexpr auto run(R& record, X x, State state, Extra... extra) {
    static_assert(network_must_belong_to_the_model<Network, typename R::model>());
    static_assert(every_condition_that_a_network_joins_must_be_given<Network, layers::missing<Network, Extra...>>());
    static_assert(network_must_be_run_on_its_input_shape<Network, typename X::shape>());
    return Network::apply(layers::scope_of<Network>(record, extra...), layers::input_of<Network>(x), state);
}

// Numbers that a model learns and that depend on nothing: where a loop begins.
//     struct canvas_0 : beginning<image::size> {};      first<canvas_0, value<image>>(record)
template <std::size_t Size, class Initial = zeros>
struct beginning {
    using input      = shape<0>;
    using output     = shape<Size>;
    using parameters = list<parameter<"start", shape<Size>, Initial>>;
    using states     = list<>;
    using conditions = list<>;

    static constexpr auto apply(const auto&, auto, auto numbers) { return numbers; }
};
template <class Beginning, class V, class R>
constexpr V first(R& record) {
    static_assert(network_must_belong_to_the_model<Beginning, typename R::model>());
    const auto numbers = layers::apply_leaf<Beginning>(layers::scope_of<Beginning>(record), 0, typename Beginning::parameters{}, list<>{});
    return spread<V>(in_shape<typename V::shape>(numbers));
}

// Random numbers like a value, keyed by their purpose and the turn of the loop they are drawn in.
template <class V, class R>
constexpr V normal_noise(R& record, const char* purpose, int loop = 0) {
    return {&record.on, record.on.noise(V::of, false, name_hash(purpose), loop)};
}
template <class V, class R>
constexpr V uniform_noise(R& record, const char* purpose, int loop = 0) {
    return {&record.on, record.on.noise(V::of, true, name_hash(purpose), loop)};
}
// A number that may change between replays: a schedule's value, a temperature.
template <class R>
constexpr value<scalar, once> slot(R& record, const char* name, double otherwise) {
    return {&record.on, record.on.slot(name, otherwise)};
}
template <class R>
constexpr value<scalar, once> constant(R& record, double c) {
    return {&record.on, record.on.constant(c)};
}
// A row of them, or a matrix of `Rows` rows for product().
template <class Shape, int Rows = 1, class R, std::size_t N>
constexpr value<Shape, once, Rows> constants(R& record, const std::array<double, N>& numbers) {
    return verbs::table<Shape, Rows>(record.on, numbers);
}
// The N unit vectors, as N samples of each row of a batch: every label, or every cotangent of a Jacobian.
template <std::size_t N, class Axis = batch<1>, class R>
constexpr value<shape<N>, Axis, static_cast<int>(N)> unit_vectors(R& record) {
    std::array<double, N * N> identity{};
    for (std::size_t i = 0; i < N; ++i) identity[i * (N + 1)] = 1;
    return as_rows(spread<value<shape<N, N>, Axis>>(constants<shape<N, N>>(record, identity)));
}

// ---- what a model is trained on ----

// Data that come in a batch of their own, beside the labelled ones.
template <class Data>
struct unlabelled {
    using raw  = typename data_traits<Data>::raw;
    using seen = typename data_traits<Data>::seen;
    static constexpr auto see(auto x) { return data_traits<Data>::see(x); }
};
template <class Data>
inline constexpr int batch_axis = 1;
template <class Data>
inline constexpr int batch_axis<unlabelled<Data>> = 2;

template <class Data, class Model>
constexpr bool data_must_be_among_the_models_inputs() {
    static_assert(contains<Data, typename Model::inputs>, "elbo: these data are not among the model's inputs");
    return true;
}

// A batch of one of the model's inputs, as networks see it: a label is one-hot.
template <class Data, class R>
constexpr auto input(R& record) {
    using Model = typename R::model;
    static_assert(data_must_be_among_the_models_inputs<Data, Model>());
    using raw            = typename data_traits<Data>::raw;
    constexpr int number = static_cast<int>(index_in<Data>(typename Model::inputs{}));
    constexpr int axis   = batch_axis<Data>;
    static_assert(batch_axes_are_numbered_1_to_3<axis>());
    record.on.inputs     = static_cast<std::int32_t>(Model::inputs::size);
    const value<raw, batch<axis>> x{&record.on,
                                    record.on.shared_leaf(verb::input, {axis, 1, static_cast<int>(raw::size)}, number)};
    return data_traits<Data>::see(x);
}
// Data that are no training input but are handed to a program: codes to decode.
template <class Shape, class R>
constexpr value<Shape> argument(R& record, int number) {
    if (record.on.inputs <= number) record.on.inputs = number + 1;
    return {&record.on, record.on.shared_leaf(verb::input, {1, 1, static_cast<int>(Shape::size)}, number)};
}

}  // namespace elbo
