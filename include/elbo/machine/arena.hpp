// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/plan.hpp>

#include <algorithm>
#include <map>
#include <vector>

namespace elbo {

// Where the values of a tape lie in one block of memory. A place is free again once its last reader has run; an
// elementwise verb may write over an operand that dies with it. Offsets are for the largest counts, in multiples of
// 16 floats, so smaller batches need no new plan.
struct arena_plan {
    std::vector<std::int64_t> offset;  // by node; -1: lies elsewhere
    std::vector<node_id>      home;    // the node whose memory a view names
    std::int64_t              size = 0;
};

// `time` is when each node runs: nodes of one time run together, so none may take another's place.
inline arena_plan place_values(const tape& t, const row_counts& capacity, const std::vector<int>& time) {
    const auto       count = t.nodes.size();
    const auto       at    = [](node_id id) { return static_cast<std::size_t>(id); };
    arena_plan       plan{std::vector<std::int64_t>(count, -1), std::vector<node_id>(count, -1), 0};
    std::vector<int> last(count, -1);
    int              end = 0;
    for (int moment : time) end = std::max(end, moment);

    for (node_id id = 0; id < t.size(); ++id) {
        const node& n      = t[id];
        plan.home[at(id)] = n.what == verb::view ? plan.home[at(n.a)] : id;
        auto& own          = last[at(plan.home[at(id)])];
        own                = std::max(own, time[at(id)]);
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0) last[at(plan.home[at(x)])] = std::max(last[at(plan.home[at(x)])], time[at(id)]);
    }
    for (const named_output& o : t.outputs) last[at(plan.home[at(o.id)])] = end + 1;

    std::vector<node_id> by_time;
    for (node_id id = 0; id < t.size(); ++id)
        if (owns_memory(t[id])) by_time.push_back(id);
    std::stable_sort(by_time.begin(), by_time.end(), [&](node_id a, node_id b) { return time[at(a)] < time[at(b)]; });

    // Free blocks by offset; best fit.
    std::map<std::int64_t, std::int64_t>              free;
    std::multimap<int, std::pair<std::int64_t, std::int64_t>> alive;  // last time -> block
    for (node_id id : by_time) {
        const int          now  = time[at(id)];
        const std::int64_t size = (size_of(t[id].e, capacity) + 15) / 16 * 16;
        while (!alive.empty() && alive.begin()->first < now) {
            auto [offset, length] = alive.begin()->second;
            alive.erase(alive.begin());
            auto next = free.lower_bound(offset);
            if (next != free.end() && offset + length == next->first) length += next->second, next = free.erase(next);
            if (next != free.begin())
                if (auto before = std::prev(next); before->first + before->second == offset) {
                    before->second += length;
                    continue;
                }
            free.emplace(offset, length);
        }
        auto best = free.end();
        for (auto it = free.begin(); it != free.end(); ++it)
            if (it->second >= size && (best == free.end() || it->second < best->second)) best = it;
        std::int64_t offset = plan.size;
        if (best != free.end()) {
            offset                   = best->first;
            const std::int64_t rest = best->second - size;
            free.erase(best);
            if (rest > 0) free.emplace(offset + size, rest);
        } else if (!free.empty() && std::prev(free.end())->first + std::prev(free.end())->second == plan.size) {
            offset    = std::prev(free.end())->first;  // grow the last free block
            free.erase(std::prev(free.end()));
            plan.size = offset + size;
        } else plan.size += size;
        plan.offset[at(id)] = offset;
        alive.emplace(last[at(id)], std::pair{offset, size});
    }
    return plan;
}

}  // namespace elbo
