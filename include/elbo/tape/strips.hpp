// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/minimal.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// How a chunk of rows goes through the verbs of its phase: strip by strip. A product wants all the chunk's rows at once and
// is a strip alone. What lies between two products goes together, a few rows at a time through all of it, so that what one
// verb makes is still in the nearest cache when the next one reads it; and what nobody else reads needs memory for those few
// rows alone.
constexpr bool wants_all_rows(const tape& t, const node& n) {
    return n.what == verb::product || n.what == verb::conv_data || (n.what == verb::conv && has_minimal_form(t.windows[static_cast<std::size_t>(n.i)]));
}

// Rows of the batch that go together, of a chunk that has so many: as many as leave the widest value in the cache. `widest` is
// floats for one row, 0 where all rows go at once.
constexpr std::int64_t rows_together(std::int64_t widest, std::int64_t chunk) {
    constexpr std::int64_t cache = 16384;  // floats: a sixteenth of what a core keeps to itself, of several values
    const std::int64_t     few   = widest == 0 ? chunk : cache / widest;
    return few < 1 ? 1 : few < chunk ? few : chunk;
}

struct strips_of_rows {
    by_number<int>          strip;   // by node of a rows phase: its strip, from 1; 0: it has none
    by_number<std::int64_t> widest;  // by strip
    int                     count = 0;
};

ELBO_COLD constexpr strips_of_rows make_strips(const tape& t, const timetable& table) {
    const std::size_t    size = t.nodes.size();
    strips_of_rows       s{by_number<int>(size), by_number<std::int64_t>(size + 1)};
    const by_number<int> open(static_cast<std::size_t>(table.moments) * most_axes);
    const node* const    nodes = t.nodes.data();
    const node_id        count = t.size();
    for (node_id id = 0; id < count; ++id) {
        const node& n = nodes[id];
        if (table.kind.at[id] != work::rows) continue;
        int& now = open.at[table.moment.at[id] * most_axes + axis_of(nodes, n)];
        if (wants_all_rows(t, n)) {
            now            = 0;
            s.strip.at[id] = ++s.count;
            continue;
        }
        if (now == 0) now = ++s.count;
        s.strip.at[id] = now;
        if (const std::int64_t wide = std::int64_t{n.e.fold} * n.e.cols; s.widest.at[now] < wide) s.widest.at[now] = wide;
    }
    return s;
}

}  // namespace elbo
