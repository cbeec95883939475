// SPDX-License-Identifier: MIT
// No two values that are alive together lie in one place, by brute force; and the plan is what the arena takes.
#define BOOST_TEST_MODULE arena
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "machine/wide_models.hpp"
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

struct stay {
    node_id      id;
    int          from, to;
    std::int64_t begin, end;
};

// Overlapping pairs of what has a place in `plan`. `lasts` says from when to when a node needs it.
int conflicts(const arena_plan& plan, const std::vector<std::int64_t>& floats, const std::vector<life>& lasts) {
    std::vector<stay> stays;
    for (node_id id = 0; id < static_cast<node_id>(floats.size()); ++id)
        if (plan.offset[at(id)] >= 0) stays.push_back({id, lasts[at(id)].from, lasts[at(id)].to, plan.offset[at(id)], plan.offset[at(id)] + floats[at(id)]});
    int found = 0;
    for (const stay& a : stays) {
        found += a.begin % 16 != 0 || a.end > plan.size;
        for (const stay& b : stays)
            found += a.id < b.id && a.from <= b.to && b.from <= a.to && a.begin < b.end && b.begin < a.end;
    }
    return found;
}

// From when a node runs to when its last reader does; what is handed out stays.
std::vector<life> lives_by_force(const tape& t, const std::vector<int>& time) {
    int end = 0;
    for (int moment : time) end = std::max(end, moment);
    std::vector<life> lives;
    for (node_id id = 0; id < t.size(); ++id) {
        life l{time[at(id)], time[at(id)]};
        for (node_id reader = 0; reader < t.size(); ++reader)
            for (node_id x : {t[reader].a, t[reader].b, t[reader].c})
                if (x >= 0 && home_of(t, x) == id) l.to = std::max(l.to, time[at(reader)]);
        for (const named_output& o : t.outputs)
            if (home_of(t, o.id) == id) l.to = end + 1;
        for (node_id loss : t.losses)
            if (home_of(t, loss) == id) l.to = end + 1;
        lives.push_back(l);
    }
    return lives;
}

std::vector<std::int64_t> floats_of(const tape& t, const row_counts& counts) {
    std::vector<std::int64_t> floats;
    for (const node& n : t.nodes) floats.push_back(size_of(n.e, counts));
    return floats;
}

// A chunk's memory, as a chunk goes through it: every part of every strip, node by node. Who writes a number owns it until
// somebody else does; whoever reads must find the one it wants, of the row that it wants.
int strangers_found(const tape& t, const schedule_of& schedule, const host_layout& layout, const row_counts& capacity, std::int64_t smaller) {
    struct owner {
        node_id      id  = -1;
        std::int64_t row = -1;
    };
    int found = 0;
    for (const phase& p : schedule.phases)
        for (int axis = 1; axis < most_axes; ++axis) {
            const std::int64_t chunk = std::max<std::int64_t>(1, largest_chunk(capacity[static_cast<std::size_t>(axis)]) - smaller);
            std::vector<owner> memory(static_cast<std::size_t>(layout.own.size));
            for (const row_strip& s : p.strips) {
                if (s.axis != axis) continue;
                const std::int64_t together = rows_together(s.widest, chunk), parts = (chunk + together - 1) / together;
                for (std::int64_t part = 0; part < parts; ++part) {
                    const std::int64_t from = part * chunk / parts, to = (part + 1) * chunk / parts;
                    const auto         each = [&](node_id id, auto act) {  // the numbers of these rows of a node in a chunk's memory
                        const std::int64_t row = std::int64_t{t[id].e.fold} * t[id].e.cols, begin = layout.in_strip[at(id)] ? from : 0;
                        for (std::int64_t r = from; r < to; ++r)
                            for (std::int64_t k = 0; k < row; ++k) act(memory[static_cast<std::size_t>(layout.own.offset[at(id)] + (r - begin) * row + k)], r);
                    };
                    for (node_id id : s.nodes) {
                        for (node_id x : {t[id].a, t[id].b, t[id].c})
                            if (x >= 0 && layout.own.offset[at(home_of(t, x))] >= 0)
                                each(home_of(t, x), [&](const owner& o, std::int64_t r) { found += o.id != home_of(t, x) || o.row != r; });
                        if (layout.own.offset[at(id)] >= 0) each(id, [&](owner& o, std::int64_t r) { o = {id, r}; });
                        for (node_id x : {t[id].a, t[id].b, t[id].c})  // a result must not lie where an operand does
                            if (x >= 0 && layout.own.offset[at(home_of(t, x))] >= 0)
                                each(home_of(t, x), [&](const owner& o, std::int64_t) { found += o.id == id; });
                    }
                }
            }
        }
    return found;
}

void check_layout(const std::string& name, tape t, const row_counts& capacity) {
    fuse_products(t);
    const schedule_of schedule = make_schedule(t);
    const host_layout layout   = make_layout(t, schedule, capacity);
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(conflicts(layout.shared, floats_of(t, capacity), lives_by_force(t, schedule.time)) == 0);
        for (const std::int64_t smaller : {0, 1}) BOOST_TEST(strangers_found(t, schedule, layout, capacity, smaller) == 0);
    }
    // Everything computed has one place; what a chunk keeps to itself is read by its own phase alone.
    int without = 0, twice = 0, strangers = 0;
    for (node_id id = 0; id < t.size(); ++id) {
        const int places = (layout.shared.offset[at(id)] >= 0) + (layout.own.offset[at(id)] >= 0) + (layout.stored_at[at(id)] >= 0);
        without += owns_memory(t[id]) && places == 0 && schedule.go_on[at(id)] < 0;
        twice += places > 1;
        for (node_id x : {t[id].a, t[id].b, t[id].c})
            if (x >= 0 && t[id].what != verb::view && layout.own.offset[at(home_of(t, x))] >= 0)
                strangers += schedule.kind[at(id)] != work::rows || schedule.time[at(id)] != schedule.time[at(home_of(t, x))];
    }
    for (const named_output& o : t.outputs) strangers += layout.own.offset[at(home_of(t, o.id))] >= 0;
    BOOST_TEST((without == 0 && twice == 0 && strangers == 0), name << ": " << without << " " << twice << " " << strangers);
}

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
BOOST_AUTO_TEST_CASE(nor_where_rows_come_in_turns) {
    each_wide_model([]<class M>(named_model<M> m) {
        for (const std::int64_t n : {20, 113}) {
            check_layout(m.name, programs::training<M>(), batches_of(n));
            check_plan(m.name, programs::training<M>(), batches_of(n));
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
    for (arena_plan* plan : {&layout.shared, &layout.own})
        for (auto& offset : plan->offset)
            if (offset > 0) offset = 0;
    BOOST_TEST(conflicts(layout.shared, floats_of(t, batches_of(20)), lives_by_force(t, schedule.time)) > 0);
    BOOST_TEST(strangers_found(t, schedule, layout, batches_of(20), 0) > 0);
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
