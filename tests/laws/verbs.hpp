// SPDX-License-Identifier: MIT
#pragma once

#include "laws/numbers.hpp"

#include <functional>

// The gradient law of single verbs: of a computation written on a bare tape, and of the sum of the squares of its
// gradients, so that every derivative is itself differentiated.

namespace elbo::laws {

// Hands out operands. Each depends on parameters of its own, differently in each row.
struct bench {
    tape                 t = {};
    std::vector<node_id> operands = {};
    std::int32_t         parameters = 0;

    template <class S, int Rows = 1>
    value<S, once, Rows> matrix() {
        const value<S, once, Rows> w{&t, t.shared_leaf(verb::parameter, {0, Rows, static_cast<int>(S::size)}, parameters)};
        parameters += Rows * static_cast<int>(S::size);
        operands.push_back(w.id);
        return w;
    }
    // Numbers in (0, 1) that are no operand.
    template <class S, int K = 1>
    value<S, batch<1>, K> data() {
        return {&t, t.leaf(verb::input, {1, K, static_cast<int>(S::size)}, t.inputs++)};
    }
    // Of either sign.
    template <class S, int K = 1>
    value<S, batch<1>, K> operand() {
        return noted(data<S, K>() * parameter<S>());
    }
    // In (0.2, 1.6) or so.
    template <class S, int K = 1>
    value<S, batch<1>, K> positive() {
        return noted(square(data<S, K>() * parameter<S>() + 0.5) + 0.2);
    }
    template <class V>
    V noted(V v) {
        operands.push_back(v.id);
        return v;
    }

private:
    template <class S>
    value<S, once> parameter() {
        parameters += static_cast<int>(S::size);
        return {&t, t.shared_leaf(verb::parameter, {0, 1, static_cast<int>(S::size)}, parameters - static_cast<int>(S::size))};
    }
};

// The worst difference between gradients and Richardson-extrapolated differences of losses[0], bounded as in gradient.hpp.
// A loss that does not move has no gradient: then the differences are compared with nothing.
inline double tape_gradient_error(tape& t, std::size_t parameters, std::int64_t rows, bool& moves) {
    canonicalise(t);
    const node_id loss = t.losses[0];
    const node_id one  = t.constant(1);
    const auto    g    = differentiate(t, loss, one, [&](node_id id) { return t[id].what == verb::parameter; });
    for (node_id id = 0; id <= loss; ++id)
        if (t[id].what == verb::parameter && g[static_cast<std::size_t>(id)] >= 0)
            t.effect(verb::store, t.spread_to(t[id].e, g[static_cast<std::size_t>(id)]), t[id].i);

    replay_data d{.parameters = numbers(parameters), .state = wave(64), .rows = rows};
    for (std::size_t i = 0; i < parameters; ++i) d.parameters[i] = 0.5 * std::sin(1.7 * static_cast<double>(i) + 0.3) + 0.1;
    for (int i = 0; i < t.inputs; ++i) {
        numbers x(static_cast<std::size_t>(rows) * 256);
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = 0.5 + 0.4 * std::sin(1.3 * static_cast<double>(k) + i);
        d.inputs.push_back(x);
    }
    const auto    with = bound_to(t, d);
    plain<double> machine(t);
    machine.replay(with);
    double most = 0, worst = 0;
    for (double v : d.gradients) most = std::max(most, std::abs(v));
    moves = most > 0;
    for (std::size_t i = 0; i < parameters; ++i) {
        const double here = d.parameters[i];
        const auto   at   = [&](double step) {
            d.parameters[i] = here + step;
            machine.replay_until(with, loss);
            d.parameters[i] = here;
            return machine[loss][0];
        };
        const auto   central = [&](double h) { return (at(h) - at(-h)) / (2 * h); };
        const double h = 1e-3, numeric = (4 * central(h / 2) - central(h)) / 3, g_i = d.gradients[i];
        const double bound = std::max({std::abs(g_i), std::abs(numeric), 0.01 * most});
        if (std::isnan(numeric) || std::isnan(g_i)) return std::numeric_limits<double>::infinity();
        if (bound > 0) worst = std::max(worst, std::abs(numeric - g_i) / bound);
    }
    return worst;
}

// A loss: every number of y counts differently, and squared, so that linear verbs have second derivatives too.
inline node_id weighed(tape& t, node_id y) {
    const extent        e = t[y].e;
    std::vector<double> squares, ones;
    for (int i = 0; i < e.cols; ++i) {
        squares.push_back(0.4 + 0.3 * std::cos(static_cast<double>(i)));
        ones.push_back(std::sin(0.9 * static_cast<double>(i) + 0.5));
    }
    const node_id curved = t.multiply(t.map(formulas::quadratic{1, 0}, y), t.table({0, 1, e.cols}, squares));
    const node_id tilted = t.multiply(y, t.table({0, 1, e.cols}, ones));
    return t.sum_to({0, 1, 1}, t.add(curved, tilted));
}

struct verb_report {
    double first = 0, second = 0;
    bool   moves = false, bends = false;  // there was a first, a second derivative to speak of
};

// record(bench) returns a value made of the bench's operands.
inline verb_report check_verb(const std::function<node_id(bench&)>& record, std::int64_t rows = 3) {
    verb_report report;
    {
        bench b;
        b.t.losses   = {weighed(b.t, record(b))};
        report.first = tape_gradient_error(b.t, static_cast<std::size_t>(b.parameters), rows, report.moves);
    }
    {
        bench         b;
        const node_id loss    = weighed(b.t, record(b));
        const auto    asked   = [&](node_id id) { return std::find(b.operands.begin(), b.operands.end(), id) != b.operands.end(); };
        const auto    g       = differentiate(b.t, loss, b.t.constant(1), asked);
        node_id       penalty = b.t.constant(0);
        for (node_id id : b.operands)
            if (const node_id gradient = g[static_cast<std::size_t>(id)]; gradient >= 0) {
                const node_id whole = b.t.spread_to(b.t[id].e, gradient);
                penalty = b.t.add(penalty, b.t.sum_to({0, 1, 1}, b.t.map(formulas::quadratic{1, 0}, whole)));
            }
        b.t.losses    = {penalty};
        report.second = tape_gradient_error(b.t, static_cast<std::size_t>(b.parameters), rows, report.bends);
    }
    return report;
}

}  // namespace elbo::laws
