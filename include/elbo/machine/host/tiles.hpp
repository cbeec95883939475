// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/by_key.hpp>
#include <elbo/core/config.hpp>
#include <elbo/machine/host/layout.hpp>
#include <elbo/machine/host/windows.hpp>

#include <algorithm>

ELBO_COMPILED_ONCE

namespace elbo {

// What sums over the batch, such as the gradients of weights, cut by its result: each tile has its whole sum, whose order depends on
// nothing but the tape. A chain of such verbs that go on with one another is one sum.
class tiles_of_sums {
    using index = std::size_t;

public:
    ELBO_COLD tiles_of_sums(const tape& t, const schedule_of& schedule, const host_layout& layout, const row_counts& capacity, int threads, bool builtin) : t_(t), builtin_(builtin), tiles_(schedule.phases.size()) {
        for (index p = 0; p < tiles_.size(); ++p) {
            if (schedule.phases[p].kind != work::whole) continue;
            for (node_id id : schedule.phases[p].nodes)
                if (schedule.go_on[at(id)] < 0) cut(id, schedule, capacity, tiles_[p]);
            deal_out(tiles_[p], layout, threads);
        }
        index longest = 0;
        for (const auto& chain : chains_) longest = std::max(longest, chain.size());
        each_terms_ = 2 * longest;
        terms_.resize(static_cast<index>(threads) * each_terms_);
    }

    index count(index phase) const { return tiles_[phase].size(); }

    // Tile `number` of a phase, by this thread.
    ELBO_OUTLINE void run(const kernels::frame& f, const row_counts& counts, index phase, index number, int thread, float* scratch) {
        const tile&                 part  = tiles_[phase][number];
        const std::vector<node_id>& chain = chains_[part.chain];
        const node &                n = t_[chain.back()], &begin = t_[chain.front()];
        const auto                  rows_of_member = [&](index k) { return static_cast<index>(rows_of(t_[t_[chain[k]].a].e, counts)); };
        const auto                  summed         = [&](index k) { return f.at[at(t_[chain[k]].a)]; };
        const index                 cols = f.cols(n.a), first = static_cast<index>(part.first), size = static_cast<index>(part.last) - first;
        float*                      y      = f.at[at(chain.back())];
        const float*                before = begin.c >= 0 ? f.at[at(begin.c)] : nullptr;
        if (n.what == verb::product) {
            const index C = static_cast<index>(n.e.cols), from = static_cast<index>(part.from), width = static_cast<index>(part.to) - from;
            gemm::term* terms = terms_.data() + static_cast<index>(thread) * each_terms_;
            bool        add   = before != nullptr;
            y += first * C + from;
            for (index r = 0; add && r < size; ++r) std::memcpy(y + r * C, before + (first + r) * C + from, width * sizeof(float));
            for (index k = 0; k < chain.size();) {
                const index rows = rows_of_member(k);
                index       many = 0;  // members that sum over as many rows
                for (; k < chain.size() && rows_of_member(k) == rows; ++k, ++many) terms[many] = {summed(k) + first, f.at[at(t_[chain[k]].b)] + from};
                if (rows > 0) sum_products(f, terms, many, size, width, rows, cols, C, y, add, scratch), add = true;
            }
            for (index r = 0; !add && r < size; ++r) std::memset(y + r * C, 0, width * sizeof(float));
        } else if (n.what == verb::conv_filter) {
            for (index k = 0; k < chain.size(); ++k)
                if (const float* const sum = k > 0 ? y : before; is_minimal(n)) kernels::minimal_gradient(f, chain[k], y, sum, rows_of_member(k), part.first, scratch);
                else kernels::filter_gradient(f, chain[k], y, sum, rows_of_member(k), part.first, part.last, scratch);
        } else if (static_cast<index>(n.e.cols) == cols) {
            for (index k = 0; k < chain.size(); ++k)
                kernels::sum_rows(y + first, summed(k) + first, rows_of_member(k), cols, size, k > 0 ? y + first : before != nullptr ? before + first : nullptr);
        } else {
            float s = before != nullptr ? *before : 0;
            for (index k = 0; k < chain.size(); ++k)
                for (index r = 0; r < rows_of_member(k); ++r) s += kernels::sum_run(summed(k) + r * cols, cols);
            *y = s;
        }
    }

private:
    struct tile {
        index chain;
        int   first, last;       // rows of the result, or its columns where it has but one; of a filter's gradient, rows of the kernel or parts of the minimal form
        int   from = 0, to = 0;  // of a product: columns
        std::int64_t cost = 1;   // about as many FLOPs, one at least
    };
    // With 96 rows what is summed up came from afar three times as often: gradients of a loop's weights ran at 202 GFLOP/s instead of 222.
    static constexpr int most_rows = 288, strip_of_columns = 128;

    static index at(node_id id) { return static_cast<index>(id); }

