// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

namespace layers {
template <std::size_t In, std::size_t Hidden, std::size_t Gates, class Initial>
using recurrent_parameters =
    list<parameter<"weight_ih", shape<In, Gates * Hidden>, Initial, by_output<In, Gates * Hidden>>,
         parameter<"weight_hh", shape<Hidden, Gates * Hidden>, Initial, by_output<Hidden, Gates * Hidden>>,
         parameter<"bias_ih", shape<Gates * Hidden>, zeros>, parameter<"bias_hh", shape<Gates * Hidden>, zeros>>;
}

template <class H, class C>
struct lstm_state {
    H h;
    C c;
};
template <class H, class C>
lstm_state(H, C) -> lstm_state<H, C>;

// Hochreiter and Schmidhuber (1997), with forget gates; gates in PyTorch's order i, f, g, o.
//     h, c = run<cell>(record, x, {h, c})
template <std::size_t In, std::size_t Hidden, class Initial = fan_in_uniform>
struct lstm {
    using input      = shape<In>;
    using output     = shape<Hidden>;
    using hidden     = shape<Hidden>;
    using parameters = layers::recurrent_parameters<In, Hidden, 4, Initial>;
    using states     = list<>;
    using conditions = list<>;

    // Where a loop begins: lstm<...>::zero_state(record), with K samples of each row where the loop has them.
    template <int K = 1, class Axis = batch<1>, class R>
    static constexpr auto zero_state(R& record) {
        const auto zero = spread<value<hidden, Axis, K>>(value<scalar, once>{&record.on, record.on.constant(0)});
        return lstm_state{zero, zero};
    }
    // Both halves of a state from one vector: first<start, value<shape<2 * Hidden>>>(record).
    static constexpr auto state_of(auto both) { return lstm_state{slice<0, Hidden>(both), slice<Hidden, Hidden>(both)}; }
    template <class S, class X, class State>
    static constexpr auto apply(const S& s, X x, State before) {
        return layers::apply_leaf<lstm>(s, list_of{x, before}, parameters{}, states{});
    }
    template <class X, class State>
    struct list_of {
        X     x;
        State before;
    };
    template <class X, class State>
    list_of(X, State) -> list_of<X, State>;

    static constexpr auto apply(const auto&, auto inputs, auto weight_ih, auto weight_hh, auto bias_ih, auto bias_hh) {
        const auto gates = (product(inputs.x, weight_ih) + bias_ih) + (product(inputs.before.h, weight_hh) + bias_hh);
        const auto i     = sigmoid(slice<0, Hidden>(gates));
        const auto f     = sigmoid(slice<Hidden, Hidden>(gates));
        const auto g     = tanh(slice<2 * Hidden, Hidden>(gates));
        const auto o     = sigmoid(slice<3 * Hidden, Hidden>(gates));
        const auto c     = f * inputs.before.c + i * g;
        const auto h     = o * tanh(c);
        return lstm_state{h, c};
    }
};

// Cho et al. (2014), as PyTorch has it: gates r, z, n.
template <std::size_t In, std::size_t Hidden, class Initial = fan_in_uniform>
struct gru {
    using input      = shape<In>;
    using output     = shape<Hidden>;
    using hidden     = shape<Hidden>;
    using parameters = layers::recurrent_parameters<In, Hidden, 3, Initial>;
    using states     = list<>;
    using conditions = list<>;

    template <class X, class H>
    struct list_of {
        X x;
        H h;
    };
    template <class X, class H>
    list_of(X, H) -> list_of<X, H>;

    template <int K = 1, class Axis = batch<1>, class R>
    static constexpr auto zero_state(R& record) {
        return spread<value<hidden, Axis, K>>(value<scalar, once>{&record.on, record.on.constant(0)});
    }
    template <class S, class X, class H>
    static constexpr auto apply(const S& s, X x, H h) {
        return layers::apply_leaf<gru>(s, list_of{x, h}, parameters{}, states{});
    }
    static constexpr auto apply(const auto&, auto in, auto weight_ih, auto weight_hh, auto bias_ih, auto bias_hh) {
        const auto a = product(in.x, weight_ih) + bias_ih;
        const auto b = product(in.h, weight_hh) + bias_hh;
        const auto r = sigmoid(slice<0, Hidden>(a) + slice<0, Hidden>(b));
        const auto z = sigmoid(slice<Hidden, Hidden>(a) + slice<Hidden, Hidden>(b));
        const auto n = tanh(slice<2 * Hidden, Hidden>(a) + r * slice<2 * Hidden, Hidden>(b));
        return n + z * (in.h - n);
    }
};

}  // namespace elbo
