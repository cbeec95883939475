// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/arena.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/phases.hpp>

#include <algorithm>
#include <vector>

// How a device runs a tape: launches, one after another, each of all rows at once. A verb whose result has one operand
// element, or a few, for each of its own is elementwise, and elementwise verbs of one extent go into one launch: what one
// of them makes of an element the next takes from a register.

namespace elbo {

constexpr bool is_elementwise(const node& n) {
    switch (n.what) {
        case verb::noise: case verb::map: case verb::zip: case verb::chain: case verb::chain_pair: case verb::spread: case verb::slice:
        case verb::place: case verb::concat: case verb::gather: case verb::transpose: return true;
        default: return false;
    }
}
// Those that read their operands where they write their result.
constexpr bool is_pointwise(const node& n) {
    return n.what == verb::map || n.what == verb::zip || n.what == verb::chain || n.what == verb::chain_pair;
}
// Leaves that lie in memory of somebody else's.
constexpr bool is_at_hand(const node& n) {
    switch (n.what) {
        case verb::input: case verb::parameter: case verb::state: case verb::slot: case verb::count: case verb::table: return true;
        default: return false;
    }
}

struct launch {
    static constexpr std::size_t most_nodes = 24;  // that share an element's registers

    bool                 elementwise = false;
    extent               e;
    std::vector<node_id> nodes;
};

struct launch_list {
    std::vector<launch>  launches;
    std::vector<int>     time;    // by node: its launch; of what lies at hand -1
    std::vector<node_id> home;    // by node: whose memory it names
    std::vector<char>    stored;  // by node: whether others than its own launch read it
    std::vector<std::int32_t> gradient_at;  // by node: where in the gradient buffer it is computed, or -1
    std::vector<node_id> effects;  // stores and assigns that are copies, after everything else

