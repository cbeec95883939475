// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/phases.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// A weight that is used at every time step gathers a gradient at every time step: x1' d1 + x2' d2 + ... Each product
// reads and writes a whole matrix, and is too small to be fast. Here they become a chain, y_k = x_k' d_k + y_(k-1), the
// one before in c: a machine sums them in one go, over the batch and over time, each part of y once.
//
// It joins no sums across a fence: see recompute.hpp. What comes after one begins with what was there before it.
class sum_batcher {
    using numbers = std::vector<node_id>;

public:
    constexpr explicit sum_batcher(tape& t) : t_(t) {}

    constexpr void run() {
        uses_ = uses_of(t_);
        for (numbers* of : {&root_, &bundle_, &last_, &next_}) of->assign(t_.nodes.size(), -1);
        bool found = false;
        for (node_id id = t_.size() - 1; id >= 0; --id)
            if (t_.nodes[at(id)].what == verb::zip && root_[at(id)] < 0 && is_plus(id)) found = find_bundles(id) || found;
        if (found) rebuild();
    }

private:
    static constexpr node_id inner = -2;
    static constexpr formula plus  = binary(formulas::plus{});

    static constexpr std::size_t at(node_id id) { return static_cast<std::size_t>(id); }

    constexpr bool is_plus(node_id id) const {
        const node& n = t_[id];
        return n.what == verb::zip && n.e.axis == 0 && n.f.number == plus.number && t_[n.a].e == n.e && t_[n.b].e == n.e;
    }
    // A sum over the batch, of one value or of products of two, that nothing reads but its chain.
    constexpr bool sums_over_the_batch(node_id id) const {
        const node& n = t_[id];
        if (uses_[at(id)] != 1 || n.a < 0 || t_[n.a].e.axis == 0) return false;
        if (n.c >= 0) return false;
        if (n.what == verb::product) return n.i == 1 && n.j == 0 && n.f.number < 0;
        return n.what == verb::conv_filter || (n.what == verb::sum && n.e.fold == 1 && n.e.cols == t_[n.a].e.cols && n.e.cols > 1);
    }
    constexpr int fences_before(node_id id) const {
        int before = 0;
        for (node_id fence : t_.fences) before += fence <= id;
        return before;
    }
    // Whatever rows they sum over: labelled and unlabelled images have gradients of the same weights.
    constexpr bool go_together(node_id x, node_id y) const {
        const node &p = t_[x], &q = t_[y];
        return p.what == q.what && p.i == q.i && p.e == q.e && fences_before(x) == fences_before(y);
    }

    // The chain of additions that ends in `root`: what is added, in order, and which of that becomes one verb.
    ELBO_COLD constexpr bool find_bundles(node_id root) {
        numbers open{root}, inside, leaves;
        while (!open.empty()) {
            const node_id x = open.back();
            open.pop_back();
            if (x != root && !(is_plus(x) && uses_[at(x)] == 1)) {
                leaves.push_back(x);
                continue;
            }
            inside.push_back(x);
            open.push_back(t_[x].a), open.push_back(t_[x].b);
        }
        bool found = false;
        for (std::size_t i = 0; i < leaves.size(); ++i)
            for (std::size_t k = i; k > 0 && leaves[k] < leaves[k - 1]; --k) std::swap(leaves[k], leaves[k - 1]);
        for (std::size_t i = 0; i < leaves.size(); ++i) {
            const node_id first = leaves[i];
            if (bundle_[at(first)] >= 0 || !sums_over_the_batch(first)) continue;
            for (std::size_t k = i + 1; k < leaves.size(); ++k) {
                const node_id x = leaves[k];
                if (bundle_[at(x)] >= 0 || !sums_over_the_batch(x) || !go_together(first, x)) continue;
                bundle_[at(first)] = bundle_[at(x)] = first;
                next_[at(last_[at(first)] < 0 ? first : last_[at(first)])] = x;
                last_[at(first)] = x;
                found            = true;
            }
        }
        if (!found) return false;
        for (node_id x : inside) root_[at(x)] = root, last_[at(x)] = inner;
        for (node_id x : leaves) root_[at(x)] = root;
        return true;
    }

