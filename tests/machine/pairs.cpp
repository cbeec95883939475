// SPDX-License-Identifier: MIT
// Verbs that are computed together: found where they are, left alone where they are not, and right at the sizes that
// people train.
#define BOOST_TEST_MODULE pairs
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

// How many likelihoods with their slopes and how many samples with their divergences a host finds.
std::pair<int, int> pairs_of(tape t) {
    fuse_products(t);
    schedule_of s = make_schedule(t);
    fuse_pairs(t, s);
    std::pair<int, int> found{0, 0};
    for (const fused_nodes& f : s.fused) ++(f.what == fused_nodes::likelihood_and_slope ? found.first : found.second);
    for (const fused_nodes& f : s.fused)  // side by side, in one phase
        for (const phase& p : s.phases)
            if (const auto at = std::find(p.nodes.begin(), p.nodes.end(), f.nodes[0]); at != p.nodes.end())
                for (std::ptrdiff_t k = 0; k < 4 && f.nodes[static_cast<std::size_t>(k)] >= 0; ++k) BOOST_TEST(at[k] == f.nodes[static_cast<std::size_t>(k)]);
    for (const phase& p : s.phases)  // and nothing is read before it is there
        for (std::size_t k = 0; k < p.nodes.size(); ++k)
            for (node_id x : {t[p.nodes[k]].a, t[p.nodes[k]].b, t[p.nodes[k]].c})
                BOOST_TEST((std::find(p.nodes.begin() + static_cast<std::ptrdiff_t>(k), p.nodes.end(), x) == p.nodes.end()));
    return found;
}

using picture28 = shape<1, 28, 28>;
struct wide_encoder : stack<picture28, flatten, linear<150>, act::tanh, linear<14>, to<diagonal_normal<7>>> {};
struct wide_decoder : stack<shape<7>, linear<150>, act::tanh, linear<784>, reshape<picture28>, to<bernoulli>> {};
struct wide : vae<wide_encoder, wide_decoder> {};
struct wide_samples : vae<wide_encoder, wide_decoder, objective<importance_bound<6>>> {};

}  // namespace

BOOST_AUTO_TEST_CASE(found_where_they_are) {
    BOOST_TEST((pairs_of(programs::training<fc>()) == std::pair(1, 1)));
    BOOST_TEST((pairs_of(programs::evaluation<fc>()) == std::pair(0, 1)));  // no slope without a gradient
    BOOST_TEST((pairs_of(programs::training<iwae>()) == std::pair(0, 0)));  // its cotangents are weights, known late
    BOOST_TEST((pairs_of(programs::training<logistic>()).first == 0));
    const auto steps = pairs_of(programs::training<loop>());
    BOOST_TEST(steps.first == 1);
    BOOST_TEST(steps.second == 3);  // of four: nobody reads the last sample
    each_model([]<class M>(named_model<M>) { pairs_of(programs::training<M>()); });
}

BOOST_AUTO_TEST_CASE(right_at_the_sizes_that_people_train) {
    const auto check = []<class M>(named_model<M> m, const tape& t) {
        const handed_in d    = something_for<M>(61);
        const auto      want = on_plain(t, d);
        host            machine{{2}};
        const auto      got = on(machine, t, d);
        for (std::size_t k = 0; k < want.outputs.size(); ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) < 1e-5, m.name);
        BOOST_TEST(apart(got.gradients, want.gradients, 0.1) < 1e-4, m.name);
    };
    check(named_model<wide>{"wide"}, programs::training<wide>());
    check(named_model<wide_samples>{"wide, 6 samples"}, programs::training<wide_samples>());
    check(named_model<wide>{"wide, 20 weights"}, programs::of<wide>([](auto& r) { wide::log_weights<20>(r); }));
}
