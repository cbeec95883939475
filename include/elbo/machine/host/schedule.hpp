// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/arena.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/strips.hpp>

#include <algorithm>

ELBO_COMPILED_ONCE

namespace elbo {

// Nodes of a batch axis that a chunk goes through together: see tape/strips.hpp.
struct row_strip {
    int                  axis;
    std::int64_t         widest;
    std::vector<node_id> nodes;
};

// The order in which a CPU runs a tape: its timetable, without the moments that are empty.
struct phase {
    work                   kind;
    std::vector<node_id>   nodes;
    std::vector<row_strip> strips{};  // of a rows phase: the same nodes, axis by axis
};

struct schedule_of {
    std::vector<phase>   phases;
    std::vector<int>     time;   // by node: the phase it runs in
    std::vector<work>    kind;   // by node: that phase's, or none
    std::vector<node_id> go_on;  // by node: which goes on with its sum in the same phase, or -1
    std::vector<int>     strip;  // by node: those of one strip have one number
};

ELBO_COLD inline schedule_of make_schedule(const tape& t) {
    for (node_id id = 0; id < t.size(); ++id)
        if (std::max({t[id].a, t[id].b, t[id].c}) >= id) throw recording_error("elbo: a tape's nodes do not come after their operands");
    const timetable    table = make_timetable(t);
    std::vector<phase> moments(static_cast<std::size_t>(table.moments));
    for (const bool change : {false, true})  // states change last in their phase
        for (node_id id = 0; id < t.size(); ++id)
            if (table.kind.at[id] != work::none && (t[id].what == verb::assign) == change)
                moments[static_cast<std::size_t>(table.moment.at[id])].nodes.push_back(id);
    schedule_of      s;
    std::vector<int> renamed(moments.size(), 0);
    for (std::size_t m = 0; m < moments.size(); ++m) {
        renamed[m] = static_cast<int>(s.phases.size());
        if (!moments[m].nodes.empty()) s.phases.push_back({kind_of_moment(static_cast<int>(m)), std::move(moments[m].nodes)});
    }
    for (node_id id = 0; id < t.size(); ++id) s.time.push_back(renamed[static_cast<std::size_t>(table.moment.at[id])]);
    s.kind.assign(table.kind.at, table.kind.at + t.nodes.size());
    const strips_of_rows     strips = make_strips(t, table);
    std::vector<std::size_t> place(static_cast<std::size_t>(strips.count) + 1, t.nodes.size());  // by strip, in its phase
    s.strip.assign(strips.strip.at, strips.strip.at + t.nodes.size());
    for (phase& p : s.phases) {
        if (p.kind != work::rows) continue;
        for (int axis = 0; axis < most_axes; ++axis)
            for (node_id id : p.nodes) {
                if (axis_of(t.nodes.data(), t[id]) != axis) continue;
                const int    number = strips.strip.at[id];
                std::size_t& mine   = place[static_cast<std::size_t>(number)];
                if (mine == t.nodes.size()) {
                    mine = p.strips.size();
                    p.strips.push_back({axis, strips.widest.at[number], {}});
                }
                p.strips[mine].nodes.push_back(id);
            }
    }
    s.go_on.assign(t.nodes.size(), -1);
    for (node_id id = 0; id < t.size(); ++id) {
        const node_id before = t[id].c;
        if (s.kind[static_cast<std::size_t>(id)] == work::whole && continues(t.nodes.data(), t[id]) && s.time[static_cast<std::size_t>(before)] == s.time[static_cast<std::size_t>(id)])
            s.go_on[static_cast<std::size_t>(before)] = id;
    }
    return s;
}

}  // namespace elbo
