// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/often_read.hpp>
#include <elbo/tape/pairs.hpp>

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
//     matrices that are read often: a copy of each
// each in multiples of 16 floats, and a sixteenth for gaps. What a replay hands out lives to the end.
constexpr cost measure(const tape& t, const row_counts& counts) {
    const std::size_t        all    = t.nodes.size();
    const timetable          table  = make_timetable(t);
    const node* const        nodes  = t.nodes.data();
    const int* const         moment = table.moment.at;
    const work* const        kind   = table.kind.at;
    const node_id* const     home   = table.home.at;
    const node_id            count  = t.size();
    const by_number<int>     last(all), reads(all);            // by home: the last moment; how many read it
    const by_number<node_id> end(all), head(all), next(all);   // by home: the last reader; lists of what ends there, plus 1
    const by_number<bool>    shared(all), stored(all), begins(all);  // begins: another goes on with its sum, in its moment
    row_counts               chunk = counts;
    for (std::size_t a = 1; a < chunk.size(); ++a) chunk[a] = largest_chunk(counts[a]);

    // Whose turn comes early: when another node has its own, plus 1; and, by that node, who comes along, a list.
    const by_number<node_id> turn(all), along(all), after(all);
    const auto               time       = [&](node_id id) { return moment[id]; };
    const auto               goes_along = [&](node_id id, node_id with) {
        turn.at[id] = with + 1, after.at[id] = along.at[with], along.at[with] = id + 1;
    };
    const pair_finder pairs(t);
    for (node_id id = 0; id < count; ++id) {
        if (nodes[id].what == verb::chain_pair) {
            const node_id mass = pairs.likelihood_beside(id, time), sum = mass < 0 ? -1 : pairs.only_sum_of(mass);
            if (sum >= 0 && along.at[sum] == 0) goes_along(id, sum);
        } else if (nodes[id].what == verb::zip) {
            const node_id sample = pairs.sample_beside(id, time);
            if (sample >= 0 && along.at[sample] == 0) goes_along(id, sample), goes_along(pairs.only_sum_of(id), sample);
        }
    }

    for (node_id id = 0; id < count; ++id) {
        const node& n = nodes[id];
        const int   m = moment[id];
        const node_id now = turn.at[id] > 0 ? turn.at[id] - 1 : id;
        if (n.what == verb::view) {
            if (end.at[home[id]] < id) end.at[home[id]] = id;
            continue;
        }
        end.at[id] = id, last.at[id] = m;
        if (kind[id] == work::whole && continues(nodes, n) && kind[n.c] == work::whole && moment[n.c] == m) begins.at[n.c] = true;
        const bool in_rows = kind[id] == work::rows;
        if (!in_rows) shared.at[id] = true;
        if (n.what == verb::store && home[n.a] == n.a) stored.at[n.a] = true;
        const auto read = [&](node_id x) {
            const node_id y = home[x];
            ++reads.at[y];
            if (end.at[y] < now) end.at[y] = now;
            if (last.at[y] < m) last.at[y] = m;
            if (!in_rows || m != moment[y]) shared.at[y] = true;
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
    const by_number<std::int64_t> change(moments), own(moments);  // by moment: what comes and goes; what its chunks hold
    const by_number<std::int64_t> size(all);
    std::int64_t                  local = 0, alive = 0, most = 0;
    c.verbs = static_cast<int>(count);
    const auto take = [&](node_id id) {
        const node& n = nodes[id];
        if (!owns_memory(n) || begins.at[id]) return;
        if (shared.at[id]) {
            const std::int64_t whole    = (size_of(n.e, counts) + 15) / 16 * 16;
            const bool         in_place = stored.at[id] && reads.at[id] == 1;
            if (!in_place) change.at[moment[id]] += whole, change.at[last.at[id] + 1] -= whole;
        } else {
            size.at[id]         = (size_of(n.e, chunk) + 15) / 16 * 16;
            own.at[moment[id]] += size.at[id];
            next.at[id]         = head.at[end.at[id]];
            head.at[end.at[id]] = id + 1;
            if (own.at[moment[id]] > local) local = own.at[moment[id]];
        }
    };
    for (node_id id = 0; id < count; ++id) {
        const node&        n     = nodes[id];
        const std::int64_t flops = flops_of(t, n, counts);
        c.flops += flops;
        if (n.what == verb::product || n.what == verb::batched || n.what == verb::conv || n.what == verb::conv_data ||
            n.what == verb::conv_filter)
            c.product_flops += flops;
        if (owns_memory(n)) c.values += size_of(n.e, counts);
        if (turn.at[id] == 0) take(id);
        if (along.at[id] > 0 && n.what == verb::sum) {  // a likelihood's terms are gone before the slope comes
            own.at[moment[n.a]] -= size.at[n.a];
            size.at[n.a] = 0;
        }
        for (node_id other = along.at[id]; other > 0; other = after.at[other - 1]) take(other - 1);
        for (node_id dead = head.at[id]; dead > 0; dead = next.at[dead - 1]) own.at[moment[dead - 1]] -= size.at[dead - 1];
    }
    for (int m = 0; m < table.moments; ++m) {
        alive += change.at[m];
        if (alive > most) most = alive;
    }
    c.live = (most + local) + (most + local) / 16;
    for (const often_read& m : matrices_read_often(t, counts)) c.live += m.floats();
    return c;
}

}  // namespace elbo
