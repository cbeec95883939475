// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/rows.hpp>
#include <elbo/machine/host/schedule.hpp>
#include <elbo/tape/pairs.hpp>

#include <algorithm>

// The pairs of tape/pairs.hpp on a host. What lies between (the terms of a sum, the scaled noise) stays in the nearest
// cache. Sharing the exponential as well would win a hundredth of a step and cost the equality of bits.

namespace elbo {

namespace host_pairs {

// The group whose first node in its phase is `first`, if there is one.
inline bool find(const tape& t, const pair_finder& pairs, const schedule_of& s, const phase& in, node_id first, fused_nodes& found) {
    const auto  time    = [&](node_id id) { return s.time[static_cast<std::size_t>(id)]; };
    const auto  is_free = [&](node_id id) { return s.fused_in[static_cast<std::size_t>(id)] < 0; };
    const node& n       = t[first];
    const bool  mass    = n.what == verb::zip && n.f == pair_finder::log_mass;
    const bool  scaled  = n.what == verb::zip && n.f == pair_finder::deviation;
    if ((!mass && !scaled) || !is_free(first) || n.e.cols > fused_nodes::most_between) return false;
    for (node_id id : in.nodes) {
        if (id < first || !is_free(id)) continue;
        if (mass && pairs.likelihood_beside(id, time) == first) {
            found = {fused_nodes::likelihood_and_slope, {first, pairs.only_sum_of(first), id, -1}, {first, -1}};
            return true;
        }
        if (const node_id sample = scaled ? pairs.sample_beside(id, time) : -1; sample >= 0 && t[sample].b == first) {
            found = {fused_nodes::sample_and_divergence, {first, sample, id, pairs.only_sum_of(id)}, {first, id}};
            return true;
        }
    }
    return false;
}

}  // namespace host_pairs

// Finds them, and brings each pair's nodes together at the place of the first.
ELBO_OUTLINE inline void fuse_pairs(const tape& t, schedule_of& s) {
    const pair_finder pairs(t);
    for (phase& in : s.phases) {
        if (in.kind != work::rows) continue;
        for (std::size_t k = 0; k < in.nodes.size(); ++k) {
            const node_id first = in.nodes[k];
            fused_nodes   found;
            if (!host_pairs::find(t, pairs, s, in, first, found)) continue;
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

// A few rows at a time through all of them. The kernels are the ones that each verb has anyway, so the bits are the same
// wherever the verbs are not neighbours.
ELBO_OUTLINE inline void run_fused(frame& f, const fused_nodes& of, index first, index last, float* scratch) {
    float       between[2][fused_nodes::most_between];
    const index rows = fused_nodes::most_between / f.cols(of.nodes[0]);
    for (index begin = first; begin < last; begin += rows) {
        const index end = std::min(last, begin + rows);
        for (std::size_t k = 0; k < 2; ++k)
            if (const node_id id = of.unstored[k]; id >= 0) f.at[static_cast<index>(id)] = between[k] - static_cast<std::ptrdiff_t>(begin * f.cols(id));
        for (node_id id : of.nodes)
            if (id >= 0) compute_rows(f, id, begin, end, scratch);
    }
}

}  // namespace kernels

}  // namespace elbo