    // Where an operand of a pointwise verb comes from, when it is the same element of the same launch.
    static node_id same_element(const tape& t, node_id x) {
        while (t[x].what == verb::view && t[t[x].a].e == t[x].e) x = t[x].a;
        return x;
    }
};

namespace launching {

// Whether node id reads x where it writes its own element, and x is made element by element too.
inline bool reads_beside(const tape& t, node_id id, node_id x) {
    const node_id same = launch_list::same_element(t, x);
    return is_pointwise(t[id]) && t[same].e == t[id].e && is_elementwise(t[same]);
}

// An elementwise verb that stood early waits for the first that reads it, where that one can take it from a register.
// From the last to the first: what a verb reads can then wait with it.
ELBO_OUTLINE inline void let_wait(const tape& t, launch_list& list) {
    const auto                        at = [](node_id id) { return static_cast<std::size_t>(id); };
    std::vector<std::vector<node_id>> readers(t.nodes.size());
    for (node_id id = 0; id < t.size(); ++id)
        for (node_id x : {t[id].a, t[id].b, t[id].c})
            if (x >= 0 && t[id].what != verb::view) readers[at(list.home[at(x)])].push_back(id);
    for (node_id id = t.size() - 1; id >= 0; --id) {
        if (!is_elementwise(t[id]) || readers[at(id)].empty()) continue;
        node_id first = -1;
        for (node_id reader : readers[at(id)])
            if (list.time[at(reader)] >= 0 && (first < 0 || list.time[at(reader)] < list.time[at(first)])) first = reader;
        const bool effect = std::any_of(readers[at(id)].begin(), readers[at(id)].end(), [&](node_id r) { return list.time[at(r)] < 0; });
        if (effect || first < 0 || list.time[at(first)] == list.time[at(id)]) continue;
        launch &from = list.launches[at(list.time[at(id)])], &to = list.launches[at(list.time[at(first)])];
        const bool beside = std::all_of(readers[at(id)].begin(), readers[at(id)].end(), [&](node_id r) {
            return list.time[at(r)] != list.time[at(first)] || reads_beside(t, r, id);
        });
        if (!beside || !to.elementwise || to.e != t[id].e || to.nodes.size() >= launch::most_nodes) continue;
        from.nodes.erase(std::find(from.nodes.begin(), from.nodes.end(), id));
        to.nodes.insert(std::lower_bound(to.nodes.begin(), to.nodes.end(), id), id);
        list.time[at(id)] = list.time[at(first)];
    }
    std::vector<int> renamed;
    int              kept = 0;
    for (const launch& l : list.launches) renamed.push_back(l.nodes.empty() ? kept : kept++);
    std::erase_if(list.launches, [](const launch& l) { return l.nodes.empty(); });
    for (node_id id = 0; id < t.size(); ++id)
        if (t[id].what == verb::view) list.time[at(id)] = list.time[at(t[id].a)];
        else if (list.time[at(id)] >= 0) list.time[at(id)] = renamed[at(list.time[at(id)])];
}

}  // namespace launching

ELBO_OUTLINE inline launch_list make_launches(const tape& t) {
    const auto  at    = [](node_id id) { return static_cast<std::size_t>(id); };
    const auto  count = t.nodes.size();
    launch_list list;
    list.time.assign(count, -1), list.home = homes_of(t), list.stored.assign(count, 0);
    list.gradient_at = computed_where_stored(t, list.home);
    int         floor = 0;  // the first launch after the last fence
    std::size_t fence = 0;
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n = t[id];
        for (; fence < t.fences.size() && t.fences[fence] == id; ++fence) floor = static_cast<int>(list.launches.size());
        if (n.what == verb::view) list.time[at(id)] = list.time[at(n.a)];
        if (n.what == verb::view || is_at_hand(n)) continue;
        if (n.what == verb::store || n.what == verb::assign) {
            if (n.what == verb::assign || list.gradient_at[at(n.a)] < 0) list.effects.push_back(id);
            continue;
        }
        // The earliest launch that its operands allow, of those that have room for it.
        int first = floor;
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0) {
                first = std::max(first, list.time[at(x)] + (launching::reads_beside(t, id, x) ? 0 : 1));
            }
        int mine = static_cast<int>(list.launches.size());
        if (is_elementwise(n))
            for (int l = first; l < static_cast<int>(list.launches.size()); ++l) {
                const launch& other = list.launches[at(l)];
                if (other.elementwise && other.e == n.e && other.nodes.size() < launch::most_nodes) {
                    mine = l;
                    break;
                }
            }
        if (mine == static_cast<int>(list.launches.size())) list.launches.push_back({is_elementwise(n), n.e, {}});
        list.launches[at(mine)].nodes.push_back(id);
        list.time[at(id)] = mine;
    }
    if (t.fences.empty()) launching::let_wait(t, list);
    // What only its own launch reads, element by element, needs no memory.
    const auto keep = [&](node_id x) { list.stored[at(list.home[at(x)])] = 1; };
    for (node_id id = 0; id < t.size(); ++id)
        for (node_id x : {t[id].a, t[id].b, t[id].c})
            if (x >= 0 && t[id].what != verb::view)
                if (!is_pointwise(t[id]) || list.time[at(id)] != list.time[at(x)] || t[list.same_element(t, x)].e != t[id].e) keep(x);
    for (const named_output& o : t.outputs) keep(o.id);
    for (node_id loss : t.losses) keep(loss);
    return list;
}

// Where the values lie.
ELBO_OUTLINE inline arena_plan place_launched(const tape& t, const launch_list& list, const row_counts& capacity) {
    std::vector<std::int64_t> floats(t.nodes.size(), 0);
    for (node_id id = 0; id < t.size(); ++id) {
        const auto i = static_cast<std::size_t>(id);
        if (owns_memory(t[id]) && list.stored[i] != 0 && list.gradient_at[i] < 0 && !is_at_hand(t[id])) floats[i] = size_of(t[id].e, capacity);
    }
    std::vector<int> time = list.time;
    for (node_id id : list.effects) time[static_cast<std::size_t>(id)] = static_cast<int>(list.launches.size());
    return place_values(floats, lives_of(t, list.home, time));
}

}  // namespace elbo
