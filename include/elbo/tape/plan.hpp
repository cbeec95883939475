// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/tape.hpp>

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
    std::int64_t live        = 0;  // floats alive at once, at most: what an arena needs
};

// One pass, linear in the tape, constexpr. `live` is an upper bound of the arena: machines reuse memory in place.
// A value lives from its verb to its last reader; what a replay hands out lives to the end.
constexpr cost measure(const tape& t, const row_counts& counts) {
    cost                      c;
    const auto                count = t.nodes.size();
    std::vector<node_id>      home(count, -1), last(count, -1);
    std::vector<node_id>      head(count, -1), next(count, -1);
    c.verbs = static_cast<int>(count);
    for (node_id id = 0; id < t.size(); ++id) {
        const auto  at = static_cast<std::size_t>(id);
        const node& n  = t[id];
        home[at]       = n.what == verb::view ? home[static_cast<std::size_t>(n.a)] : id;
        last[at]       = id;
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0) last[static_cast<std::size_t>(home[static_cast<std::size_t>(x)])] = id;
    }
    for (const named_output& o : t.outputs) last[static_cast<std::size_t>(home[static_cast<std::size_t>(o.id)])] = t.size() - 1;
    for (node_id id = 0; id < t.size(); ++id) {
        auto& first                        = head[static_cast<std::size_t>(last[static_cast<std::size_t>(id)])];
        next[static_cast<std::size_t>(id)] = first;
        first                              = id;
    }
    std::int64_t alive = 0;
    for (node_id id = 0; id < t.size(); ++id) {
        const node&        n     = t[id];
        const std::int64_t flops = flops_of(t, n, counts);
        c.flops += flops;
        if (n.what == verb::product || n.what == verb::batched || n.what == verb::conv || n.what == verb::conv_data ||
            n.what == verb::conv_filter)
            c.product_flops += flops;
        if (owns_memory(n)) {
            const std::int64_t size = size_of(n.e, counts);
            c.values += size;
            alive += size;
            if (alive > c.live) c.live = alive;
        }
        for (node_id dead = head[static_cast<std::size_t>(id)]; dead >= 0; dead = next[static_cast<std::size_t>(dead)])
            if (owns_memory(t[dead])) alive -= size_of(t[dead].e, counts);
    }
    return c;
}

}  // namespace elbo
