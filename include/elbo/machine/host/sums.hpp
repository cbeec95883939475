// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/layout.hpp>
#include <elbo/machine/host/rows.hpp>

#include <atomic>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// Sums over the batch of what a rows phase makes: each chunk adds up its own rows while they are in the cache, and who ends last
// adds up the chunks, in their order. That saves reading whole values again, and where nobody else wants them (batch norm's
// squares) writing them.
class sums_of_chunks {
    using index = std::size_t;

public:
    ELBO_COLD sums_of_chunks(const tape& t, const schedule_of& schedule, const row_counts& capacity) : t_(t), place_(t.nodes.size(), 0), left_(t.nodes.size()) {
        for (const phase& p : schedule.phases) {
            first_.push_back(sums_.size());
            for (node_id id : p.nodes) {
                if (p.kind != work::rows || t[id].e.axis != 0) continue;
                place_[static_cast<index>(id)] = floats_;
                floats_ += static_cast<index>(chunks_of(capacity[axis(id)]) * t[id].e.cols);
                sums_.push_back(id);
            }
        }
        first_.push_back(sums_.size());
        parts_.assign(floats_, 0.0f);
    }

    index floats() const { return floats_; }

    void begin(const row_counts& counts) {
        for (node_id id : sums_) left_[static_cast<index>(id)].store(static_cast<index>(chunks_of(counts[axis(id)])), std::memory_order_relaxed);
    }
    void begin_chunk(index phase, index of_axis, index chunk) {
        each(phase, of_axis, [&](node_id id) { std::memset(part(id, chunk), 0, cols(id) * sizeof(float)); });
    }
    // Some rows of the chunk.
    void add(node_id id, index chunk, const float* a, index rows, index of_row) {
        float* const to = part(id, chunk);
        if (cols(id) == of_row) kernels::sum_rows(to, a, rows, of_row, of_row, to);
        else *to += kernels::sum_run(a, rows * of_row);
    }
    void end_chunk(index phase, index of_axis, index chunks, const kernels::frame& f) {
        each(phase, of_axis, [&](node_id id) {
            if (left_[static_cast<index>(id)].fetch_sub(1, std::memory_order_acq_rel) == 1)
                kernels::sum_rows(f.at[static_cast<index>(id)], part(id, 0), chunks, cols(id), cols(id), nullptr);
        });
    }

private:
    index  axis(node_id id) const { return static_cast<index>(axis_of(t_.nodes.data(), t_[id])); }
    index  cols(node_id id) const { return static_cast<index>(t_[id].e.cols); }
    float* part(node_id id, index chunk) { return parts_.data() + place_[static_cast<index>(id)] + chunk * cols(id); }

    template <class Do>
    void each(index phase, index of_axis, Do act) {
        for (index k = first_[phase]; k < first_[phase + 1]; ++k)
            if (axis(sums_[k]) == of_axis) act(sums_[k]);
    }

    const tape&                     t_;
    std::vector<node_id>            sums_;   // phase by phase
    std::vector<index>              first_;  // by phase: the first of them
    std::vector<index>              place_;  // by node: its chunks' sums
    std::vector<std::atomic<index>> left_;   // by node: chunks that are not done
    index                           floats_ = 0;
    std::vector<float>              parts_;
};

}  // namespace elbo
