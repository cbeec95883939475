// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE recurrent
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
using first  = attribute<"first", shape<3>>;
using second = attribute<"second", shape<3>>;
using third  = attribute<"third", shape<3>>;

struct long_memory : lstm<3, 2> {};
struct gated : gru<3, 2> {};

// Three steps of one cell from a state of zeros.
struct lstm_thrice {
    using networks = list<net<"cell", long_memory>>;
    using inputs   = list<first, second, third>;

    static constexpr auto last_state(auto& record) {
        const auto a = input<first>(record), b = input<second>(record), c = input<third>(record);
        const auto zero = slice<0, 2>(a) * 0.0;
        const lstm_state<decltype(zero), decltype(zero)> start{zero, zero};
        const auto one = run<long_memory>(record, a, start, turn{0});
        const auto two = run<long_memory>(record, b, one, turn{1});
        return run<long_memory>(record, c, two, turn{2});
    }
    static constexpr auto objective(auto& record) {
        const auto s = last_state(record);
        return minimise(term("h", laws::wavy(record, s.h)), term("c", laws::wavy(record, s.c)));
    }
};
struct gru_thrice {
    using networks = list<net<"cell", gated>>;
    using inputs   = list<first, second, third>;

    static constexpr auto last_state(auto& record) {
        const auto a = input<first>(record), b = input<second>(record), c = input<third>(record);
        const auto one = run<gated>(record, a, slice<0, 2>(a) * 0.0, turn{0});
        const auto two = run<gated>(record, b, one, turn{1});
        return run<gated>(record, c, two, turn{2});
    }
    static constexpr auto objective(auto& record) { return minimise(term("h", laws::wavy(record, last_state(record)))); }
};

// Two rows; step t reads wave(6 t), wave(6 t + 1), ...
template <class Network>
laws::replay_data three_steps() {
    return {.parameters = laws::parameters_of_file<Network>(),
            .inputs     = {laws::wave(6), laws::wave(6, 6), laws::wave(6, 12)},
            .rows       = 2};
}
}  // namespace

// torch.nn.LSTMCell(3, 2), three steps
BOOST_AUTO_TEST_CASE(lstm_is_pytorchs) {
    auto       d = three_steps<long_memory>();
    const auto y = laws::replay(programs::of<lstm_thrice>([](auto& record) {
                                    const auto s = lstm_thrice::last_state(record);
                                    output(record, "h", s.h);
                                    output(record, "c", s.c);
                                }),
                                d);
    BOOST_TEST(apart(y["h"], {-0.0876482455944, -0.312030883144, -0.175120822338, -0.182268466066}) < 1e-9);
    BOOST_TEST(apart(y["c"], {-0.25968555308, -0.819063315509, -0.45852340439, -0.567256404909}) < 1e-9);
}
// torch.nn.GRUCell(3, 2), three steps
BOOST_AUTO_TEST_CASE(gru_is_pytorchs) {
    auto       d = three_steps<gated>();
    const auto y = laws::replay(
        programs::of<gru_thrice>([](auto& record) { output(record, "h", gru_thrice::last_state(record)); }), d);
    BOOST_TEST(apart(y["h"], {0.455483475933, 0.173648276558, 0.293857554604, 0.336130449912}) < 1e-9);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<lstm_thrice>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<gru_thrice>() <= 1e-6);
}
// However many turns there are, the weights are the cell's.
BOOST_AUTO_TEST_CASE(turns_share_their_weights) {
    static_assert(parameter_count<lstm_thrice> == 4 * 2 * (3 + 2 + 1 + 1));
    static_assert(parameter_count<gru_thrice> == 3 * 2 * (3 + 2 + 1 + 1));
    const tape t = programs::training<lstm_thrice>();
    int        leaves = 0, stores = 0;
    for (const node& n : t.nodes) leaves += n.what == verb::parameter, stores += n.what == verb::store;
    BOOST_TEST(leaves == 4);
    BOOST_TEST(stores == 4);
}
