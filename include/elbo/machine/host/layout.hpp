// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/schedule.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// Where the values of a scheduled tape lie. One that is read only in the rows phase it is made in lives in a thread's
// own memory, for one chunk, and one that is read only in its strip, for the few rows that go together; the others share an
// arena; a gradient that only `store` reads is computed where it is stored.
struct host_layout {
    std::vector<node_id>      home;       // by node: whose memory it names, its own but for views
    std::vector<std::int32_t> stored_at;  // by node: where in the gradient buffer it is computed, or -1
    arena_plan                shared, own;
    std::vector<char>         in_strip;   // by node: its place in `own` is for a strip's rows, not a chunk's
};

ELBO_COLD inline host_layout make_layout(const tape& t, const schedule_of& phases, const row_counts& capacity) {
    const auto  at    = [](node_id id) { return static_cast<std::size_t>(id); };
    const auto  count = t.nodes.size();
    host_layout l;
    l.home      = homes_of(t);
    l.stored_at = computed_where_stored(t, l.home);

    // Who reads it: its strip, its phase, or others.
    std::vector<char> local(count, 1);
    l.in_strip.assign(count, 1);
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n = t[id];
        if (n.what == verb::view) continue;
        const bool in_rows = phases.kind[at(id)] == work::rows;
        if (!in_rows || n.e.axis == 0) local[at(id)] = 0;
        for (node_id x : {n.a, n.b, n.c}) {
            if (x < 0) continue;
            const std::size_t made = at(l.home[at(x)]);
            if (!in_rows || phases.time[at(id)] != phases.time[made]) local[made] = 0;
            if (phases.strip[at(id)] != phases.strip[made]) l.in_strip[made] = 0;
        }
    }
    for (const named_output& o : t.outputs) local[at(l.home[at(o.id)])] = 0;

    std::vector<std::int64_t> shared(count, 0);
    for (node_id id = 0; id < t.size(); ++id)
        if (owns_memory(t[id]) && !local[at(id)] && l.stored_at[at(id)] < 0 && phases.go_on[at(id)] < 0) shared[at(id)] = size_of(t[id].e, capacity);
    l.shared = place_values(shared, lives_of(t, l.home, phases.time));

    // When a chunk gets to a node, first and last: once, or, where a strip takes its rows in turns, all the while of the strip.
    std::vector<int>  order(count, 0);
    std::vector<life> turns(count);
    int               moment = 0;
    std::vector<std::int64_t> own(count, 0);
    std::vector<life>         lives(count);
    for (const phase& p : phases.phases)
        for (const row_strip& s : p.strips) {
            const auto axis  = static_cast<std::size_t>(s.axis);
            row_counts chunk = capacity, few = capacity;
            chunk[axis]      = largest_chunk(capacity[axis]);
            few[axis]        = rows_together(s.widest, chunk[axis]);
            const life whole{moment + 1, moment + static_cast<int>(s.nodes.size())};
            for (node_id id : s.nodes) {
                order[at(id)] = ++moment;
                turns[at(id)] = few == chunk ? life{moment, moment} : whole;
                if (!local[at(id)]) continue;
                own[at(id)]   = size_of(t[id].e, l.in_strip[at(id)] ? few : chunk);
                lives[at(id)] = l.in_strip[at(id)] ? life{moment, moment} : turns[at(id)];
            }
        }
    for (node_id id = 0; id < t.size(); ++id) {
        if (t[id].what == verb::view) continue;
        for (node_id x : {t[id].a, t[id].b, t[id].c}) {
            if (x < 0) continue;
            const std::size_t made = at(l.home[at(x)]);
            if (own[made] > 0) lives[made].to = std::max(lives[made].to, l.in_strip[made] ? order[at(id)] : turns[at(id)].to);
        }
    }
    l.own = place_values(own, lives);
    return l;
}

}  // namespace elbo
