// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/often_read.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/strips.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

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
        case verb::interpolate: return 8 * out;  // four pixels, each with its weight
        case verb::splat: return 8 * size_of(t[n.a].e, counts);
        case verb::slopes: return 16 * size_of(t[n.a].e, counts);
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

// Linear in the tape, constexpr. `live` is an upper bound of what a machine that runs the timetable takes, with one thread:
//     values that are read in another phase, or by what sums over the batch: whole, from phase to phase
//     values that are read in another strip of their phase: one chunk of rows at a time, from strip to strip
//     values that are read in their strip: the rows that go together
//     gradients that are only stored: nothing, they are computed where they are stored
//     matrices that are read often: a copy of each; filters in their minimal form; chunks' parts of sums over the batch
// each in multiples of 16 floats, and a tenth for gaps. What a replay hands out lives to the end. Products have what
// follows them inside, as a machine has them.
ELBO_COLD constexpr cost measure(const tape& recorded, const row_counts& counts) {
    tape t = recorded;
    fuse_products(t);
    const std::size_t        all    = t.nodes.size();
    const timetable          table  = make_timetable(t);
    const strips_of_rows     strips = make_strips(t, table);
    const node* const        nodes  = t.nodes.data();
    const int* const         moment = table.moment.at;
    const work* const        kind   = table.kind.at;
    const node_id* const     home   = table.home.at;
    const int* const         strip  = strips.strip.at;
    const node_id            count  = t.size();
    const auto               strip_count = static_cast<std::size_t>(strips.count) + 1;
    const by_number<int>     last(all), reads(all);                  // by home: the last moment; how many read it
    const by_number<node_id> end(all), head(all), next(all);         // by home: the last reader; lists of what ends there, plus 1
    const by_number<bool>    shared(all), stored(all), begins(all);  // begins: another goes on with its sum, in its moment
    const by_number<bool>    leaves(all);                            // by home: another strip reads it
    const by_number<node_id> strip_end(strip_count);                 // by strip: its last node

    for (node_id id = 0; id < count; ++id) {
        const node& n = nodes[id];
        const int   m = moment[id];
        if (n.what == verb::view) continue;
        end.at[id] = id, last.at[id] = m, strip_end.at[strip[id]] = id;
        if (kind[id] == work::whole && continues(nodes, n) && kind[n.c] == work::whole && moment[n.c] == m) begins.at[n.c] = true;
        const bool in_rows = kind[id] == work::rows;
        if (!in_rows || n.e.axis == 0) shared.at[id] = true;
        if (n.what == verb::store && home[n.a] == n.a) stored.at[n.a] = true;
        const auto read = [&](node_id x) {
            const node_id y = home[x];
            ++reads.at[y];
            end.at[y] = id;
            if (last.at[y] < m) last.at[y] = m;
            if (!in_rows || m != moment[y]) shared.at[y] = true;
            if (strip[y] != strip[id]) leaves.at[y] = true;
        };
        if (n.a >= 0) read(n.a);
        if (n.b >= 0) read(n.b);
        if (n.c >= 0) read(n.c);
    }
    const auto keep = [&](node_id id) {
        const node_id y = home[id];
        last.at[y] = table.moments - 1, shared.at[y] = true, ++reads.at[y];
    };
    for (const named_output& o : t.outputs) keep(o.id);
    for (node_id loss : t.losses) keep(loss);

    cost                          c;
    const auto                    moments = static_cast<std::size_t>(table.moments);
    const by_number<std::int64_t> change(moments);  // by moment: what comes and goes
    const by_number<std::int64_t> size(all);        // by home: floats of a chunk's memory
    const by_number<bool>         early(all);       // by home: it has its place when its strip begins, whose rows come in turns
    const by_number<std::int64_t> born(strip_count), own(moments * most_axes);  // by strip: floats of those; by moment and axis: what lives
    std::int64_t                  local = 0, alive = 0, most = 0;
    const auto                    rounded = [](std::int64_t floats) { return (floats + 15) / 16 * 16; };
    c.verbs = static_cast<int>(recorded.size());
    for (const node& n : recorded.nodes) {
        const std::int64_t flops = flops_of(recorded, n, counts);
        c.flops += flops;
        if (n.what == verb::product || n.what == verb::batched || n.what == verb::conv || n.what == verb::conv_data ||
            n.what == verb::conv_filter)
            c.product_flops += flops;
        if (owns_memory(n)) c.values += size_of(n.e, counts);
    }
    for (node_id id = 0; id < count; ++id) {
        const node& n = nodes[id];
        if (!owns_memory(n) || begins.at[id]) continue;
        if (shared.at[id]) {
            const std::int64_t whole    = rounded(size_of(n.e, counts));
            const bool         in_place = stored.at[id] && reads.at[id] == 1;
            if (!in_place) change.at[moment[id]] += whole, change.at[last.at[id] + 1] -= whole;
            continue;
        }
        const std::int64_t chunk    = largest_chunk(counts[static_cast<std::size_t>(n.e.axis)]);
        const auto         together = [&](node_id x) { return rows_together(strips.widest.at[strip[x]], chunk); };
        const auto         in_turns = [&](node_id x) { return leaves.at[id] && together(x) < chunk; };
        early.at[id]                = in_turns(id);
        size.at[id]                 = rounded((leaves.at[id] ? chunk : together(id)) * n.e.fold * n.e.cols);
        if (early.at[id]) born.at[strip[id]] += size.at[id];
        const node_id dies = in_turns(end.at[id]) ? strip_end.at[strip[end.at[id]]] : end.at[id];
        next.at[id] = head.at[dies], head.at[dies] = id + 1;
    }
    const by_number<bool> begun(strip_count);
    for (node_id id = 0; id < count; ++id) {
        if (kind[id] != work::rows) continue;
        std::int64_t& now = own.at[moment[id] * most_axes + axis_of(nodes, nodes[id])];
        if (!begun.at[strip[id]]) begun.at[strip[id]] = true, now += born.at[strip[id]];
        if (!early.at[id]) now += size.at[id];
        if (now > local) local = now;
        for (node_id dead = head.at[id]; dead > 0; dead = next.at[dead - 1]) now -= size.at[dead - 1];
    }
    for (int m = 0; m < table.moments; ++m) {
        alive += change.at[m];
        if (alive > most) most = alive;
    }
    c.live = (most + local) + (most + local) / 10;  // gaps between values
    for (node_id id = 0; id < count; ++id)
        if (kind[id] == work::rows && nodes[id].e.axis == 0) c.live += chunks_of(counts[static_cast<std::size_t>(axis_of(nodes, nodes[id]))]) * nodes[id].e.cols;
    for (const often_read& m : matrices_read_often(t, counts)) c.live += m.floats();
    for (node_id id : minimal_filters(t, counts)) c.live += minimal_filter(t, id).floats();
    return c;
}

}  // namespace elbo