    bool is_minimal(const node& n) const { return builtin_ && has_minimal_form(t_.windows[at(n.i)]); }
    // Rows of the result, or what else its tiles are numbers of.
    ELBO_COLD int rows_to_cut(const node& n) const {
        if (n.what != verb::conv_filter) return n.e.fold;
        const window& w = t_.windows[at(n.i)];
        return is_minimal(n) ? kernels::minimal_convolution::parts_of_gradient(w) : w.kernel_h;
    }
    // FLOPs of one of them.
    ELBO_COLD std::int64_t cost_of_row(const std::vector<node_id>& chain, const row_counts& capacity) const {
        std::int64_t flops = 0;
        for (node_id id : chain)
            if (t_[id].what != verb::sum) flops += flops_of(t_, t_[id], capacity) / rows_to_cut(t_[id]);
        return flops;
    }
    ELBO_COLD void cut(node_id id, const schedule_of& schedule, const row_counts& capacity, std::vector<tile>& tiles) {
        const node& n   = t_[id];
        int         all = 1, part = 1;
        if (n.what == verb::product) {
            const int parts = (n.e.fold + most_rows - 1) / most_rows;
            all = n.e.fold, part = (all + parts - 1) / parts;  // even
        } else if (n.what == verb::conv_filter) all = rows_to_cut(n);
        else if (n.e.cols == t_[n.a].e.cols && n.e.fold == 1) all = n.e.cols, part = 64;
        std::vector<node_id> chain{id};
        for (node_id before = n.c; before >= 0 && schedule.go_on[at(before)] == chain.back(); before = t_[before].c) chain.push_back(before);
        std::reverse(chain.begin(), chain.end());
        const std::int64_t cost = cost_of_row(chain, capacity);
        for (int first = 0; first < all; first += part) {
            const tile whole{.chain = chains_.size(), .first = first, .last = std::min(all, first + part), .from = 0, .to = n.e.cols};
            // A product over many rows also by columns: threads that are done should not wait long.
            constexpr std::int64_t long_enough = 10'000'000;  // FLOPs: some forty microseconds
            const int strips = n.what == verb::product ? std::max(1, n.e.cols / strip_of_columns) : 1;
            const int parts  = static_cast<int>(std::clamp<std::int64_t>(cost * (whole.last - first) / long_enough, 1, strips));
            for (int k = 0; k < parts; ++k) {
                tiles.push_back(whole);
                tiles.back().from = k * strips / parts * strip_of_columns;
                if (k + 1 < parts) tiles.back().to = (k + 1) * strips / parts * strip_of_columns;
                tiles.back().cost = 1 + cost * (whole.last - first) / parts;
            }
        }
        chains_.push_back(std::move(chain));
    }
    // In an order that gives every thread, in its turn, tiles of one stretch of the gradients, so that who makes them moves the
    // parameters they belong to; each begins with those that take longest.
    ELBO_COLD void deal_out(std::vector<tile>& tiles, const host_layout& layout, std::int64_t threads) const {
        numbers_by_key by_place, by_cost, in_turn;
        std::int64_t   all = 0, given = 0;
        for (index k = 0; k < tiles.size(); ++k) by_place.push_back({layout.stored_at[at(chains_[tiles[k].chain].back())], k}), all += tiles[k].cost;
        sort(by_place);
        auto next = by_place.begin();
        for (std::int64_t thread = 0; thread < threads; ++thread) {
            for (by_cost.clear(); next != by_place.end() && given * threads < (thread + 1) * all; ++next) {
                by_cost.push_back({-tiles[next->second].cost, next->second});
                given += tiles[next->second].cost;
            }
            sort(by_cost);
            for (index k = 0; k < by_cost.size(); ++k) in_turn.push_back({static_cast<std::int64_t>(k) * threads + thread, by_cost[k].second});
        }
        sort(in_turn);
        std::vector<tile> dealt;
        for (const auto& turn : in_turn) dealt.push_back(tiles[turn.second]);
        tiles = std::move(dealt);
    }

    // y (size, width), a part of C columns: the sum of all terms' a' b, or y += that.
    static void sum_products(const kernels::frame& f, gemm::term* terms, index count, index size, index width, index rows, index cols, index C, float* y, bool add, float* scratch) {
        if (count > 1 && f.product == &gemm::multiply) return gemm::sum_of_products(terms, count, terms + count, size, width, rows, cols, C, y, C, add, scratch);
        constexpr index together = 512;  // rows: what a tile reads of them stays in a core's cache from panel to panel
        for (index k = 0; k < count; ++k)
            for (index r = 0; r < rows; r += together)
                f.product(true, false, size, width, std::min(together, rows - r), terms[k].a + r * cols, cols, terms[k].b + r * C, C, y, C, add || k + r > 0, scratch);
    }

    const tape&                          t_;
    bool                                 builtin_;  // products
    std::vector<std::vector<tile>>       tiles_;    // by phase
    std::vector<std::vector<node_id>>    chains_;
    std::vector<gemm::term>              terms_;    // so many for each thread
    index                                each_terms_ = 0;
};

}  // namespace elbo
