// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/passes.hpp>
#include <elbo/tape/phases.hpp>

namespace elbo {

// A weight that is used at every time step gathers a gradient at every time step: x1' d1 + x2' d2 + ... Each product
// reads and writes a whole matrix, and is too small to be fast. The columns of x1, x2, ... side by side are, under
// another name, more rows, so one product sums over the batch and over time. What is stacked is stacked once, for all
// gradients that read it: an LSTM's weights and biases share their d.
//
// It joins no sums across a fence: see recompute.hpp.
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
        if (n.what == verb::product) return n.i == 1 && n.j == 0 && n.c < 0 && n.f.number < 0;
        return n.what == verb::conv_filter || (n.what == verb::sum && n.e.fold == 1 && n.e.cols == t_[n.a].e.cols && n.e.cols > 1);
    }
    constexpr int fences_before(node_id id) const {
        int before = 0;
        for (node_id fence : t_.fences) before += fence <= id;
        return before;
    }
    constexpr bool go_together(node_id x, node_id y) const {
        const node &p = t_[x], &q = t_[y];
        return p.what == q.what && p.i == q.i && t_[p.a].e == t_[q.a].e && (p.b < 0 || t_[p.b].e == t_[q.b].e) && fences_before(x) == fences_before(y);
    }

    // The chain of additions that ends in `root`: what is added, in order, and which of that becomes one verb.
    constexpr bool find_bundles(node_id root) {
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
    constexpr void rebuild() {
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
            node_id made = -1;
            if (first < 0) {
                node n = from[id];
                if (n.a >= 0) n.a = to[n.a];
                if (n.b >= 0) n.b = to[n.b];
                if (n.c >= 0) n.c = to[n.c];
                t_.nodes.push_back(n);
                made = to[id] = t_.size() - 1;
            } else if (last_[at(first)] == id) made = joined(old, first);
            if (added && made >= 0) sum[at(root)] = sum[at(root)] < 0 ? made : sum_with(sum[at(root)], made);
        }
        rename_marks(t_, renamed_);
    }

    // A product across a fence from what it is added to takes that as where it begins: one matrix less.
    constexpr node_id sum_with(node_id before, node_id made) {
        node& n = t_.nodes[at(made)];
        if (n.what != verb::product || n.i != 1 || n.c >= 0 || t_.fences.empty()) return t_.add(before, made);
        node_id fence = 0;
        for (node_id f : t_.fences)
            if (f <= made) fence = f;
        if (before >= fence || made + 1 != t_.size()) return t_.add(before, made);
        n.c = before;
        return made;
    }
    constexpr node_id joined(const std::vector<node>& old, node_id first) {
        node n = old[at(first)];
        n.a    = stacked(old, first, false);
        if (n.b >= 0) n.b = stacked(old, first, true);
        return t_.put(n);
    }
    // The columns side by side, then seen as rows. Pairs of pairs, so that each number is copied log2 of their count times.
    constexpr node_id stacked(const std::vector<node>& old, node_id first, bool second) {
        numbers parts;
        for (node_id x = first; x >= 0; x = next_[at(x)]) parts.push_back(renamed_[at(second ? old[at(x)].b : old[at(x)].a)]);
        for (std::size_t s = 0; s < stacks_.size(); s += 2 + at(stacks_[s + 1]))  // id, count, parts
            if (stacked_before(s, parts)) return stacks_[s];
        const extent one   = t_[parts.front()].e;
        const auto   all   = static_cast<std::int32_t>(parts.size());
        numbers      level = parts;
        while (level.size() > 1) {
            std::size_t pairs = 0;
            for (std::size_t i = 0; i < level.size(); i += 2) level[pairs++] = i + 1 < level.size() ? t_.concat(level[i], level[i + 1]) : level[i];
            level.resize(pairs);
        }
        stacks_.push_back(t_.view({one.axis, one.fold * all, one.cols}, level.front()));
        const node_id id = stacks_.back();
        stacks_.push_back(all);
        for (node_id x : parts) stacks_.push_back(x);
        return id;
    }
    constexpr bool stacked_before(std::size_t s, const numbers& parts) const {
        if (at(stacks_[s + 1]) != parts.size()) return false;
        for (std::size_t k = 0; k < parts.size(); ++k)
            if (stacks_[s + 2 + k] != parts[k]) return false;
        return true;
    }

    tape&            t_;
    std::vector<int> uses_;
    numbers          root_, bundle_;  // by node: its chain's end, its bundle's first member
    numbers          last_;           // by first member: the last; of a chain's own additions: `inner`
    numbers          next_;           // by member: the next of its bundle
    numbers          renamed_, stacks_;
};

constexpr void batch_sums(tape& t) { sum_batcher(t).run(); }

}  // namespace elbo