    // Every node at its place; a bundle at the place of its last member; a chain adds up as what it adds comes.
    ELBO_COLD constexpr void rebuild() {
        const std::vector<node> old   = std::move(t_.nodes);
        const auto              count = static_cast<node_id>(old.size());
        t_.nodes.clear();
        t_.nodes.reserve(old.size());
        numbers sum(old.size(), -1);
        renamed_.assign(old.size(), -1);
        node_id* const    to    = renamed_.data();  // plain pointers: compilers count the steps of a constant expression
        const node* const from  = old.data();
        const node_id*    roots = root_.data();
        std::size_t       fence = 0;
        for (node_id id = 0; id < count; ++id) {
            while (fence < t_.fences.size() && t_.fences[fence] == id) t_.fences[fence++] = t_.size();
            const node_id root  = roots[id], first = bundle_[at(id)];
            const bool    added = root >= 0 && last_[at(id)] != inner;
            if (root >= 0 && !added) {
                if (id == root) to[id] = sum[at(root)];
                continue;
            }
            node_id made = -1, before = added ? sum[at(root)] : -1;
            if (first < 0) {
                node n = from[id];
                if (n.a >= 0) n.a = to[n.a];
                if (n.b >= 0) n.b = to[n.b];
                if (n.c >= 0) n.c = to[n.c];
                t_.nodes.push_back(n);
                made = to[id] = t_.size() - 1;
            } else if (last_[at(first)] == id) {
                const bool begins = may_begin_with(before);
                if (!begins) made = same_chain(old, first);
                if (made < 0) {
                    made = chained(old, first, begins ? before : -1);
                    if (!begins) chains_.push_back(first), chains_.push_back(made);
                }
                if (begins) before = -1;
            }
            if (added && made >= 0) sum[at(root)] = sum_with(before, made);
        }
        rename_marks(t_, renamed_);
    }

    // Whether a chain may begin with what was summed before: across a fence, where that is whole.
    constexpr bool may_begin_with(node_id before) const {
        node_id fence = 0;
        for (node_id f : t_.fences)
            if (f <= t_.size()) fence = f;
        return before >= 0 && before < fence;
    }
    constexpr node_id sum_with(node_id before, node_id made) { return before < 0 ? made : t_.add(before, made); }
    constexpr node_id chained(const std::vector<node>& old, node_id first, node_id before) {
        for (node_id x = first; x >= 0; x = next_[at(x)]) {
            node n = old[at(x)];
            n.a    = renamed_[at(n.a)];
            if (n.b >= 0) n.b = renamed_[at(n.b)];
            n.c    = before;
            before = t_.put(n);
        }
        return before;
    }

    // The end of a chain of the same sums: a recurrent cell's two biases have one gradient.
    constexpr node_id same_chain(const std::vector<node>& old, node_id first) const {
        for (std::size_t c = 0; c < chains_.size(); c += 2) {
            node_id x = first, y = chains_[c];
            while (x >= 0 && y >= 0 && same_sum(old[at(x)], old[at(y)])) x = next_[at(x)], y = next_[at(y)];
            if (x < 0 && y < 0) return chains_[c + 1];
        }
        return -1;
    }
    static constexpr bool same_sum(const node& x, const node& y) {
        return x.what == y.what && x.a == y.a && x.b == y.b && x.e == y.e && x.i == y.i && x.j == y.j;
    }

    tape&            t_;
    std::vector<int> uses_;
    numbers          root_, bundle_;  // by node: its chain's end, its bundle's first member
    numbers          last_;           // by first member: the last; of a chain's own additions: `inner`
    numbers          next_;           // by member: the next of its bundle
    numbers          renamed_;
    numbers          chains_;         // first members and ends of what was chained
};

constexpr void batch_sums(tape& t) { sum_batcher(t).run(); }

}  // namespace elbo
