// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/tape.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// 1 below the diagonal, `diagonal` on it, 0 above.
constexpr node_id lower_mask(tape& t, int order, double diagonal) {
    std::vector<double> mask(static_cast<std::size_t>(order) * static_cast<std::size_t>(order), 0.0);
    for (int r = 0; r < order; ++r)
        for (int c = 0; c <= r; ++c) mask[static_cast<std::size_t>(r * order + c)] = r == c ? diagonal : 1.0;
    return t.table({0, 1, order * order}, mask);
}

// Reverse mode from one value downwards: what is wanted, and the cotangents so far (-1: none).
struct reverse_pass {
    // A cotangent of some of x's columns, still to be placed among the others: an LSTM's gates are slices of one product,
    // and beside each other their cotangents are its own.
    struct columns {
        node_id      x, d;
        std::int32_t first, end;
    };

    tape&                t;
    std::vector<char>    needed;
    std::vector<node_id> gradient;
    std::vector<columns> apart = {};

    constexpr bool wants(node_id x) const { return needed[static_cast<std::size_t>(x)] != 0; }

    // The cotangent of x gains d, which may be larger than x where x was broadcast.
    ELBO_COLD constexpr void give(node_id x, node_id d) {
        const extent whole = t[x].e, have = t[d].e;
        extent       e = have;
        if (have.axis != whole.axis && whole.axis == 0) e.axis = 0;
        if (have.fold > whole.fold) e.fold = whole.fold;
        if (whole.axis == 0 && have.axis != 0) e.fold = whole.fold;
        if (have.cols > whole.cols) e.cols = whole.cols;
        d       = t.sum_to(e, d);
        auto& g = gradient[static_cast<std::size_t>(x)];
        g       = g < 0 ? d : t.add(g, d);
    }
    // y was made from x by broadcasting: before d is summed over the missing extents it must have y's own.
    ELBO_COLD constexpr void give_part(node_id y, node_id x, node_id d) {
        give(x, t[x].e == t[y].e ? d : t.spread_to(t[y].e, d));
    }

    ELBO_COLD constexpr void give_columns(node_id x, node_id d, std::int32_t first) {
        columns now{x, d, first, first + t[d].e.cols};
        for (std::size_t i = 0; i < apart.size();) {
            const columns other = apart[i];
            const bool    before = other.x == x && other.end == now.first, after = other.x == x && other.first == now.end;
            if (!before && !after) {
                ++i;
                continue;
            }
            now = before ? columns{x, t.concat(other.d, now.d), other.first, now.end} : columns{x, t.concat(now.d, other.d), now.first, other.end};
            apart[i] = apart.back();
            apart.pop_back();
            i = 0;
        }
        apart.push_back(now);
    }
    ELBO_COLD constexpr void place_columns(node_id x) {
        for (std::size_t i = 0; i < apart.size();) {
            const columns now = apart[i];
            if (now.x != x) {
                ++i;
                continue;
            }
            give(x, t[now.d].e.cols == t[x].e.cols ? now.d : t.place(now.d, now.first, t[x].e.cols));
            apart[i] = apart.back();
            apart.pop_back();
        }
    }

    // Numbers by place and channel times numbers by place; and the sums of the former over channels.
    ELBO_COLD constexpr node_id by_place(node_id x, node_id h) {
        const extent e = t[x].e;
        const int    places = t[h].e.cols;
        if (e.cols == places) return t.multiply(x, h);
        const int fold = e.fold * places;
        return t.view(e, t.multiply(t.view({e.axis, fold, e.cols / places}, x), t.view({e.axis, fold, 1}, h)));
    }
    ELBO_COLD constexpr node_id over_channels(node_id x, int places) {
        const extent e = t[x].e;
        if (e.cols == places) return x;
        const int fold = e.fold * places;
        return t.view({e.axis, e.fold, places}, t.sum_to({e.axis, fold, 1}, t.view({e.axis, fold, e.cols / places}, x)));
    }
    // The places of n, where numbers `at_places` meet an image: each gains number times slope.
    ELBO_COLD constexpr void give_slopes(const node& n, node_id image, node_id at_places) {
        if (n.j == 0) return give(n.b, t.slopes(at_places, n.b, image, n.i));
        const int places = t[n.b].e.cols / 2;
        for (const int axis : {0, 1}) {
            if (n.j & (1 << axis)) continue;  // it is straight between pixels
            const node_id d = t.multiply(at_places, t.between(verb::interpolate, image, n.b, n.i, n.j | (1 << axis)));
            give(n.b, t.place(over_channels(d, places), axis * places, 2 * places));
        }
    }

