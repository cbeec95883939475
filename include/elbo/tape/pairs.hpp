// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/phases.hpp>

// Verbs that read the same numbers, which a machine with a cache computes together, in one pass over memory:
//     a likelihood and its slope       sum_c log Bernoulli(x; l)   and   d (x - sigmoid(l))
//     a sample and its divergence      mu + e^(v/2) eps            and   KL(N(mu, e^v) || N(0, 1))
// The later ones then have their turn early, when the first have theirs. `by_time` gives each node's moment.

namespace elbo {

// The only node that reads x, or -1.
constexpr node_id only_reader_of(const tape& t, node_id x) {
    node_id reader = -1;
    for (node_id id = x + 1; id < t.size(); ++id) {
        const node& n = t[id];
        if (n.a != x && n.b != x && n.c != x) continue;
        if (reader >= 0) return -1;
        reader = id;
    }
    for (const named_output& o : t.outputs)
        if (o.id == x) return -1;
    for (node_id loss : t.losses)
        if (loss == x) return -1;
    return reader;
}
// The sum over columns that alone reads x, or -1.
constexpr node_id only_sum_of(const tape& t, node_id x) {
    const node_id reader = only_reader_of(t, x);
    const extent  e      = t[x].e;
    return reader >= 0 && t[reader].what == verb::sum && t[reader].e == extent{e.axis, e.fold, 1} ? reader : -1;
}

// Of a slope, the terms of the likelihood that it goes along with; of anything else, -1. Its cotangent must be known by
// then: one number, from an earlier moment.
constexpr node_id likelihood_beside(const tape& t, node_id slope, const auto& by_time) {
    const node& n = t[slope];
    if (n.what != verb::chain_pair || n.f != binary(formulas::bernoulli_slope{})) return -1;
    if (t[n.a].e != extent{0, 1, 1} || by_time(n.a) >= by_time(slope)) return -1;
    for (node_id id = 0; id < slope; ++id) {
        const node& m = t[id];
        if (m.what != verb::zip || m.f != binary(formulas::bernoulli_log_mass{}) || m.a != n.b || m.b != n.c || m.e != n.e) continue;
        if (by_time(id) == by_time(slope) && only_sum_of(t, id) >= 0) return id;
    }
    return -1;
}

// Of the terms of a divergence, the sample that they go along with; of anything else, -1.
constexpr node_id sample_beside(const tape& t, node_id energy, const auto& by_time) {
    const node& n = t[energy];
    if (n.what != verb::zip || n.f != binary(formulas::standard_kl{}) || only_sum_of(t, energy) < 0) return -1;
    for (node_id id = 0; id < energy; ++id) {
        const node& z = t[id];
        if (z.what != verb::zip || z.f != binary(formulas::plus{}) || z.a != n.a || z.e != n.e || z.a > z.b) continue;
        const node& scaled = t[z.b];
        if (scaled.what != verb::zip || scaled.f != binary(formulas::power_exp<1>{1, 0.5}) || scaled.b != n.b || scaled.e != n.e) continue;
        if (t[n.a].e == n.e && by_time(id) == by_time(energy) && by_time(z.b) == by_time(energy) && only_reader_of(t, z.b) == id) return id;
    }
    return -1;
}

}  // namespace elbo
