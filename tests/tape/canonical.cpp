// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE canonical
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/verbs.hpp"

using namespace elbo;
using laws::numbers;

namespace {
// The same computation, recorded in every order that C++ leaves open, and with steps that nothing uses.
struct orders {
    bool table_first = false, second_factor_first = false, dead_code = false;
};
tape recorded(orders o) {
    tape t;
    t.inputs = 2;
    const auto input_at = [&](int i) { return value<shape<3>>{&t, t.shared_leaf(verb::input, {1, 1, 3}, i)}; };
    const auto table_of = [&] { return value<shape<3>, once>{&t, t.table({0, 1, 3}, {1, 2, 3})}; };
    const auto noise_of = [&](int loop) { return value<shape<3>>{&t, t.noise({1, 1, 3}, false, 11, loop)}; };
    const auto weigh    = [&](const char* name) { return value<scalar, once>{&t, t.slot(name, 0.5)}; };
    if (o.dead_code) {
        const auto unused = exp(input_at(1)) * noise_of(9) * weigh("unused");
        t.table({0, 1, 2}, {7, 8});
        t.geometry({1, 2, 2, 1, 1, 1, 2, 2, 2, 0});
        t.layers.push_back({"net", 7, unused.id});
    }
    const auto first  = [&] { return tanh(input_at(0) + noise_of(0)); };
    const auto second = [&] { return sigmoid(input_at(1) * weigh("beta") + noise_of(1)) * 2.0; };
    const auto early  = o.table_first ? table_of() : value<shape<3>, once>{};
    value<shape<3>> a, b;
    if (o.second_factor_first) b = second(), a = first();
    else a = first(), b = second();
    const auto scale = o.table_first ? early : table_of();
    const auto y     = a * b * scale;
    const value<shape<3>, once> kept{&t, t.shared_leaf(verb::state, {0, 1, 3}, 0)};
    t.effect(verb::assign, (kept + mean(y)).id, 0);
    t.losses = {mean(sum(y)).id};
    t.outputs.push_back({"y", y.id});
    t.layers.push_back({"net", 3, a.id});
    return t;
}
tape in_canon(orders o) {
    tape t = recorded(o);
    canonicalise(t);
    return t;
}
laws::replay_data data() { return {.state = {1, 2, 3}, .inputs = {laws::wave(6), laws::wave(6, 50)}, .rows = 2, .slots = {}}; }
}  // namespace

BOOST_AUTO_TEST_CASE(the_order_of_recording_does_not_matter) {
    const std::uint64_t expected = hash_of(in_canon({}));
    BOOST_TEST(hash_of(in_canon({.table_first = true})) == expected);
    BOOST_TEST(hash_of(in_canon({.second_factor_first = true})) == expected);
    BOOST_TEST(hash_of(in_canon({.table_first = true, .second_factor_first = true})) == expected);
    BOOST_TEST(hash_of(recorded({.second_factor_first = true})) != hash_of(recorded({})));  // as recorded, it did
}
BOOST_AUTO_TEST_CASE(what_nothing_uses_is_dropped) {
    const tape t = in_canon({.dead_code = true});
    BOOST_TEST(hash_of(t) == hash_of(in_canon({})));
    BOOST_TEST(t.draws.size() == 2u);
    BOOST_TEST(t.slots.size() == 1u);
    BOOST_TEST(t.windows.empty());
    BOOST_TEST(t.constants.size() == 3u);
    BOOST_TEST(t.layers.size() == 1u);
    BOOST_TEST(recorded({.dead_code = true}).draws.size() == 3u);
}
BOOST_AUTO_TEST_CASE(a_canonical_tape_stays_as_it_is) {
    tape       t      = in_canon({.second_factor_first = true});
    const auto before = hash_of(t);
    canonicalise(t);
    BOOST_TEST(hash_of(t) == before);
}
BOOST_AUTO_TEST_CASE(operands_come_first) {
    const tape t = in_canon({.table_first = true, .second_factor_first = true, .dead_code = true});
    for (node_id id = 0; id < t.size(); ++id)
        for (node_id x : {t[id].a, t[id].b, t[id].c}) BOOST_TEST(x < id);
}
// Outputs, losses, names, effects and slots are those of the tape it was: bit for bit.
BOOST_AUTO_TEST_CASE(a_canonical_tape_computes_the_same) {
    const tape original = recorded({.second_factor_first = true}), canonical = in_canon({.second_factor_first = true});
    auto       d = data(), e = data();
    const auto y = laws::replay(original, d)["y"], z = laws::replay(canonical, e)["y"];
    BOOST_TEST((y == z));
    BOOST_TEST((d.state == e.state));
    BOOST_TEST((d.state != data().state));
    BOOST_TEST(same_name(canonical.slots[0].name, "beta"));
    BOOST_TEST(same_name(canonical.layers[0].network, "net"));
    BOOST_TEST(canonical.layers[0].index == 3);
    BOOST_TEST((canonical[canonical.layers[0].id].what == verb::map));
}
// Whatever makes a difference to what is computed makes one to the hash.
BOOST_AUTO_TEST_CASE(hashes_tell_tapes_apart) {
    const auto hash = [](auto change) {
        tape t = in_canon({});
        change(t);
        return hash_of(t);
    };
    const std::uint64_t same = hash([](tape&) {});
    BOOST_TEST(same == hash_of(in_canon({})));
    BOOST_TEST(hash([](tape& t) { t.constants[0] = 1.5; }) != same);
    BOOST_TEST(hash([](tape& t) { t.draws[0].loop = 5; }) != same);
    BOOST_TEST(hash([](tape& t) { t.draws[1].purpose = 12; }) != same);
    BOOST_TEST(hash([](tape& t) { t.nodes.back().i = 3; }) != same);
    const auto first_map = [](tape& t) -> node& { return *std::find_if(t.nodes.begin(), t.nodes.end(), [](const node& n) { return n.what == verb::map; }); };
    BOOST_TEST(hash([&](tape& t) { first_map(t).f.number += 1; }) != same);
    BOOST_TEST(hash([&](tape& t) { first_map(t).f.p += 0.5; }) != same);
    BOOST_TEST(hash([&](tape& t) { first_map(t).e.fold = 2; }) != same);
}
// A network that runs twice in a step updates its state once, from both: the effect follows its operand.
BOOST_AUTO_TEST_CASE(an_effect_whose_operand_came_later_is_put_after_it) {
    tape                        t;
    const value<shape<2>, once> kept{&t, t.shared_leaf(verb::state, {0, 1, 2}, 0)};
    const node_id               effect = t.effect(verb::assign, (kept + 1.0).id, 0);
    const auto                  later  = kept * 3.0;
    t[effect].a = later.id;
    canonicalise(t);
    laws::replay_data d{.state = {1, 2}};
    laws::replay(t, d);
    BOOST_TEST((d.state == numbers{3, 6}));
}
