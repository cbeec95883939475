// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/arena.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/phases.hpp>

#include <array>

namespace elbo {

// The order in which a CPU runs a tape: its timetable, without the moments that are empty.
struct phase {
    work                 kind;
    std::vector<node_id> nodes;
};

// Nodes that are computed together: see tape/pairs.hpp.
struct fused_nodes {
    enum kind { likelihood_and_slope, sample_and_divergence };
    static constexpr int most_between = 4096;  // floats of a value that is not stored: a few rows

    kind                   what = likelihood_and_slope;
    std::array<node_id, 4> nodes{-1, -1, -1, -1};  // they stand side by side in their phase
    std::array<node_id, 2> unstored{-1, -1};       // those whose values nobody else reads

    node_id last() const { return nodes[nodes[3] < 0 ? 2 : 3]; }
    // Rows of one are computed before other rows of another are read, so a result must not lie where an operand did that
    // has had its last reader among them. A likelihood's operands are its slope's too; a sample's noise may end here.
    bool have_one_moment() const { return what == sample_and_divergence; }
};

struct schedule_of {
    std::vector<phase>       phases;
    std::vector<int>         time;      // by node: the phase it runs in
    std::vector<node_id>     go_on;     // by node: which goes on with its sum in the same phase, or -1
    std::vector<fused_nodes> fused{};
    std::vector<int>         fused_in{};  // by node: in which of them, or -1
};

ELBO_OUTLINE inline schedule_of make_schedule(const tape& t) {
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
    s.fused_in.assign(t.nodes.size(), -1), s.go_on.assign(t.nodes.size(), -1);
    for (node_id id = 0; id < t.size(); ++id) {
        const node_id before = t[id].c;
        if (work_of(t, t[id]) == work::whole && continues(t.nodes.data(), t[id]) && s.time[static_cast<std::size_t>(before)] == s.time[static_cast<std::size_t>(id)])
            s.go_on[static_cast<std::size_t>(before)] = id;
    }
    return s;
}

}  // namespace elbo
