// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/phases.hpp>

namespace elbo {

// How many rows each batch axis has in a replay; axis 0 is the one row of what is not batched.
inline constexpr int most_axes = 4;
using row_counts               = std::array<std::int64_t, most_axes>;

constexpr std::int64_t rows_of(extent e, const row_counts& counts) {
    return e.axis == 0 ? e.fold : e.fold * counts[static_cast<std::size_t>(e.axis)];
}
constexpr std::int64_t size_of(extent e, const row_counts& counts) { return rows_of(e, counts) * e.cols; }

// Memory of its own: a value that is computed, not a leaf that lies elsewhere nor another name for one.
constexpr bool owns_memory(const node& n) {
    switch (n.what) {
        case verb::input: case verb::parameter: case verb::state: case verb::slot: case verb::table: case verb::view:
        case verb::store: case verb::assign: return false;
        default: return true;
    }
}

// Multiplications and additions of a verb; elementwise verbs and sums count one per element.
constexpr std::int64_t flops_of(const tape& t, const node& n, const row_counts& counts) {
    const std::int64_t out = size_of(n.e, counts);
    const auto         geometry = [&]() -> const window& { return t.windows[static_cast<std::size_t>(n.i)]; };
    const auto         filter   = [&] {
        const window& w = geometry();
        return std::int64_t{2} * w.out_h * w.out_w * w.out_c * w.kernel_h * w.kernel_w * w.in_c;
    };
    switch (n.what) {
        case verb::product: return 2 * out * (n.i ? rows_of(t[n.a].e, counts) : t[n.a].e.cols);
        case verb::batched: return 2 * out * (t[n.a].e.cols / n.k);
        case verb::conv: case verb::conv_data: return rows_of(n.e, counts) * filter();
        case verb::conv_filter: return rows_of(t[n.a].e, counts) * filter();
        case verb::pool: case verb::argmax: return out * geometry().kernel_h * geometry().kernel_w;
        case verb::unpool: return size_of(t[n.a].e, counts) * geometry().kernel_h * geometry().kernel_w;
        case verb::solve: return out * n.k;
        case verb::cholesky: return out * n.k / 3;
        case verb::sum: case verb::logsumexp: return size_of(t[n.a].e, counts);
        case verb::map: case verb::zip: case verb::chain: case verb::chain_pair: return out;
        default: return 0;
    }
}

struct cost {
    int          verbs       = 0;
    std::int64_t flops       = 0;  // of one replay
    std::int64_t product_flops = 0;  // of those, in products and convolutions
    std::int64_t values      = 0;  // floats computed in all
    std::int64_t live        = 0;  // floats of an arena, at most: see measure()
};

// One pass, linear in the tape, constexpr. `live` is an upper bound of what a machine that runs the timetable takes, with
// one thread:
//     values that are read in another phase, or by what sums over the batch: whole, from phase to phase
//     values that are read only in the rows phase they are made in: one chunk of rows at a time
//     gradients that are only stored: nothing, they are computed where they are stored
// each in multiples of 16 floats, and a sixteenth for gaps. What a replay hands out lives to the end.
constexpr cost measure(const tape& t, const row_counts& counts) {
    const auto           at    = [](node_id id) { return static_cast<std::size_t>(id); };
    const auto           count = t.nodes.size();
    const timetable      w     = make_timetable(t);
    row_counts           chunk = counts;
    std::vector<int>     last(count, 0), reads(count, 0);        // by home: the last moment; by node
    std::vector<node_id> end(count, -1), head(count, -1), next(count, -1);  // by home: the last reader; lists of what ends there
    std::vector<char>    shared(count, 0), stored(count, 0);
    for (std::size_t a = 1; a < chunk.size(); ++a) chunk[a] = largest_chunk(counts[a]);

    for (node_id id = 0; id < t.size(); ++id) {
        const node&   n = t[id];
        const int     m = w.moment[at(id)];
        const node_id h = w.home[at(id)];
        end[at(h)]      = id;
        if (last[at(h)] < m) last[at(h)] = m;
        if (n.what == verb::view) continue;
        if (w.kind[at(id)] != work::rows) shared[at(id)] = 1;
        if (n.what == verb::store && w.home[at(n.a)] == n.a) stored[at(n.a)] = 1;
        for (node_id x : {n.a, n.b, n.c}) {
            if (x < 0) continue;
            const auto y = at(w.home[at(x)]);
            ++reads[y];
            end[y] = id;
            if (last[y] < m) last[y] = m;
            if (m != w.moment[y] || w.kind[at(id)] != work::rows) shared[y] = 1;
        }
    }
    const auto keep = [&](node_id id) {
        const auto y = at(w.home[at(id)]);
        last[y] = w.moments - 1, shared[y] = 1, ++reads[y];
    };
    for (const named_output& o : t.outputs) keep(o.id);
    for (node_id loss : t.losses) keep(loss);

    const auto owns   = [&](node_id id) { return owns_memory(t[id]) && !(stored[at(id)] != 0 && reads[at(id)] == 1); };
    const auto padded = [](std::int64_t floats) { return (floats + 15) / 16 * 16; };
    for (node_id id = 0; id < t.size(); ++id)
        if (shared[at(id)] == 0 && owns(id)) next[at(id)] = head[at(end[at(id)])], head[at(end[at(id)])] = id;

    cost                      c;
    std::vector<std::int64_t> change(static_cast<std::size_t>(w.moments) + 1, 0), own(static_cast<std::size_t>(w.moments), 0);
    std::int64_t              local = 0, alive = 0, most = 0;
    c.verbs = static_cast<int>(count);
    for (node_id id = 0; id < t.size(); ++id) {
        const node&        n     = t[id];
        const auto         m     = static_cast<std::size_t>(w.moment[at(id)]);
        const std::int64_t flops = flops_of(t, n, counts);
        c.flops += flops;
        if (n.what == verb::product || n.what == verb::batched || n.what == verb::conv || n.what == verb::conv_data ||
            n.what == verb::conv_filter)
            c.product_flops += flops;
        if (owns_memory(n)) c.values += size_of(n.e, counts);
        if (owns(id) && shared[at(id)] != 0) {
            const std::int64_t size = padded(size_of(n.e, counts));
            change[m] += size;
            change[static_cast<std::size_t>(last[at(id)]) + 1] -= size;
        } else if (owns(id)) {
            own[m] += padded(size_of(n.e, chunk));
            if (own[m] > local) local = own[m];
        }
        for (node_id dead = head[at(id)]; dead >= 0; dead = next[at(dead)])
            own[static_cast<std::size_t>(w.moment[at(dead)])] -= padded(size_of(t[dead].e, chunk));
    }
    for (std::int64_t by : change) {
        alive += by;
        if (alive > most) most = alive;
    }
    c.live = (most + local) + (most + local) / 16;
    return c;
}

}  // namespace elbo
