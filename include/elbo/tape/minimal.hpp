// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/phases.hpp>

ELBO_COMPILED_ONCE

namespace elbo {

// Convolutions with fewer multiplications than their definition has (Winograd, Arithmetic Complexity of Computations, 1980).
//
// A kernel twice as long as its stride is, seen from each place in a stride, a filter of two taps: y(o) = d(o) g(0) + d(o + 1) g(1).
// Two outputs take three products instead of four, three take four instead of six: what is multiplied are sums of few numbers,
// data's and filter's, that do not know of each other, one for each point at which two polynomials would be evaluated. In two
// dimensions that is 9 for 16, and 100 for 196 where there are 7 x 7 outputs. All factors are 0, 1 and 1/2: little precision is lost.

// One dimension: outputs in tiles of two, of which an odd number begins with one of three.
struct minimal_row {
    static constexpr int taps = 2, most_points = 4, most_outputs = 3;

    int outputs;

    constexpr int  tiles() const { return outputs / 2; }
    constexpr bool odd() const { return outputs % 2 != 0; }
    constexpr int  points() const { return odd() ? 4 : 3; }                           // 0, 1, infinity, and -1 for a tile of three
    constexpr int  tiles_at(int point) const { return point < 3 ? tiles() : 1; }      // the first, or all
    constexpr int  size(int tile) const { return odd() && tile == 0 ? 3 : 2; }
    constexpr int  begin(int tile) const { return odd() && tile > 0 ? 2 * tile + 1 : 2 * tile; }
    constexpr int  products() const { return 3 * tiles() + (odd() ? 1 : 0); }

    // How much of tap t, of the tile's output o, and of the datum i that a tile begins with, is in what a point multiplies.
    static constexpr int of_tap(int point, int t) {
        constexpr int parts[4][taps] = {{1, 0}, {1, 1}, {0, 1}, {1, -1}};
        return parts[point][t];
    }
    static constexpr int of_output(int size, int point, int o) {
        constexpr int two[3][2] = {{1, 0}, {1, 1}, {0, 1}}, three[4][3] = {{1, 0, 0}, {1, 1, 1}, {0, 0, 1}, {1, -1, 1}};
        return size == 2 ? two[point][o] : three[point][o];
    }
    static constexpr float of_datum(int size, int point, int i) {
        constexpr float two[3][3] = {{1, -1, 0}, {0, 1, 0}, {0, -1, 1}}, three[4][4] = {{1, 0, -1, 0}, {0, 0.5f, 0.5f, 0}, {0, -1, 0, 1}, {0, -0.5f, 0.5f, 0}};
        return size == 2 ? two[point][i] : three[point][i];
    }
};

// Whether its products are large enough to be worth the sums.
constexpr bool has_minimal_form(const window& w) {
    return w.stride > 1 && w.kernel_h == 2 * w.stride && w.kernel_w == 2 * w.stride && w.out_h > 1 && w.out_w > 1 && w.in_h == w.stride * w.out_h &&
           w.in_w == w.stride * w.out_w && w.in_c >= 32 && w.out_c >= 32;
}

// A parameter that is the filter of such a convolution of many samples: what its points multiply by is made once in a replay, and
// laid out as a product's kernel reads it. Each by the first node that reads it.
struct minimal_filter {
    static constexpr std::int64_t enough = 16;  // samples

    const tape& t;
    const node& first;

    constexpr minimal_filter(const tape& of, node_id id) : t(of), first(of[id]) {}

    constexpr bool is_read_by(const node& n) const {
        return first.what == n.what && first.i == n.i && n.e.axis != 0 && t[n.b].what == verb::parameter && t[first.b].i == t[n.b].i;
    }
    constexpr bool serves(const row_counts& counts) const {
        if (first.e.axis == 0 || t[first.b].what != verb::parameter || rows_of(first.e, counts) < enough) return false;
        return has_minimal_form(shape()) && (!goes_back() || shape().in_c >= 64);  // to images of 32 channels the sums cost what is saved
    }
    constexpr bool          goes_back() const { return first.what == verb::conv_data; }
    constexpr const window& shape() const { return t.windows[static_cast<std::size_t>(first.i)]; }
    constexpr int           products() const { return minimal_row{shape().out_h}.points() * minimal_row{shape().out_w}.points() * (goes_back() ? shape().stride * shape().stride : 1); }
    // Of what they multiply by: the filter of all places in a stride, or its transpose of one. Kernels want whole vectors.
    constexpr std::int64_t floats() const {
        const auto whole = [](std::int64_t columns) { return (columns + 31) / 32 * 32; };
        return products() * (goes_back() ? shape().out_c * whole(shape().in_c) : std::int64_t{shape().stride} * shape().stride * shape().in_c * whole(shape().out_c));
    }
};

ELBO_COLD constexpr std::vector<node_id> minimal_filters(const tape& t, const row_counts& counts) {
    std::vector<node_id> all;
    for (node_id id = 0; id < t.size(); ++id) {
        const verb what  = t[id].what;
        bool       known = (what != verb::conv && what != verb::conv_data) || !minimal_filter(t, id).serves(counts);
        for (node_id first : all) known = known || minimal_filter(t, first).is_read_by(t[id]);
        if (!known) all.push_back(id);
    }
    return all;
}

}  // namespace elbo