    // Hands the cotangent of y on to its operands.
    ELBO_COLD constexpr void step(node_id y) {
        if (!apart.empty()) place_columns(y);
        node_id dy = gradient[static_cast<std::size_t>(y)];
        if (dy < 0 || !wants(y)) return;
        const node n     = t[y];
        const auto whole = [&] { return t.spread_to(n.e, dy); };
        switch (n.what) {
            case verb::input: case verb::parameter: case verb::state: case verb::slot: case verb::count:
            case verb::noise: case verb::table: case verb::argmax: case verb::store: case verb::assign: break;

            case verb::map: {  // dx = dy f'(x or y)
                const formula slope = slope_of(n.f);
                if (slope.number == formula::none || !wants(n.a)) break;
                const formulas::needs needs = backward_needs(n.f);
                if (needs == formulas::needs::nothing) {
                    if (slope == unary(formulas::level{slope.p})) give(n.a, t.scale(dy, slope.p));
                    else give(n.a, t.chain(slope, dy, n.a));
                } else give(n.a, t.chain(slope, dy, needs == formulas::needs::output ? y : n.a));
                break;
            }
            case verb::zip: {
                const bool a = wants(n.a), b = wants(n.b);
                if (n.f == binary(formulas::plus{})) {
                    if (a) give_part(y, n.a, dy);
                    if (b) give_part(y, n.b, dy);
                } else if (n.f == binary(formulas::minus{})) {
                    if (a) give_part(y, n.a, dy);
                    if (b) give_part(y, n.b, t.scale(dy, -1));
                } else if (n.f == binary(formulas::times{})) {
                    if (a) give_part(y, n.a, t.multiply(dy, n.b));
                    if (b) give_part(y, n.b, t.multiply(dy, n.a));
                } else if (n.f == binary(formulas::divided{})) {  // y = a / b, dy/db = -y / b
                    if (a) give_part(y, n.a, t.zip(formulas::divided{}, dy, n.b));
                    if (b) give_part(y, n.b, t.multiply(dy, t.scale(t.zip(formulas::divided{}, y, n.b), -1)));
                } else {
                    const formula first = a ? first_slope_of(n.f) : formula{};
                    if (first.number >= 0) give_part(y, n.a, t.chain_pair(first, dy, n.a, n.b));
                    const formula second = b ? second_slope_of(n.f) : formula{};
                    if (second.number >= 0) give_part(y, n.b, t.chain_pair(second, dy, n.a, n.b));
                }
                break;
            }
            case verb::chain: {  // y = a f(b)
                if (wants(n.a)) give_part(y, n.a, t.chain(n.f, dy, n.b));
                if (!wants(n.b)) break;
                const formula slope = slope_of(n.f);
                if (slope.number == formula::none) break;
                const bool of_output = backward_needs(n.f) == formulas::needs::output;
                const node_id x      = of_output ? t.map(n.f, n.b) : n.b;
                give_part(y, n.b, t.chain(slope, t.multiply(dy, n.a), x));
                break;
            }
            case verb::chain_pair: {  // y = a f(b, c)
                if (wants(n.a)) give_part(y, n.a, t.chain_pair(n.f, dy, n.b, n.c));
                if (wants(n.b))
                    if (const formula s = first_slope_of(n.f); s.number >= 0)
                        give_part(y, n.b, t.chain_pair(s, t.multiply(dy, n.a), n.b, n.c));
                if (wants(n.c))
                    if (const formula s = second_slope_of(n.f); s.number >= 0)
                        give_part(y, n.c, t.chain_pair(s, t.multiply(dy, n.a), n.b, n.c));
                break;
            }

            case verb::sum: give(n.a, dy); break;  // the same along what was summed
            case verb::spread: give_part(y, n.a, whole()); break;
            case verb::view:
                if (n.i == 0) give(n.a, t.view(t[n.a].e, whole()));
                break;
            case verb::slice: give_columns(n.a, whole(), n.i); break;
            case verb::place: give(n.a, t.slice(whole(), n.i, t[n.a].e.cols)); break;
            case verb::concat: {
                const int first = t[n.a].e.cols, second = t[n.b].e.cols;
                if (wants(n.a)) give(n.a, t.slice(whole(), 0, first));
                if (wants(n.b)) give(n.b, t.slice(whole(), first, second));
                break;
            }
            case verb::gather:
                if (wants(n.a)) give(n.a, t.scatter(whole(), n.b, n.i, t[n.a].e.cols));
                break;
            case verb::scatter:
                if (wants(n.a)) give(n.a, t.gather(whole(), n.b, n.i));
                break;
            case verb::transpose: give(n.a, t.transpose(whole(), n.j, n.i)); break;

            case verb::product: {  // y = A B, A = a or a', B = b or b'
                const node_id d = whole();
                if (!n.i && !n.j) {  // a b
                    if (wants(n.a)) give(n.a, t.product(d, n.b, false, true));
                    if (wants(n.b)) give(n.b, t.product(n.a, d, true, false));
                } else if (!n.i && n.j) {  // a b'
                    if (wants(n.a)) give(n.a, t.product(d, n.b, false, false));
                    if (wants(n.b)) give(n.b, t.product(d, n.a, true, false));
                } else if (n.i && !n.j) {  // a' b
                    if (wants(n.a)) give(n.a, t.product(n.b, d, false, true));
                    if (wants(n.b)) give(n.b, t.product(n.a, d, false, false));
                } else throw recording_error("elbo: a product of two transposes has no use here");
                break;
            }
            case verb::batched: {  // the same for each row's matrices: y (m, c) = A (m, k) B (k, c)
                const node_id d = whole();
                const int     m = n.k, c = n.l, k = t[n.a].e.cols / m;
                if (wants(n.a)) give(n.a, n.i ? t.batched(n.b, d, n.j, true, k, m) : t.batched(d, n.b, false, !n.j, m, k));
                if (wants(n.b)) give(n.b, n.j ? t.batched(d, n.a, true, n.i, c, k) : t.batched(n.a, d, !n.i, false, k, c));
                break;
            }

            case verb::conv: {  // bilinear, and closed: each of the three is the derivative of the others
                const node_id d = whole();
                if (wants(n.a)) give(n.a, t.conv_data(d, n.b, n.i));
                if (wants(n.b)) give(n.b, t.conv_filter(n.a, d, n.i));
                break;
            }
            case verb::conv_data: {
                const node_id d = whole();
                if (wants(n.a)) give(n.a, t.conv(d, n.b, n.i));
                if (wants(n.b)) give(n.b, t.conv_filter(d, n.a, n.i));
                break;
            }
            case verb::conv_filter: {
                const node_id d = whole();
                if (wants(n.a)) give(n.a, t.conv_data(n.b, d, n.i));
                if (wants(n.b)) give(n.b, t.conv(n.a, d, n.i));
                break;
            }
            case verb::pool: give(n.a, t.unpool(whole(), n.i)); break;
            case verb::unpool: give(n.a, t.pool(whole(), n.i)); break;

            case verb::interpolate: {  // each is the other's transpose, and its slopes are of its kind
                const node_id d = whole();
                if (wants(n.a)) give(n.a, t.between(verb::splat, d, n.b, n.i, n.j));
                if (wants(n.b)) give_slopes(n, n.a, d);
                break;
            }
            case verb::splat: {
                const node_id d = whole();
                if (wants(n.a)) give(n.a, t.between(verb::interpolate, d, n.b, n.i, n.j));
                if (wants(n.b)) give_slopes(n, d, n.a);
                break;
            }

            case verb::slopes: {
                const node_id d = whole();
                const int     places = n.e.cols / 2;
                for (const int axis : {0, 1}) {
                    const node_id h = t.slice(d, axis * places, places), moved = by_place(n.a, h);
                    if (wants(n.a)) give(n.a, by_place(t.between(verb::interpolate, n.c, n.b, n.i, 1 << axis), h));
                    if (wants(n.c)) give(n.c, t.between(verb::splat, moved, n.b, n.i, 1 << axis));
                    if (!wants(n.b)) continue;
                    const node_id bend = t.multiply(moved, t.between(verb::interpolate, n.c, n.b, n.i, 3));
                    give(n.b, t.place(over_channels(bend, places), (1 - axis) * places, 2 * places));
                }
                break;
            }

            case verb::logsumexp: {  // da = dy e^(a - y)
                const node_id share = t.map(formulas::exponential{}, t.zip(formulas::minus{}, n.a, y));
                give(n.a, t.multiply(dy, share));
                break;
            }
            case verb::solve: {  // y = L^-1 b:  db = L^-T dy,  dL = -tril(db y');   y = L^-T b:  dL = -tril(y db')
                const node_id db = t.solve(n.a, whole(), n.i == 0, n.k, n.l);
                if (wants(n.b)) give(n.b, db);
                if (!wants(n.a)) break;
                const node_id outer = n.i == 0 ? t.batched(db, y, false, true, n.k, n.k)
                                               : t.batched(y, db, false, true, n.k, n.k);
                give(n.a, t.scale(t.multiply(outer, lower_mask(t, n.k, 1)), -1));
                break;
            }
            case verb::cholesky: {  // da = sym(L^-T P L^-1), P = tril(L' dL) with half its diagonal: Murray (2016)
                const node_id lt   = t.batched(y, whole(), true, false, n.k, n.k);
                const node_id p    = t.multiply(lt, lower_mask(t, n.k, 0.5));
                const node_id left = t.solve(y, p, true, n.k, n.k);                      // L^-T P
                const node_id both = t.solve(y, t.transpose(left, n.k, n.k), true, n.k, n.k);  // (L^-T P L^-1)'
                give(n.a, t.scale(t.add(both, t.transpose(both, n.k, n.k)), 0.5));
                break;
            }
        }
    }
};

