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

// Floats of partial sums that a sum needs beside its result.
inline std::size_t scratch_of_sum(const sum_geometry& g) {
    if (g.terms <= 2 * sum_some::at_once) return 0;
    const index parts = (g.terms + sum_some::at_once - 1) / sum_some::at_once;
    return static_cast<std::size_t>(parts) * g.outputs + scratch_of_sum(g.of_parts(parts));
}

inline void sum_on(const queue& q, const float* from, float* to, sum_geometry g, operand before, index cols, float* scratch) {
    while (g.terms > 2 * sum_some::at_once) {
        const index parts = (g.terms + sum_some::at_once - 1) / sum_some::at_once;
        q.each(static_cast<std::size_t>(parts) * g.outputs, sum_some{from, scratch, g, parts, {}, cols});
        from = scratch;
        scratch += static_cast<std::size_t>(parts) * g.outputs;
        g = g.of_parts(parts);
    }
    q.each(g.outputs, sum_some{from, to, g, 1, before, cols});
}

}  // namespace elbo::on_device
