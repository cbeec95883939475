// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/plan.hpp>

#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// Less memory for more arithmetic. The nodes before `forward` are cut into segments where few numbers cross; between the
// forward pass and the backward pass only what crosses is kept, and a segment is computed anew, to the same bits, when
// its gradients are. A loop of T steps keeps T / segments steps and `segments` states: least where both are sqrt(T).
//
// A fence stands before each segment that is computed anew: what comes after a fence runs after what comes before it,
// so that sums over the batch (weights' gradients) of one segment are done, and their operands gone, before the next
// segment's begin.
//
// Chen et al. (2016), "Training deep nets with sublinear memory cost", with the cuts found on the tape.
class recomputer {
public:
    constexpr recomputer(tape& t, node_id forward, int segments) : t_(t), forward_(forward), segments_(segments) {}

    constexpr void run(bool compute_anew) {
        find_cuts();
        if (!cuts_.empty()) rebuild(compute_anew);
    }

private:
    template <class I>
    static constexpr std::size_t at(I id) {
        return static_cast<std::size_t>(id);
    }
    // Floats for each row of the batch.
    constexpr std::int64_t width(node_id id) const {
        const node& n = t_[id];
        return n.e.axis != 0 && owns_memory(n) ? std::int64_t{n.e.fold} * n.e.cols : 0;
    }
    constexpr int segment_of(node_id id) const {
        int s = 0;
        for (node_id cut : cuts_) s += id >= cut;
        return s;
    }

    // Equal shares of the forward pass's numbers; around each border, the place that fewest numbers cross.
    constexpr void find_cuts() {
        home_.assign(at(t_.size()), -1);
        last_use_.assign(at(forward_), -1);
        for (node_id id = 0; id < t_.size(); ++id) {
            home_[at(id)] = t_[id].what == verb::view ? home_[at(t_[id].a)] : id;
            if (id >= forward_) continue;
            for (node_id x : {t_[id].a, t_[id].b, t_[id].c})
                if (x >= 0) last_use_[at(home_[at(x)])] = id;
        }
        const by_number<std::int64_t> crosses(at(forward_) + 1), sums(at(forward_));
        std::int64_t* const           crossing = crosses.at;
        std::int64_t* const           before   = sums.at;
        for (node_id id = 0; id < forward_; ++id) {
            before[id + 1] = before[id] + width(id);
            if (last_use_[at(id)] > id) crossing[id + 1] += width(id), crossing[last_use_[at(id)] + 1] -= width(id);
        }
        for (node_id p = 1; p <= forward_; ++p) crossing[p] += crossing[p - 1];
        const std::int64_t all = before[forward_];
        for (int s = 1; s < segments_; ++s) {
            node_id best = -1;
            for (node_id p = 1; p < forward_; ++p) {
                const std::int64_t twice = 2 * segments_ * before[p];
                if (twice < (2 * s - 1) * all || twice > (2 * s + 1) * all) continue;
                if (best < 0 || crossing[p] < crossing[best]) best = p;
            }
            if (best >= 0 && (cuts_.empty() || best > cuts_.back())) cuts_.push_back(best);
        }
    }

    // Kept: what crosses a cut, what is small, what is handed out; and the last segment, whose turn comes at once.
    constexpr bool is_kept(node_id x) const {
        const node_id y = home_[at(x)];
        return width(y) == 0 || handed_out_[at(y)] != 0 || segment_of(y) == static_cast<int>(cuts_.size()) ||
               (last_use_[at(y)] >= 0 && segment_of(last_use_[at(y)]) != segment_of(y));
    }

    ELBO_COLD constexpr void rebuild(bool compute_anew) {
        const node_id count = t_.size();
        handed_out_.assign(at(count), 0);
        for (const named_output& o : t_.outputs) handed_out_[at(home_[at(o.id)])] = 1;
        for (node_id id : t_.losses) handed_out_[at(home_[at(id)])] = 1;
        const std::vector<node> old = t_.nodes;
        std::vector<char>       kept(at(forward_), 0);
        for (node_id id = 0; id < forward_; ++id) kept[at(id)] = is_kept(id);
        t_.nodes.resize(at(forward_));

        std::vector<node_id> renamed(at(count), -1), anew(at(forward_), -1);
        for (node_id id = 0; id < forward_; ++id) renamed[at(id)] = id;
        int        segment = static_cast<int>(cuts_.size());  // whose gradients are being computed
        const auto fence   = [&](node_id x) {
            if (const int s = segment_of(x); s < segment) t_.fences.push_back(t_.size()), segment = s;
        };
        std::vector<node_id> open;
        const auto           copied = [&](node_id x) {
            open.push_back(x);
            while (!open.empty()) {
                const node_id id = open.back();
                node          n  = old[at(id)];
                bool          ready = true;
                for (node_id* a : {&n.a, &n.b, &n.c}) {
                    if (*a < 0 || kept[at(*a)] != 0) continue;
                    if (anew[at(*a)] < 0) open.push_back(*a), ready = false;
                    else *a = anew[at(*a)];
                }
                if (!ready) continue;
                open.pop_back();
                if (anew[at(id)] < 0) anew[at(id)] = t_.put(n);
            }
            return anew[at(x)];
        };
        for (node_id id = forward_; id < count; ++id) {
            node n = old[at(id)];
            for (node_id* x : {&n.a, &n.b, &n.c}) {
                if (*x < 0) continue;
                if (*x >= forward_ || kept[at(*x)] != 0) {
                    *x = renamed[at(*x)];
                    continue;
                }
                fence(*x);
                *x = compute_anew ? copied(*x) : *x;
            }
            renamed[at(id)] = t_.put(n);
        }
        rename_marks(t_, renamed);
    }

    tape&                t_;
    node_id              forward_;
    int                  segments_;
    std::vector<node_id> home_, last_use_, cuts_;
    std::vector<char>    handed_out_;
};

constexpr void recompute(tape& t, node_id forward, int segments) { recomputer(t, forward, segments).run(true); }
// The same fences, and so the same sums to the last bit, with everything kept.
constexpr void fence_segments(tape& t, node_id forward, int segments) { recomputer(t, forward, segments).run(false); }

}  // namespace elbo
