// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/arena.hpp>
#include <elbo/tape/passes.hpp>

namespace elbo {

// The order in which a CPU runs a tape. Verbs whose results have rows of their own run chunk by chunk, each thread
// taking a chunk of the batch through all of them while it is in its cache; what needs the whole batch (weight
// gradients, sums) runs after a barrier, cut by its output. So a phase is one of
//     rows     many chunks of rows, each through every node
//     whole    many tiles of results that sum over the batch
//     single   small things about parameters, on one thread
// Phases are as long as dependencies allow: an fc-VAE's training step has five.
enum class work { none, rows, whole, single };

constexpr work work_of(const tape& t, const node& n) {
    switch (n.what) {
        case verb::input: case verb::parameter: case verb::state: case verb::slot: case verb::count: case verb::table:
        case verb::view: return work::none;
        default: break;
    }
    if (n.what == verb::store || n.what == verb::assign) return work::single;
    if (n.e.axis != 0) return work::rows;
    for (node_id x : {n.a, n.b, n.c})
        if (x >= 0 && t[x].e.axis != 0) return work::whole;
    return work::single;
}

struct phase {
    work                 kind;
    std::vector<node_id> nodes;
};

struct schedule_of {
    std::vector<phase> phases;
    std::vector<int>   time;  // by node: the phase it runs in
};

inline schedule_of make_schedule(const tape& t) {
    const auto  at = [](node_id id) { return static_cast<std::size_t>(id); };
    schedule_of s;
    s.time.assign(t.nodes.size(), -1);  // -1: not yet
    std::size_t left = t.nodes.size();
    const auto  done = [&](node_id x) { return x < 0 || s.time[at(x)] >= 0; };
    // Nodes that need no work are there as soon as their operands are.
    const auto settle = [&](node_id id, int now) {
        s.time[at(id)] = now;
        --left;
    };
    while (left > 0) {
        bool moved = false;
        for (work kind : {work::single, work::rows, work::whole}) {
            phase      p{kind, {}};
            const int  now = static_cast<int>(s.phases.size());
            for (node_id id = 0; id < t.size(); ++id) {
                if (done(id)) continue;
                const node& n = t[id];
                const work  w = work_of(t, n);
                if (w != work::none && w != kind) continue;
                bool ready = done(n.a) && done(n.b) && done(n.c);
                // A sum over the batch never reads what the same phase computes.
                if (w == work::whole)
                    for (node_id x : {n.a, n.b, n.c}) ready = ready && (x < 0 || s.time[at(x)] < now || work_of(t, t[x]) == work::none);
                if (w == work::none && n.what == verb::view && kind == work::whole) ready = ready && s.time[at(n.a)] < now;
                if (!ready) continue;
                if (w != work::none) p.nodes.push_back(id);
                settle(id, w == work::none && n.what != verb::view ? 0 : now);
                moved = true;
            }
            if (!p.nodes.empty()) s.phases.push_back(std::move(p));
        }
        if (!moved) throw recording_error("elbo: a tape's nodes do not come after their operands");
    }
    for (int& moment : s.time)
        if (moment >= static_cast<int>(s.phases.size()) && !s.phases.empty()) moment = static_cast<int>(s.phases.size()) - 1;
    return s;
}

}  // namespace elbo