// Appends verbs that compute d loss / d x for every x that `wanted` names, and returns their ids by node (-1: the loss
// does not depend on it). The derivative of a verb is written in verbs, so this applies to its own result. A cotangent
// may have smaller extents than its value, when it is the same along the missing ones: it is spread out only where a
// verb needs it whole.
template <class Wanted>
constexpr std::vector<node_id> differentiate(tape& t, node_id loss, node_id seed, Wanted wanted) {
    const auto   count = static_cast<std::size_t>(loss) + 1;
    reverse_pass pass{t, std::vector<char>(count, 0), std::vector<node_id>(count, -1)};

    // What lies between the wanted values and the loss, and is no step function of them.
    for (node_id id = 0; id <= loss; ++id) {
        const node& n        = t[id];
        const auto  on       = [&](node_id operand) { return operand >= 0 && pass.wants(operand); };
        const bool  blocked  = n.what == verb::argmax || (n.what == verb::view && n.i == 1) || (n.what == verb::map && slope_of(n.f).number == formula::none);
        const bool  by_place = n.what == verb::gather || n.what == verb::scatter;  // b says where
        pass.needed[static_cast<std::size_t>(id)] = wanted(id) || (!blocked && (on(n.a) || (on(n.b) && !by_place) || on(n.c)));
    }
    pass.gradient[static_cast<std::size_t>(loss)] = seed;
    for (node_id y = loss; y >= 0; --y) pass.step(y);
    return pass.gradient;
}

}  // namespace elbo
