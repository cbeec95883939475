// SPDX-License-Identifier: MIT
// VRNN, Chung et al. (2015): a variational autoencoder at every step of a recurrence, with a prior that has learned.
#define BOOST_TEST_MODULE vrnn
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

#include <elbo/model/vrnn.hpp>

namespace {

using namespace elbo;

using sequence = shape<3, 4>;

struct with_codes : vrnn<sequence, hidden_units<5>, code_size<2>, feature_size<4>> {};
struct in_parts : vrnn<shape<9, 4>, hidden_units<5>, code_size<2>, feature_size<4>, in_segments<3>> {};
struct without : recurrent_net<sequence, hidden_units<5>, feature_size<4>> {};

BOOST_AUTO_TEST_CASE(with_codes_obeys) { laws::obeys_the_law<with_codes>("vrnn", {.step = 1e-5}); }
BOOST_AUTO_TEST_CASE(in_parts_obeys) { laws::obeys_the_law<in_parts>("vrnn, in segments", {.step = 1e-5}); }
BOOST_AUTO_TEST_CASE(without_obeys) { laws::obeys_the_law<without>("recurrent net"); }

// The same weights see an image as they see its rows.
struct of_an_image : vrnn<shape<1, 3, 4>, hidden_units<5>, code_size<2>, feature_size<4>> {};
static_assert(hash_of(programs::training<of_an_image>()) == hash_of(programs::training<with_codes>()));

// A frame is judged before it is seen: what comes later changes nothing of what came before.
struct judged : with_codes {
    static constexpr void surprises(auto& record) {
        std::array<value<scalar>, 3> each{};
        follow(record, [](std::size_t, auto, auto p) { return p.mean(); }, [&](std::size_t t, auto px, auto x) { each[t] = px.log_density(x); });
        output(record, "result", join_columns(each));
    }
};
BOOST_AUTO_TEST_CASE(nothing_is_seen_before_it_is_judged) {
    const std::vector<double> weights = laws::some_numbers(parameter_count<judged>, 0.5);
    const auto                of = [&](std::vector<double> x) {
        return laws::replayed<double>(programs::of<judged>([](auto& r) { judged::surprises(r); }), {std::move(x)}, weights, {1, 1, 0, 0})["result"];
    };
    std::vector<double> x = laws::some_numbers(sequence::size);
    const auto          before = of(x);
    x[4] += 1;  // the first number of the second frame
    const auto after = of(x);
    BOOST_TEST(before[0] == after[0]);
    BOOST_TEST(before[1] != after[1]);
    BOOST_TEST(before[2] != after[2]);
}

}  // namespace
