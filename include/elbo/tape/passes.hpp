// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/tape.hpp>

#include <utility>

// Passes rewrite a tape into another with the same results. They run after differentiation: a fused verb needs no
// derivative of its own.

ELBO_COMPILED_ONCE

namespace elbo {

// How often each node is read.
ELBO_COLD constexpr std::vector<int> uses_of(const tape& t) {
    std::vector<int> uses(t.nodes.size(), 0);
    int* const       of = uses.data();
    for (const node& n : t.nodes) {
        if (n.a >= 0) ++of[n.a];
        if (n.b >= 0) ++of[n.b];
        if (n.c >= 0) ++of[n.c];
    }
    for (const named_output& o : t.outputs) ++uses[static_cast<std::size_t>(o.id)];
    for (node_id id : t.losses) ++uses[static_cast<std::size_t>(id)];
    return uses;
}

// What names nodes besides nodes, once nodes have new numbers; -1: it is gone. Fences are a matter of the pass.
ELBO_COLD constexpr void rename_marks(tape& t, const std::vector<node_id>& renamed) {
    const auto rename = [&](node_id& id) { id = renamed[static_cast<std::size_t>(id)]; };
    for (named_output& o : t.outputs) rename(o.id);
    for (node_id& id : t.losses) rename(id);
    std::vector<layer_output> layers;
    for (const layer_output& l : t.layers)
        if (const node_id id = renamed[static_cast<std::size_t>(l.id)]; id >= 0) layers.push_back({l.network, l.index, id});
    t.layers = std::move(layers);
    t.leaves.clear();
}

// Drops what nothing reads, keeping the order.
ELBO_COLD constexpr void drop_unused(tape& t) {
    auto                 uses = uses_of(t);
    std::vector<node_id> renamed(t.nodes.size(), -1);
    for (node_id id = t.size() - 1; id >= 0; --id) {
        const node& n = t[id];
        if (uses[static_cast<std::size_t>(id)] > 0 || n.what == verb::store || n.what == verb::assign) {
            renamed[static_cast<std::size_t>(id)] = 0;
            continue;
        }
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0) --uses[static_cast<std::size_t>(x)];
    }
    std::vector<node>    kept;
    std::vector<node_id> fences;
    for (node_id id = 0; id < t.size(); ++id) {
        for (node_id fence : t.fences)
            if (fence == id) fences.push_back(static_cast<node_id>(kept.size()));
        if (renamed[static_cast<std::size_t>(id)] < 0) continue;
        node n = t[id];
        for (node_id* x : {&n.a, &n.b, &n.c})
            if (*x >= 0) *x = renamed[static_cast<std::size_t>(*x)];
        kept.push_back(n);
        renamed[static_cast<std::size_t>(id)] = static_cast<node_id>(kept.size()) - 1;
    }
    rename_marks(t, renamed);
    t.fences = std::move(fences);
    t.nodes = std::move(kept);
}

// Every node right after the last of its operands: what a loop leaves at each step (a divergence, a sum so far) stands at
// that step, not where it is read in the end. What nothing waits for keeps its place.
ELBO_COLD constexpr void order_by_time(tape& t) {
    const auto                        at = [](node_id id) { return static_cast<std::size_t>(id); };
    std::vector<std::vector<node_id>> readers(t.nodes.size());
    std::vector<int>                  waits(t.nodes.size(), 0);  // for so many operands
    for (node_id id = 0; id < t.size(); ++id)
        for (node_id x : {t[id].a, t[id].b, t[id].c})
            if (x >= 0) readers[at(x)].push_back(id), ++waits[at(id)];
    std::vector<node>    ordered;
    std::vector<node_id> renamed(t.nodes.size(), -1), ready;
    const auto           emit = [&](node_id id) {
        node n = t[id];
        for (node_id* x : {&n.a, &n.b, &n.c})
            if (*x >= 0) *x = renamed[at(*x)];
        renamed[at(id)] = static_cast<node_id>(ordered.size());
        ordered.push_back(n);
        for (std::size_t k = readers[at(id)].size(); k-- > 0;)
            if (const node_id reader = readers[at(id)][k]; --waits[at(reader)] == 0) ready.push_back(reader);
    };
    for (node_id id = 0; id < t.size(); ++id) {
        const bool is_leaf = t[id].a < 0;
        if (!is_leaf || renamed[at(id)] >= 0) continue;
        for (ready.assign(1, id); !ready.empty();) {
            const node_id next = ready.back();
            ready.pop_back();
            emit(next);
        }
    }
    rename_marks(t, renamed);
    t.nodes = std::move(ordered);
}

// What is put out of a state is what it was when the replay began.
ELBO_COLD constexpr void copy_states_put_out(tape& t) {
    for (named_output& o : t.outputs) {
        node_id home = o.id;
        while (t[home].what == verb::view) home = t[home].a;
        if (t[home].what == verb::state) o.id = t.map(formulas::affine{1, 0}, o.id);
    }
}

// A product, what is added to it and the formula applied to that become one verb: y = f(a b + c), with c and f in the
// product's node. c is a bias, the sum's other part or what several rows share. Only where nobody else reads what lies between.
ELBO_COLD constexpr void fuse_products(tape& t) {
    const auto uses    = uses_of(t);
    const auto only    = [&](node_id id) { return uses[static_cast<std::size_t>(id)] == 1; };
    const auto product = [&](node_id id) { return t[id].what == verb::product && t[id].i == 0 && t[id].f.number < 0; };
    for (node_id id = 0; id < t.size(); ++id) {
        node& n = t[id];
        if (n.what == verb::zip && n.f == binary(formulas::plus{})) {
            const auto    takes = [&](node_id p) { return product(p) && only(p) && t[p].e == n.e && t[p].c < 0; };
            const node_id p = takes(n.a) ? n.a : n.b, added = p == n.a ? n.b : n.a;
            if (!takes(p) || t[added].e.cols != n.e.cols || n.e.axis == 0) continue;
            node fused = t[p];
            fused.c    = added;
            n          = fused;
        } else if (n.what == verb::map && product(n.a) && only(n.a) && t[n.a].e.axis != 0) {
            node fused = t[n.a];
            fused.f    = n.f;
            n          = fused;
        }
    }
    drop_unused(t);
}

}  // namespace elbo
