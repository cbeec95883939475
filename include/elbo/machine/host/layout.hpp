// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/schedule.hpp>

namespace elbo {

// Where the values of a scheduled tape lie. One that is read only in the rows phase it is made in lives in a thread's
// own memory, for one chunk; the others share an arena; a gradient that only `store` reads is computed where it is
// stored.
struct host_layout {
    std::vector<node_id>      home;       // by node: whose memory it names, its own but for views
    std::vector<std::int32_t> stored_at;  // by node: where in the gradient buffer it is computed, or -1
    arena_plan                shared, own;
    std::vector<int>          order;      // by node: when a chunk gets to it
    row_counts                chunk{};    // the largest
};

inline host_layout make_layout(const tape& t, const schedule_of& phases, const row_counts& capacity) {
    const auto        at    = [](node_id id) { return static_cast<std::size_t>(id); };
    const auto        count = t.nodes.size();
    host_layout       l;
    std::vector<char> local(count, 1);
    l.home = homes_of(t);
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n = t[id];
        if (n.what == verb::view) continue;
        const bool in_rows = work_of(t, n) == work::rows;
        if (!in_rows) local[at(id)] = 0;
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0 && (!in_rows || phases.time[at(id)] != phases.time[at(l.home[at(x)])])) local[at(l.home[at(x)])] = 0;
    }
    for (const named_output& o : t.outputs) local[at(l.home[at(o.id)])] = 0;

    l.stored_at = computed_where_stored(t, l.home);

    tape shared = t, own = t;  // the same tape, seen with only one kind of value owning memory
    for (node_id id = 0; id < t.size(); ++id) {
        if (!owns_memory(t[id])) continue;
        const bool is_local = local[at(id)] != 0;
        if (is_local || l.stored_at[at(id)] >= 0 || phases.go_on[at(id)] >= 0) shared[id].what = verb::input;
        if (!is_local) own[id].what = verb::input;
    }
    l.shared = place_values(shared, capacity, phases.time);

    // Within a phase a chunk runs the nodes in order.
    l.order.assign(count, 0);
    int moment = 0;
    for (const phase& p : phases.phases)
        for (node_id id : p.nodes) {
            const int  together = phases.fused_in[at(id)];
            const bool at_once  = together >= 0 && phases.fused[static_cast<std::size_t>(together)].have_one_moment() &&
                                 phases.fused[static_cast<std::size_t>(together)].nodes[0] != id;
            l.order[at(id)] = at_once ? moment : ++moment;
        }
    for (node_id id = 0; id < t.size(); ++id)
        if (t[id].what == verb::view) l.order[at(id)] = l.order[at(l.home[at(id)])];
    l.chunk = capacity;
    for (std::size_t a = 1; a < l.chunk.size(); ++a) l.chunk[a] = largest_chunk(capacity[a]);
    l.own = place_values(own, l.chunk, l.order);
    return l;
}

}  // namespace elbo
