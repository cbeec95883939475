// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/phases.hpp>

// Verbs that read the same numbers, which a machine with a cache computes together, in one pass over memory:
//     a likelihood and its slope       sum_c log Bernoulli(x; l)   and   d (x - sigmoid(l))
//     a sample and its divergence      mu + e^(v/2) eps            and   KL(N(mu, e^v) || N(0, 1))
// The later ones then have their turn early, when the first have theirs. `by_time` gives each node's moment.

namespace elbo {

class pair_finder {
public:
    constexpr explicit pair_finder(const tape& t) : nodes_(t.nodes.data()), count_(t.size()), reader_(t.nodes.size()) {
        for (node_id id = 0; id < count_; ++id) {
            const node& n = nodes_[id];
            if (n.a >= 0) note_reader(n.a, id);
            if (n.b >= 0) note_reader(n.b, id);
            if (n.c >= 0) note_reader(n.c, id);
            if (n.what != verb::zip) continue;
            if (n.f.number == log_mass.number) masses_.push_back(id);
            else if (n.f.number == plus.number && is_scaled(n.b)) samples_.push_back(id);
        }
        for (const named_output& o : t.outputs) reader_.at[o.id] = several;
        for (node_id loss : t.losses) reader_.at[loss] = several;
    }

    // The sum over columns that alone reads x, or -1.
    constexpr node_id only_sum_of(node_id x) const {
        const node_id reader = reader_.at[x] - 1;
        if (reader < 0 || nodes_[reader].what != verb::sum) return -1;
        const extent e = nodes_[x].e;
        return nodes_[reader].e == extent{e.axis, e.fold, 1} ? reader : -1;
    }

    // Of a slope, the terms of the likelihood that it goes along with; of anything else, -1. Its cotangent must be known
    // by then: one number, from an earlier moment.
    constexpr node_id likelihood_beside(node_id id, const auto& by_time) const {
        const node& n = nodes_[id];
        if (n.what != verb::chain_pair || n.f.number != slope.number) return -1;
        if (nodes_[n.a].e != extent{0, 1, 1} || by_time(n.a) >= by_time(id)) return -1;
        for (node_id mass : masses_) {
            const node& m = nodes_[mass];
            if (m.a == n.b && m.b == n.c && m.e == n.e && by_time(mass) == by_time(id) && only_sum_of(mass) >= 0) return mass;
        }
        return -1;
    }

    // Of the terms of a divergence, the sample that they go along with; of anything else, -1.
    constexpr node_id sample_beside(node_id id, const auto& by_time) const {
        const node& n = nodes_[id];
        if (n.what != verb::zip || n.f.number != energy.number || only_sum_of(id) < 0) return -1;
        for (node_id sample : samples_) {
            const node& z = nodes_[sample];
            if (z.a != n.a || sample > id || z.e != n.e || z.a > z.b || nodes_[z.a].e != n.e) continue;
            const node& scaled = nodes_[z.b];
            if (scaled.b != n.b || scaled.e != n.e || reader_.at[z.b] != sample + 1) continue;
            if (by_time(sample) == by_time(id) && by_time(z.b) == by_time(id)) return sample;
        }
        return -1;
    }

    static constexpr formula log_mass = binary(formulas::bernoulli_log_mass{}), slope = binary(formulas::bernoulli_slope{}),
                             plus = binary(formulas::plus{}), energy = binary(formulas::standard_kl{}),
                             deviation = binary(formulas::power_exp<1>{1, 0.5});

private:
    static constexpr node_id several = -1;

    constexpr void note_reader(node_id x, node_id id) { reader_.at[x] = reader_.at[x] == 0 ? id + 1 : several; }
    constexpr bool is_scaled(node_id id) const { return nodes_[id].what == verb::zip && nodes_[id].f == deviation; }

    const node*          nodes_;
    node_id              count_;
    by_number<node_id>   reader_;  // by node: the only one that reads it, plus 1; 0: nobody
    std::vector<node_id> masses_, samples_;
};

}  // namespace elbo
