// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/phases.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// A parameter that so many chunks of rows are multiplied by in one replay (a loop's weights; any weights, where the batch
// is large) that a machine does well to keep a copy of it, laid out as its kernel reads it.
struct often_read {
    static constexpr std::int64_t enough = 12;  // chunks: copying costs about as much as multiplying five of them

    std::int32_t offset = 0, in = 0, out = 0;  // the parameter is (in, out)
    bool         transposed = false;
    std::int64_t chunks     = 0;

    constexpr std::int32_t rows() const { return transposed ? out : in; }
    constexpr std::int32_t columns() const { return transposed ? in : out; }
    constexpr std::int64_t floats() const { return std::int64_t{rows()} * ((columns() + 31) / 32 * 32); }  // kernels want whole vectors

    constexpr bool is_read_by(const tape& t, const node& n) const {
        return n.what == verb::product && n.i == 0 && n.e.axis != 0 && t[n.b].what == verb::parameter && t[n.b].i == offset &&
               t[n.b].e.fold == in && t[n.b].e.cols == out && (n.j != 0) == transposed;
    }
};

ELBO_COLD constexpr std::vector<often_read> matrices_read_often(const tape& t, const row_counts& counts) {
    std::vector<often_read> all;
    for (const node& n : t.nodes) {
        if (n.what != verb::product || n.i != 0 || n.e.axis == 0 || t[n.b].what != verb::parameter || t[n.b].e.cols < 2) continue;
        std::size_t at = 0;
        while (at < all.size() && !all[at].is_read_by(t, n)) ++at;
        if (at == all.size()) all.push_back({t[n.b].i, t[n.b].e.fold, t[n.b].e.cols, n.j != 0});
        all[at].chunks += chunks_of(counts[static_cast<std::size_t>(n.e.axis)]);
    }
    std::size_t kept = 0;
    for (const often_read& m : all)
        if (m.chunks >= often_read::enough) all[kept++] = m;
    all.resize(kept);
    return all;
}

}  // namespace elbo
