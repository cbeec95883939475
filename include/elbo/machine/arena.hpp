// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/by_key.hpp>
#include <elbo/core/config.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/plan.hpp>

#include <algorithm>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// By node: whose memory it names, its own but for views.
ELBO_COLD inline std::vector<node_id> homes_of(const tape& t) {
    std::vector<node_id> home(t.nodes.size());
    for (node_id id = 0; id < t.size(); ++id)
        home[static_cast<std::size_t>(id)] = t[id].what == verb::view ? home[static_cast<std::size_t>(t[id].a)] : id;
    return home;
}
// A gradient that only `store` reads is computed where it is stored: by node, that place, or -1.
ELBO_COLD inline std::vector<std::int32_t> computed_where_stored(const tape& t, const std::vector<node_id>& home) {
    const auto                uses = uses_of(t);
    std::vector<std::int32_t> place(t.nodes.size(), -1);
    for (const node& n : t.nodes) {
        const auto a = static_cast<std::size_t>(n.a);
        if (n.what == verb::store && home[a] == n.a && uses[a] == 1 && owns_memory(t[n.a])) place[a] = n.i;
    }
    return place;
}

// Where the values of a tape lie in one block of memory. A place is free again once its last reader has run; losses and
// outputs stay. Offsets are for the largest counts, in multiples of 16 floats, so smaller batches need no new plan.
struct arena_plan {
    std::vector<std::int64_t> offset;  // by node; -1: lies elsewhere
    std::int64_t              size = 0;
};

// When a node has its place, first and last moment. `time` is when each node runs: nodes of one time run together, so none
// may take another's place.
struct life {
    int from = 0, to = -1;
};
ELBO_COLD inline std::vector<life> lives_of(const tape& t, const std::vector<node_id>& home, const std::vector<int>& time) {
    const auto        at = [](node_id id) { return static_cast<std::size_t>(id); };
    std::vector<life> lives(t.nodes.size());
    int               end = 0;
    for (int moment : time) end = std::max(end, moment);
    for (node_id id = 0; id < t.size(); ++id) {
        lives[at(id)].from = time[at(id)];
        for (node_id x : {id, t[id].a, t[id].b, t[id].c})
            if (x >= 0) lives[at(home[at(x)])].to = std::max(lives[at(home[at(x)])].to, time[at(id)]);
    }
    for (const named_output& o : t.outputs) lives[at(home[at(o.id)])].to = end + 1;
    for (node_id loss : t.losses) lives[at(home[at(loss)])].to = end + 1;
    return lives;
}

// Places for nodes in the order of their keys, each as low as nothing of its time lies in the way.
ELBO_COLD inline arena_plan place_in_order(numbers_by_key order, const std::vector<std::int64_t>& sizes, const std::vector<life>& lives) {
    const auto           at = [](node_id id) { return static_cast<std::size_t>(id); };
    arena_plan           plan{std::vector<std::int64_t>(sizes.size(), -1), 0};
    std::vector<node_id> placed;  // by offset
    sort(order);
    for (const auto& entry : order) {
        const auto   id     = static_cast<node_id>(entry.second);
        std::int64_t offset = 0;
        for (node_id other : placed) {
            if (lives[at(other)].to < lives[at(id)].from || lives[at(id)].to < lives[at(other)].from) continue;
            if (offset + sizes[at(id)] <= plan.offset[at(other)]) break;
            offset = std::max(offset, plan.offset[at(other)] + sizes[at(other)]);
        }
        plan.offset[at(id)] = offset;
        plan.size           = std::max(plan.size, offset + sizes[at(id)]);
        placed.insert(std::upper_bound(placed.begin(), placed.end(), offset, [&](std::int64_t o, node_id p) { return o < plan.offset[at(p)]; }), id);
    }
    return plan;
}
// Places for so many floats of each node; of none, no place. In the order of size or of how long they live, whichever takes less.
ELBO_COLD inline arena_plan place_values(const std::vector<std::int64_t>& floats, const std::vector<life>& lives) {
    std::vector<std::int64_t> sizes;
    for (std::int64_t f : floats) sizes.push_back((f + 15) / 16 * 16);
    numbers_by_key by_size, by_life;
    for (std::size_t i = 0; i < floats.size(); ++i)
        if (floats[i] > 0) by_size.push_back({-sizes[i], i}), by_life.push_back({lives[i].from - lives[i].to, i});
    arena_plan one = place_in_order(std::move(by_size), sizes, lives), other = place_in_order(std::move(by_life), sizes, lives);
    return one.size <= other.size ? std::move(one) : std::move(other);
}

}  // namespace elbo
