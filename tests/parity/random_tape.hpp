// SPDX-License-Identifier: MIT
#pragma once

#include "parity/sheet.hpp"

namespace elbo::parity {

// A tape that nobody would write: verbs of all shapes in any order, on two batches and on parameters, with views of
// views, values that nobody reads, states, and gradients of everything. Numbers stay near one.
inline sheet random_tape(std::uint32_t number, std::int64_t rows) {
    sheet       s(rows);
    tape&       t = s.t;
    const draws choice(number, "random tape");
    std::uint32_t at = 0;
    const auto    below = [&](std::size_t bound) { return static_cast<std::size_t>(choice.below(static_cast<std::uint32_t>(bound), at++)); };

    std::vector<node_id> pool;
    for (const int axis : {1, 2})
        for (const int cols : {1, 6}) pool.push_back(s.batch(1, cols, {}, axis)), pool.push_back(s.batch(2, cols, {}, axis));
    for (const int cols : {1, 6}) pool.push_back(s.once(1, cols));
    s.d.state = spread_numbers(12, -1, 1, 999);
    for (const int offset : {0, 6}) pool.push_back(t.shared_leaf(verb::state, {0, 1, 6}, offset));
    pool.push_back(t.shared_leaf(verb::count, {}, 1));
    const std::size_t leaves = pool.size();
    const auto tame = [&](node_id x) { return t.map(formulas::sine{1}, x); };
    const auto mean = [&](node_id x) { return t.scale(x, 1.0 / static_cast<double>(20 * rows)); };
    const auto may_meet = [](extent a, extent b) {
        return (a.axis == b.axis || (a.axis == 0 && a.fold == 1) || (b.axis == 0 && b.fold == 1)) && (a.cols == b.cols || a.cols == 1 || b.cols == 1) &&
               (a.fold % b.fold == 0 || b.fold % a.fold == 0);
    };

    for (int made = 0; made < 60; ++made) {
        const node_id a = pool[below(pool.size())], b = pool[below(pool.size())];
        const extent  A = t[a].e, B = t[b].e;
        node_id       y = -1;
        switch (below(12)) {
            case 0: y = tame(a); break;
            case 1: case 2:
                if (may_meet(A, B))
                    y = t.zip(below(2) == 0 ? binary(formulas::plus{}) : binary(formulas::normal_energy_slope{}), tame(a), tame(b));
                break;
            case 3: y = tame(t.sum_to({A.axis, 1, A.cols}, a)); break;
            case 4: y = tame(t.sum_to({A.axis, A.fold, 1}, a)); break;
            case 5: y = tame(mean(t.sum_to({0, 1, below(2) == 0 ? 1 : A.cols}, a))); break;
            case 6: if (A.cols == 6) y = t.view({A.axis, A.fold * 6, 1}, a); break;
            case 7: if (A.fold % 6 == 0 && A.cols == 1) y = t.view({A.axis, A.fold / 6, 6}, a); break;
            case 8: if (A.cols == 6 && A.axis != 0) y = t.map(formulas::hyperbolic_tangent{}, t.add(t.product(a, s.once(6, 6), false, false), s.once(1, 6))); break;
            case 9: if (A.cols == 6) y = t.concat(t.slice(a, 4, 2), t.slice(a, 0, 4)); break;
            case 10:
                if (A.axis == B.axis && A.axis != 0 && A.fold == B.fold && A.cols == 6 && B.cols == 6)
                    y = tame(mean(t.sum_to({0, 1, 6}, t.product(a, b, true, false))));
                break;
            case 11: if (A.fold == 1 && A.axis != 0) y = t.spread_to({A.axis, 6, A.cols}, a); break;
        }
        if (y >= 0 && t[y].e.fold <= 12) pool.push_back(y);
    }
    node_id sum = t.constant(0);
    for (std::size_t k = leaves; k < pool.size(); k += 1 + below(3)) sum = t.add(sum, mean(t.sum_to({0, 1, 1}, tame(pool[k]))));
    t.effect(verb::assign, t.spread_to({0, 1, 6}, tame(sum)), 0);
    t.effect(verb::assign, tame(s.once(1, 6)), 6);  // could be done at once
    const auto seed     = t.constant(1);
    const auto gradient = differentiate(t, sum, seed, [&](node_id id) { return t[id].what == verb::parameter; });
    for (node_id id = 0; id < sum; ++id)
        if (t[id].what == verb::parameter && gradient[static_cast<std::size_t>(id)] >= 0)
            t.effect(verb::store, t.spread_to(t[id].e, gradient[static_cast<std::size_t>(id)]), t[id].i);
    t.losses  = {sum};
    t.outputs = {{"some", pool[pool.size() / 2]}, {"last", pool.back()}, {"loss", sum}};
    return s;
}

}  // namespace elbo::parity
