// SPDX-License-Identifier: MIT
// No two values that are alive together lie in one place, by brute force; and the plan is what the arena takes.
#define BOOST_TEST_MODULE arena
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"
#include "parity/random_tape.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

std::size_t at(node_id id) { return static_cast<std::size_t>(id); }

// Whose memory a node names.
node_id home_of(const tape& t, node_id id) {
    while (t[id].what == verb::view) id = t[id].a;
    return id;
}

struct life {
    node_id      id;
    int          from, to;
    std::int64_t begin, end;
};

// Overlapping pairs of what has a place in `plan`.
int conflicts(const tape& t, const arena_plan& plan, const std::vector<int>& time, const row_counts& counts) {
    int end = 0;
    for (int moment : time) end = std::max(end, moment);
    std::vector<life> lives;
    for (node_id id = 0; id < t.size(); ++id) {
        if (plan.offset[at(id)] < 0) continue;
        life l{id, time[at(id)], time[at(id)], plan.offset[at(id)], plan.offset[at(id)] + size_of(t[id].e, counts)};
        for (node_id reader = 0; reader < t.size(); ++reader)
            for (node_id x : {t[reader].a, t[reader].b, t[reader].c})
                if (x >= 0 && home_of(t, x) == id) l.to = std::max(l.to, time[at(reader)]);
        for (const named_output& o : t.outputs)
            if (home_of(t, o.id) == id) l.to = end + 1;
        for (node_id loss : t.losses)
            if (home_of(t, loss) == id) l.to = end + 1;
        lives.push_back(l);
    }
    int found = 0;
    for (const life& a : lives) {
        found += a.begin % 16 != 0 || a.end > plan.size;
        for (const life& b : lives)
            found += a.id < b.id && a.from <= b.to && b.from <= a.to && a.begin < b.end && b.begin < a.end;
    }
    return found;
}

void check_layout(const std::string& name, tape t, const row_counts& capacity) {
    fuse_products(t);
    schedule_of schedule = make_schedule(t);
    fuse_pairs(t, schedule);
    const host_layout layout = make_layout(t, schedule, capacity);
    std::vector<bool> unstored(t.nodes.size());
    for (const fused_nodes& f : schedule.fused)
        for (node_id id : f.unstored)
            if (id >= 0) unstored[at(id)] = true;
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(conflicts(t, layout.shared, schedule.time, capacity) == 0);
        BOOST_TEST(conflicts(t, layout.own, layout.order, layout.chunk) == 0);
    }
    // Everything computed has one place; what a chunk keeps to itself is read by its own phase alone.
    int without = 0, twice = 0, strangers = 0;
    for (node_id id = 0; id < t.size(); ++id) {
        const int places = (layout.shared.offset[at(id)] >= 0) + (layout.own.offset[at(id)] >= 0) + (layout.stored_at[at(id)] >= 0);
        without += owns_memory(t[id]) && places == 0 && !unstored[at(id)] && schedule.go_on[at(id)] < 0;
        twice += places > 1;
        for (node_id x : {t[id].a, t[id].b, t[id].c})
            if (x >= 0 && t[id].what != verb::view && layout.own.offset[at(home_of(t, x))] >= 0)
                strangers += work_of(t, t[id]) != work::rows || schedule.time[at(id)] != schedule.time[at(home_of(t, x))];
    }
    for (const named_output& o : t.outputs) strangers += layout.own.offset[at(home_of(t, o.id))] >= 0;
    BOOST_TEST((without == 0 && twice == 0 && strangers == 0), name << ": " << without << " " << twice << " " << strangers);
}

// The plan is of the tape as it was recorded, before products are fused.
void check_plan(const std::string& name, const tape& t, const row_counts& capacity, double close = 1.1) {
    static host        one({1});
    const host::program program(one, t, capacity);
    const auto          planned = static_cast<double>(measure(t, capacity).live), taken = static_cast<double>(program.arena_floats());
    BOOST_TEST(planned >= taken, name << ": " << planned << " floats planned, " << taken << " taken");
    BOOST_TEST(planned <= close * taken + 64, name << ": " << planned << " floats planned, only " << taken << " taken");
}

}  // namespace

BOOST_AUTO_TEST_CASE(no_two_live_values_overlap) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        for (const std::int64_t n : {1, 7, 20, 113}) {
            check_layout(m.name, programs::training<M>(), batches_of(n));
            check_layout(m.name, programs::evaluation<M>(), batches_of(n));
        }
    });
}
BOOST_AUTO_TEST_CASE(nor_on_tapes_that_nobody_would_write) {
    for (std::uint32_t number = 0; number < 60; ++number) check_layout("tape " + std::to_string(number), random_tape(number, 20).t, batches_of(20));
}
// The check itself sees an overlap.
BOOST_AUTO_TEST_CASE(overlaps_are_seen) {
    tape t = programs::training<fc>();
    fuse_products(t);
    const schedule_of schedule = make_schedule(t);
    host_layout       layout   = make_layout(t, schedule, batches_of(20));
    for (auto& offset : layout.shared.offset)
        if (offset > 0) offset = 0;
    BOOST_TEST(conflicts(t, layout.shared, schedule.time, batches_of(20)) > 0);
}
BOOST_AUTO_TEST_CASE(the_plan_is_an_upper_bound_and_a_close_one) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        for (const std::int64_t n : {1, 3, 20, 100, 113, 1000}) {
            check_plan(m.name, programs::training<M>(), batches_of(n));
            check_plan(m.name, programs::evaluation<M>(), batches_of(n));
        }
    });
    for (std::uint32_t number = 0; number < 60; ++number)
        for (const std::int64_t n : {3, 100}) check_plan("tape " + std::to_string(number), random_tape(number, n).t, batches_of(n), 2);
}
// What nobody reads would be computed in vain, and planned for.
BOOST_AUTO_TEST_CASE(nothing_is_recorded_that_nobody_reads) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        for (tape t : {programs::training<M>(), programs::evaluation<M>()}) {
            const node_id recorded = t.size();
            drop_unused(t);
            BOOST_TEST(t.size() == recorded, m.name << ": " << recorded - t.size() << " verbs");
        }
    });
}
// What is handed out after a replay is there, whatever ran after it: losses of players too, under no name.
BOOST_AUTO_TEST_CASE(losses_and_outputs_stay) {
    static host           machine({2});
    const tape            t = programs::training<three_players>();
    const handed_in       d = something_for<three_players>(20);
    host::program         program(machine, t, d.counts);
    tape                  named = t;
    for (node_id loss : t.losses) named.outputs.push_back({"a loss", loss});
    const auto want = on_plain(named, d);
    std::vector<float> gradients(d.parameters.size()), state = d.state, parameters = d.parameters;
    auto with = bindings_for<float>(program.code());
    with.parameters = parameters.data(), with.gradients = gradients.data(), with.state = state.data();
    with.inputs[0] = d.inputs[0].data();
    with.counts = d.counts, with.seed = d.seed, with.step = d.step;
    program.replay(with);
    for (std::size_t p = 0; p < 3; ++p) {
        const double loss = want.outputs[want.outputs.size() - 3 + p][0];
        BOOST_TEST(std::abs(static_cast<double>(program[program.code().losses[p]][0]) - loss) <= 1e-5 * std::abs(loss));
    }
}
