// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/elements.hpp>

// Sums to smaller extents, in one order whatever runs beside: the terms of an output are dealt out to partial sums, those
// are summed in turn. Neighbouring threads read neighbouring numbers: terms of one row lie beside each other, so do those
// of one output's neighbours.

namespace elbo::on_device {

// outputs x terms: term t of output o is row (o's first row + t / of_row), column (o's column + t % of_row).
struct sum_geometry {
    index outputs = 0, terms = 0;
    index of_row = 1;   // terms that one row gives to one output
    index columns = 1;  // outputs that one row gives to
    index rows = 1;     // rows of an output

    ELBO_HD std::size_t place(index o, index t) const {
        const std::size_t row = static_cast<std::size_t>(o / columns) * rows + t / of_row;
        return row * (columns * of_row) + (columns == 1 ? t % of_row : o % columns);
    }
    // Of the partial sums, `parts` an output.
    sum_geometry of_parts(index parts) const {
        if (columns == 1) return {outputs, parts, parts, 1, 1};
        return {outputs, parts, 1, columns, parts};
    }
};

inline sum_geometry geometry_of_sum(const tape& t, const node& n, const row_counts& counts) {
    const extent from = t[n.a].e;
    const bool   all  = n.e.axis == 0 && n.e.fold == 1;
    sum_geometry g;
    g.outputs = counted(static_cast<std::size_t>(size_of(n.e, counts)));
    g.columns = static_cast<index>(n.e.cols);
    g.of_row  = static_cast<index>(n.e.cols == 1 ? from.cols : 1);
    g.rows    = all ? counted(static_cast<std::size_t>(rows_of(from, counts))) : static_cast<index>(from.fold / n.e.fold);
    g.terms   = g.rows * g.of_row;
    return g;
}

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

// By blocks of a GPU. Rows of one column: a warp or a block has a stretch of an output's terms, which lie one after the other.
// More columns: 32 of them side by side, their rows dealt out to eight warps.
template <bool Columns, index Team>
struct sum_some {
    static constexpr unsigned threads = 256;
    static constexpr index    lanes = 8, teams = threads / Team;

    const float* from;
    float*       to;
    sum_geometry g;
    index        parts;   // of an output
    operand      before;  // what the last sum is added to
    index        cols;    // of the result

    index blocks() const {
        return Columns ? g.outputs / g.columns * parts * ((g.columns + 31) / 32) : (counted(std::size_t{g.outputs} * parts) + teams - 1) / teams;
    }
    __device__ void operator()(index block, index thread) const {
        __shared__ float of_warp[lanes][33];
        const index lane = thread % 32, warp = thread / 32;
        if constexpr (Columns) {
            const index across = (g.columns + 31) / 32, c = block % across * 32 + lane, p = block / across % parts, group = block / (across * parts);
            float       s = 0;
            if (c < g.columns) {
                const float* x = from + static_cast<std::size_t>(group) * g.rows * g.columns + c;
                for (index r = p * lanes + warp; r < g.rows; r += parts * lanes) s += x[static_cast<std::size_t>(r) * g.columns];
            }
            of_warp[warp][lane] = s;
            __syncthreads();
            if (warp > 0 || c >= g.columns) return;
            for (index k = 1; k < lanes; ++k) s += of_warp[k][lane];
            put(group * parts * g.columns + p * g.columns + c, group * g.columns + c, s);
        } else {
            const index i = block * teams + thread / Team, o = i / parts, p = i % parts;
            float       s = 0;
            if (o < g.outputs) {
                const float* x = from + static_cast<std::size_t>(o) * g.terms;
                for (std::size_t t = p * Team + thread % Team; t < g.terms; t += parts * Team) s += x[t];
            }
            for (index step = 16; step > 0; step /= 2) s += __shfl_down_sync(0xffffffffu, s, step);
            if constexpr (Team > 32) {
                if (lane == 0) of_warp[warp][0] = s;
                __syncthreads();
                if (thread == 0)
                    for (index k = 1; k < lanes; ++k) s += of_warp[k][0];
            }
            if (thread % Team == 0 && o < g.outputs) put(i, o, s);
        }
    }

private:
    __device__ void put(index i, index o, float s) const {
        to[i] = before.at == nullptr ? s : s + before.row(o / cols)[before.cols == 1 ? 0 : o % cols];
    }
};

// As many as make a thread's turn short, and none where one goes.
inline index parts_of_sum(const sum_geometry& g) {
    if (g.columns > 1) return g.rows <= 256 ? 1 : (g.rows + 127) / 128;
    return g.terms <= 4096 ? 1 : (g.terms + 2047) / 2048;
}
inline void start_sum(const queue& q, const float* from, float* to, const sum_geometry& g, index parts, operand before, index cols) {
    const auto start = [&](auto sum) { q.each_block(sum.blocks(), sum); };
    if (g.columns > 1) start(sum_some<true, 32>{from, to, g, parts, before, cols});
    else if (g.terms <= 1024) start(sum_some<false, 32>{from, to, g, parts, before, cols});
    else start(sum_some<false, 256>{from, to, g, parts, before, cols});
}

#else

struct sum_some {
    static constexpr index at_once = 64;

    const float* from;
    float*       to;
    sum_geometry g;
    index        parts;   // of an output
    operand      before;  // what the last sum is added to
    index        cols;    // of the result

    ELBO_HD void operator()(index i) const {
        // Terms p, p + parts, ... are part p.
        const index o = g.columns == 1 ? i / parts : i / (g.columns * parts) * g.columns + i % g.columns;
        const index p = g.columns == 1 ? i % parts : i / g.columns % parts;
        float       s = 0;
        for (index t = p; t < g.terms; t += parts) s += from[g.place(o, t)];
        if (before.at != nullptr) s += before.row(o / cols)[before.cols == 1 ? 0 : o % cols];
        to[i] = s;
    }
};

inline index parts_of_sum(const sum_geometry& g) {
    return g.terms <= 2 * sum_some::at_once ? 1 : (g.terms + sum_some::at_once - 1) / sum_some::at_once;
}
inline void start_sum(const queue& q, const float* from, float* to, const sum_geometry& g, index parts, operand before, index cols) {
    q.each(static_cast<std::size_t>(parts) * g.outputs, sum_some{from, to, g, parts, before, cols});
}

#endif

// Floats of partial sums that a sum needs beside its result.
inline std::size_t scratch_of_sum(const sum_geometry& g) {
    const index parts = parts_of_sum(g);
    return parts == 1 ? 0 : static_cast<std::size_t>(parts) * g.outputs + scratch_of_sum(g.of_parts(parts));
}

inline void sum_on(const queue& q, const float* from, float* to, sum_geometry g, operand before, index cols, float* scratch) {
    for (index parts = parts_of_sum(g); parts > 1; parts = parts_of_sum(g)) {
        start_sum(q, from, scratch, g, parts, {}, cols);
        from = scratch;
        scratch += static_cast<std::size_t>(parts) * g.outputs;
        g = g.of_parts(parts);
    }
    start_sum(q, from, to, g, 1, before, cols);
}

}  // namespace elbo::on_device
