// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/tape.hpp>

#include <utility>

ELBO_COMPILED_ONCE

namespace elbo {

// Numbers the nodes by a depth-first walk from the outputs and effects, operands first, and drops what nothing uses.
// C++ leaves the order in which `f(a) + g(b)` calls f and g open: after this, every compiler has the same tape.
// Layer names are kept where their values are.
ELBO_COLD constexpr void canonicalise(tape& t) {
    const auto           count = t.nodes.size();
    std::vector<node_id> renamed(count, -1);
    std::vector<node_id> stack;
    tape                 out;
    out.inputs = t.inputs;

    const auto operand = [](const node& n, int k) { return k == 0 ? n.a : k == 1 ? n.b : n.c; };
    const auto emit    = [&](node_id id) {
        node n = t[id];
        for (node_id* x : {&n.a, &n.b, &n.c})
            if (*x >= 0) *x = renamed[static_cast<std::size_t>(*x)];
        switch (n.what) {
            case verb::noise:
                out.draws.push_back(t.draws[static_cast<std::size_t>(n.j)]);
                n.j = static_cast<std::int32_t>(out.draws.size()) - 1;
                break;
            case verb::table: {
                const auto at = static_cast<std::int32_t>(out.constants.size());
                for (std::int32_t k = 0; k < n.e.fold * n.e.cols; ++k)
                    out.constants.push_back(t.constants[static_cast<std::size_t>(n.i + k)]);
                n.i = at;
                break;
            }
            case verb::conv: case verb::conv_data: case verb::conv_filter: case verb::pool: case verb::unpool:
            case verb::argmax: case verb::interpolate: case verb::splat: case verb::slopes: n.i = out.geometry(t.windows[static_cast<std::size_t>(n.i)]); break;
            case verb::slot: {
                const named_slot& s = t.slots[static_cast<std::size_t>(n.i)];
                out.slots.push_back(s);
                n.i = static_cast<std::int32_t>(out.slots.size()) - 1;
                break;
            }
            default: break;
        }
        renamed[static_cast<std::size_t>(id)] = out.put(n);
    };
    const auto visit = [&](node_id root) {
        stack.push_back(root);
        while (!stack.empty()) {
            const node_id id = stack.back();
            if (renamed[static_cast<std::size_t>(id)] >= 0) {
                stack.pop_back();
                continue;
            }
            bool ready = true;
            for (int k = 2; k >= 0; --k) {
                const node_id x = operand(t[id], k);
                if (x >= 0 && renamed[static_cast<std::size_t>(x)] < 0) stack.push_back(x), ready = false;
            }
            if (ready) emit(id), stack.pop_back();
        }
        return renamed[static_cast<std::size_t>(root)];
    };

    for (node_id loss : t.losses) out.losses.push_back(visit(loss));
    for (const named_output& o : t.outputs) out.outputs.push_back({o.name, visit(o.id)});
    for (node_id id = 0; id < t.size(); ++id)
        if (t[id].what == verb::store || t[id].what == verb::assign) visit(id);
    for (const layer_output& l : t.layers)
        if (const node_id id = renamed[static_cast<std::size_t>(l.id)]; id >= 0) out.layers.push_back({l.network, l.index, id});
    for (node_id id : t.leaves)
        if (const node_id to = renamed[static_cast<std::size_t>(id)]; to >= 0) out.leaves.push_back(to);
    t = std::move(out);
}

}  // namespace elbo
