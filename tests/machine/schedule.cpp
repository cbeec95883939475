// SPDX-License-Identifier: MIT
// The order in which host runs a tape, and that it may be run in it.
#define BOOST_TEST_MODULE schedule
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"
#include "parity/random_tape.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

std::size_t at(node_id id) { return static_cast<std::size_t>(id); }
node_id     home_of(const tape& t, node_id id) {
    while (t[id].what == verb::view) id = t[id].a;
    return id;
}

// Every node that needs work runs once, in a phase of its kind, after what it reads.
int faults(const tape& t, const schedule_of& s) {
    int              found = 0;
    std::vector<int> ran(t.nodes.size(), 0), place(t.nodes.size(), -1);
    for (std::size_t p = 0; p < s.phases.size(); ++p) {
        found += s.phases[p].nodes.empty();
        for (std::size_t k = 0; k < s.phases[p].nodes.size(); ++k) {
            const node_id id = s.phases[p].nodes[k];
            ++ran[at(id)];
            place[at(id)] = static_cast<int>(k);
            found += s.kind[at(id)] != s.phases[p].kind || s.time[at(id)] != static_cast<int>(p);
        }
    }
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n = t[id];
        const work  k = s.kind[at(id)];
        const bool  as_made = k == work::rows && work_of(t, n) == work::whole;  // a sum of what its phase makes
        found += k != work_of(t, n) && !(as_made && n.what == verb::sum);
        found += ran[at(id)] != (k == work::none ? 0 : 1);
        for (node_id x : {n.a, n.b, n.c}) {
            if (x < 0 || k == work::none) continue;
            const node_id made = home_of(t, x);
            if (work_of(t, t[made]) == work::none) continue;
            const int mine = s.time[at(id)], its = s.time[at(made)];
            if (its > mine) ++found;
            else if (its == mine) {  // a sum that goes on with another runs together with it; none is read where it is made
                found += k == work::rows && t[made].e.axis == 0;
                const bool goes_on = x == n.c && s.go_on[at(x)] == id && continues(t.nodes.data(), n);
                found += (k == work::whole && !goes_on) || place[at(made)] >= place[at(id)];
            }
        }
        if (n.what != verb::assign) continue;
        for (node_id reader = 0; reader < t.size(); ++reader)  // a state changes when all have read it
            for (node_id x : {t[reader].a, t[reader].b, t[reader].c})
                if (x >= 0 && t[reader].what != verb::view && t[home_of(t, x)].what == verb::state && t[home_of(t, x)].i == n.i && reader != id)
                    found += std::pair(s.time[at(reader)], place[at(reader)]) > std::pair(s.time[at(id)], place[at(id)]);
    }
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_read_was_made_before) {
    each_model([]<class M>(named_model<M> m) {
        for (tape t : {programs::training<M>(), programs::evaluation<M>()}) {
            BOOST_TEST(faults(t, make_schedule(t)) == 0, m.name);
            fuse_products(t);
            BOOST_TEST(faults(t, make_schedule(t)) == 0, m.name << ", fused");
        }
    });
    for (std::uint32_t number = 0; number < 200; ++number) {
        const tape t = random_tape(number, 3).t;
        BOOST_TEST(faults(t, make_schedule(t)) == 0, "tape " << number);
    }
}
BOOST_AUTO_TEST_CASE(faults_are_seen) {
    const tape        t = programs::training<convolutional>();
    const schedule_of s = make_schedule(t);
    schedule_of       late = s, turned = s, missing = s;
    std::swap(late.phases.front(), late.phases.back());
    for (phase& p : turned.phases) std::reverse(p.nodes.begin(), p.nodes.end());
    missing.phases[1].nodes.pop_back();
    BOOST_TEST((faults(t, late) > 0 && faults(t, turned) > 0 && faults(t, missing) > 0));
}
// Forwards and backwards in one go, then sums over the batch; before it what needs no batch, after it the loss.
BOOST_AUTO_TEST_CASE(phases_are_long) {
    const auto kinds_of = [](const tape& t) {
        std::string kinds;
        for (const phase& p : make_schedule(t).phases) kinds += p.kind == work::single ? 's' : p.kind == work::rows ? 'r' : 'w';
        return kinds;
    };
    BOOST_TEST(kinds_of(programs::training<fc>()) == "srws");
    BOOST_TEST(kinds_of(programs::training<loop>()) == "srws");
    BOOST_TEST(kinds_of(programs::evaluation<fc>()) == "srs");  // sums are made with the rows
    // Batch norm needs the whole batch, forwards and backwards: its mean, its variance, and their two gradients.
    BOOST_TEST(kinds_of(programs::training<convolutional>()).size() < 45u);
}
BOOST_AUTO_TEST_CASE(operands_come_first) {
    tape t = programs::training<fc>();
    std::swap(t.nodes.front(), t.nodes.back());
    BOOST_CHECK_THROW(make_schedule(t), recording_error);
}
// The parts of a batch: they cover it, and none is larger than planned.
BOOST_AUTO_TEST_CASE(chunks_cover_a_batch) {
    std::int64_t largest = 0;
    for (std::int64_t n = 0; n < 2000; ++n) {
        const std::int64_t chunks = chunks_of(n);
        BOOST_REQUIRE(chunks >= 1);
        for (std::int64_t k = 0; k < chunks; ++k) largest = std::max(largest, (k + 1) * n / chunks - k * n / chunks);
        BOOST_REQUIRE(largest == largest_chunk(n));  // of any batch up to n
    }
}
// Tapes in any order of verbs compute on host what they mean.
BOOST_AUTO_TEST_CASE(tapes_that_nobody_would_write) {
    host one({1}), three({3});
    for (std::uint32_t number = 0; number < 100; ++number)
        for (const std::int64_t rows : {1, 20, 101}) {
            const sheet s    = random_tape(number, rows);
            const auto  want = on_plain(s.t, s.d);
            const auto  got  = on(one, s.t, s.d);
            BOOST_TEST_CONTEXT("tape " << number << ", " << rows << " rows") {
                for (std::size_t k = 0; k < want.outputs.size(); ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k], 0.1) <= 1e-4);
                BOOST_TEST(apart(got.gradients, want.gradients, 0.1) <= 1e-3);
                BOOST_TEST(apart(got.state, want.state, 0.1) <= 1e-4);
                BOOST_TEST((on(three, s.t, s.d) == got));
            }
        }
}
