// SPDX-License-Identifier: MIT
// VRNN, Chung et al. (2015): a variational autoencoder at every step of a recurrence, with a prior that has learned.
#define BOOST_TEST_MODULE vrnn
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

constexpr std::size_t frame = 3, steps = 3, hidden = 5, codes = 2, sight = 4;
using sequence = shape<steps, frame>;

struct look : stack<shape<frame>, linear<sight>, act::relu> {};
struct grasp : stack<shape<codes>, linear<sight>, act::relu> {};
struct prior_net : stack<shape<hidden>, linear<2 * codes>, to<diagonal_normal<codes>>> {};
struct encoder : stack<shape<sight + hidden>, linear<2 * codes>, to<diagonal_normal<codes>>> {};
struct decoder : stack<shape<sight + hidden>, linear<2 * frame>, to<diagonal_normal<frame>>> {};

template <class Cell>
struct vrnn {
    struct cell : Cell {};
    using inputs   = list<sequence>;
    using networks = list<net<"look", look>, net<"grasp", grasp>, net<"prior", prior_net>, net<"encoder", encoder>,
                          net<"decoder", decoder>, net<"cell", cell>>;

    static constexpr auto memory(auto state) {
        if constexpr (requires { state.h; }) return state.h;
        else return state;
    }
    static constexpr auto objective(auto& record) {
        const auto xs    = input<sequence>(record);
        auto       state = cell::zero_state(record);
        auto       nats  = spread<value<scalar>>(constant(record, 0));
        auto       fit   = nats;
        for (std::size_t t = 0; t < steps; ++t) {
            const auto x    = slice<frame>(xs, t * frame);
            const auto h    = memory(state);
            const auto seen = run<look>(record, x);
            const auto p    = run<prior_net>(record, h);                         // eq. 5
            const auto q    = run<encoder>(record, join_columns(seen, h));       // eq. 9
            const auto z    = q.sample(record, "z", static_cast<int>(t));
            const auto held = run<grasp>(record, z);
            const auto px   = run<decoder>(record, join_columns(held, h));       // eq. 6
            state = run<cell>(record, join_columns(seen, held), state, turn{static_cast<int>(t)});  // eq. 7
            fit   = fit - px.log_density(x);
            nats  = nats + kl(q, p, z);                                          // eq. 11
        }
        return minimise(term("reconstruction", fit), term("kl", nats));
    }
};

BOOST_AUTO_TEST_CASE(long_short_term_memory) { laws::obeys_the_law<vrnn<lstm<2 * sight, hidden>>>("vrnn, lstm"); }
BOOST_AUTO_TEST_CASE(gated_unit) { laws::obeys_the_law<vrnn<gru<2 * sight, hidden>>>("vrnn, gru"); }

}  // namespace
