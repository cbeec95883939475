// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/rows.hpp>
#include <elbo/machine/host/schedule.hpp>

#include <algorithm>
#include <array>

// Verbs that read the same numbers are computed together, in one pass, where what they have in common is dear:
//     a likelihood and its slope       sum_c log Bernoulli(x; l)   and   d (x - sigmoid(l))     one e^-|l| for both
//     a sample and its divergence      mu + e^(v/2) eps            and   KL(N(mu, e^v) || N(0, 1))     one e^(v/2)
// What lies between (the terms of a sum, the scaled noise) is stored nowhere. The schedule says which nodes they are.

namespace elbo {

namespace host_pairs {

constexpr bool is_pair(const node& n, formula f) { return n.what == verb::zip && n.f == f; }
constexpr bool same_rows(extent a, extent b) { return a.axis == b.axis && a.fold == b.fold; }

// What a search looks at: the nodes of a phase from `first` on that are not taken yet.
struct search {
    const tape&             t;
    const schedule_of&      s;
    const phase&            in;
    const std::vector<int>& uses;
    node_id                 first;

    bool is_free(node_id id) const { return id >= first && s.fused_in[static_cast<std::size_t>(id)] < 0; }
    bool read_once(node_id id) const { return uses[static_cast<std::size_t>(id)] == 1; }
};

// The sum over columns that alone reads x.
inline node_id only_sum_of(const search& look, node_id x) {
    const tape& t = look.t;
    if (!look.read_once(x)) return -1;
    for (node_id id : look.in.nodes)
        if (look.is_free(id) && t[id].what == verb::sum && t[id].a == x && t[id].e.cols == 1 && same_rows(t[id].e, t[x].e)) return id;
    return -1;
}

inline bool find_likelihood(const search& look, fused_nodes& found) {
    const tape&   t    = look.t;
    const node_id mass = look.first;
    if (!is_pair(t[mass], binary(formulas::bernoulli_log_mass{}))) return false;
    const node_id sum = only_sum_of(look, mass);
    if (sum < 0) return false;
    const auto time = [&](node_id id) { return look.s.time[static_cast<std::size_t>(id)]; };
    for (node_id id : look.in.nodes) {
        const node& n = t[id];
        if (!look.is_free(id) || n.what != verb::chain_pair || n.f != binary(formulas::bernoulli_slope{})) continue;
        if (n.b != t[mass].a || n.c != t[mass].b || n.e != t[mass].e) continue;
        // The cotangent is known before the likelihood is: one number, from an earlier phase.
        if (t[n.a].e != extent{0, 1, 1} || time(n.a) >= time(mass)) continue;
        found = {fused_nodes::likelihood_and_slope, {mass, sum, id, -1}, {mass, -1}};
        return true;
    }
    return false;
}
inline bool find_sample(const search& look, fused_nodes& found) {
    const tape&   t      = look.t;
    const node_id scaled = look.first;
    if (!is_pair(t[scaled], binary(formulas::power_exp<1>{1, 0.5})) || !look.read_once(scaled)) return false;
    node_id sample = -1, energy = -1;
    for (node_id id : look.in.nodes)
        if (look.is_free(id) && is_pair(t[id], binary(formulas::plus{})) && t[id].b == scaled && t[id].e == t[scaled].e && t[t[id].a].e == t[id].e)
            sample = id;
    if (sample < 0 || t[sample].a > scaled) return false;  // all that they read comes before the first
    for (node_id id : look.in.nodes)
        if (look.is_free(id) && is_pair(t[id], binary(formulas::standard_kl{})) && t[id].a == t[sample].a && t[id].b == t[scaled].b && t[id].e == t[sample].e)
            energy = id;
    const node_id sum = energy < 0 ? -1 : only_sum_of(look, energy);
    if (sum < 0) return false;
    found = {fused_nodes::sample_and_divergence, {scaled, sample, energy, sum}, {scaled, energy}};
    return true;
}

}  // namespace host_pairs

// Finds them, and brings each pair's nodes together at the place of the first.
ELBO_OUTLINE inline void fuse_pairs(const tape& t, schedule_of& s) {
    const auto uses = uses_of(t);
    s.fused_in.assign(t.nodes.size(), -1);
    for (phase& in : s.phases) {
        if (in.kind != work::rows) continue;
        for (std::size_t k = 0; k < in.nodes.size(); ++k) {
            const node_id first = in.nodes[k];
            fused_nodes   found;
            const host_pairs::search look{t, s, in, uses, first};
            if (!look.is_free(first) || (!host_pairs::find_likelihood(look, found) && !host_pairs::find_sample(look, found))) continue;
            std::size_t to = k;
            for (node_id id : found.nodes) {
                if (id < 0) continue;
                s.fused_in[static_cast<std::size_t>(id)] = static_cast<int>(s.fused.size());
                const auto at = std::find(in.nodes.begin(), in.nodes.end(), id);
                std::rotate(in.nodes.begin() + static_cast<std::ptrdiff_t>(to), at, at + 1);
                ++to;
            }
            s.fused.push_back(found);
        }
    }
}

namespace kernels {

// A run of packs, the last one padded with 1: f(i, count) sees to numbers [i, i + count).
template <class F>
void each_pack(std::size_t n, F f) {
    for (std::size_t i = 0; i < n; i += simd::width) f(i, std::min(simd::width, n - i));
}
inline simd::pack load_some(const float* from, std::size_t count) {
    if (count == simd::width) return simd::load(from);
    float padded[simd::width];
    std::fill(padded, padded + simd::width, 1.0f);
    std::memcpy(padded, from, count * sizeof(float));
    return simd::load(padded);
}
inline void store_some(float* to, simd::pack x, std::size_t count) {
    if (count == simd::width) return simd::store(to, x);
    float all[simd::width];
    simd::store(all, x);
    std::memcpy(to, all, count * sizeof(float));
}
inline simd::pack some_or_zero(simd::pack x, std::size_t count) {
    if (count == simd::width) return x;
    float all[simd::width];
    simd::store(all, x);
    std::fill(all + count, all + simd::width, 0.0f);
    return simd::load(all);
}

ELBO_OUTLINE inline void likelihood_and_slope(const frame& f, const fused_nodes& of, index first, index last) {
    using formulas::select;
    using std::abs, std::exp, std::log1p;
    const node& mass  = f.t[of.nodes[0]];
    const node& chain = f.t[of.nodes[2]];
    const index C     = static_cast<index>(mass.e.cols);
    const auto  logits = view_of(f, mass.e, mass.a), data = view_of(f, mass.e, mass.b);
    float*      sums  = f.at[static_cast<index>(of.nodes[1])];
    float*      slope = f.at[static_cast<index>(of.nodes[2])];
    const auto  d = simd::splat(*f.at[static_cast<index>(chain.a)]), one = simd::splat(1), none = simd::splat(0);
    for (index r = first; r < last; ++r) {
        const float *l = logits.row(r), *x = data.row(r);
        simd::pack   sum = none;
        each_pack(C, [&](index i, index count) {
            const simd::pack L = load_some(l + i, count), X = load_some(x + i, count);
            const simd::pack e = exp(none - abs(L)), share = one / (one + e);
            sum = sum + some_or_zero(X * L - (select(L > none, L, none) + log1p(e)), count);
            store_some(slope + r * C + i, d * (X - select(L > none, share, e * share)), count);
        });
        sums[r] = simd::sum_of(sum);
    }
}

ELBO_OUTLINE inline void sample_and_divergence(const frame& f, const fused_nodes& of, index first, index last) {
    using std::exp;
    const node& scaled = f.t[of.nodes[0]];
    const node& sample = f.t[of.nodes[1]];
    const index C      = static_cast<index>(sample.e.cols);
    const auto  mean = view_of(f, sample.e, sample.a), noise = view_of(f, sample.e, scaled.a), variance = view_of(f, sample.e, scaled.b);
    float*      z    = f.at[static_cast<index>(of.nodes[1])];
    float*      sums = f.at[static_cast<index>(of.nodes[3])];
    const auto  half = simd::splat(0.5f), one = simd::splat(1);
    for (index r = first; r < last; ++r) {
        const float *m = mean.row(r), *eps = noise.row(r), *v = variance.row(r);
        simd::pack   sum = simd::splat(0);
        each_pack(C, [&](index i, index count) {
            const simd::pack M = load_some(m + i, count), V = load_some(v + i, count), e = exp(half * V);
            store_some(z + r * C + i, M + e * load_some(eps + i, count), count);
            sum = sum + some_or_zero(half * (M * M + e * e - V - one), count);
        });
        sums[r] = simd::sum_of(sum);
    }
}

inline void run_fused(const frame& f, const fused_nodes& of, index first, index last) {
    if (of.what == fused_nodes::likelihood_and_slope) likelihood_and_slope(f, of, first, last);
    else sample_and_divergence(f, of, first, last);
}

}  // namespace kernels

}  // namespace elbo
