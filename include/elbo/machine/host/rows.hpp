// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/arena.hpp>
#include <elbo/machine/bindings.hpp>
#include <elbo/machine/host/between.hpp>
#include <elbo/machine/host/elementwise.hpp>
#include <elbo/machine/host/halves.hpp>
#include <elbo/machine/host/noise.hpp>
#include <elbo/machine/host/products.hpp>
#include <elbo/machine/triangle.hpp>

ELBO_COMPILED_ONCE

namespace elbo::kernels {

using index = std::size_t;

// What a kernel sees of a replay: where every value lies, how many rows it has, and a thread's scratch.
struct frame {
    const tape&            t;
    const bindings<float>* with = nullptr;
    std::vector<float*>    at;          // by node
    product_function       product = nullptr;
    const float* const*    packed  = nullptr;  // by node: the right operand as gemm::pack left it, or null
    const float* const*    halves  = nullptr;  // by node: the right operand as gemm::make_halves left it, or null

    index cols(node_id id) const { return static_cast<index>(t[id].e.cols); }
    index fold(node_id id) const { return static_cast<index>(t[id].e.fold); }
};

// An operand as rows of a larger result see it: row r of the result reads row r / ratio, or the only one.
struct row_view {
    const float* data;
    index        ratio, cols;

    const float* row(index r) const { return data + (ratio == 0 ? 0 : r / ratio) * cols; }
};
inline row_view view_of(const frame& f, extent whole, node_id x) {
    const extent e   = f.t[x].e;
    const bool   one = e.axis == 0 && e.fold == 1;
    return {f.at[static_cast<index>(x)], one ? 0 : static_cast<index>(whole.fold / e.fold), static_cast<index>(e.cols)};
}

inline constexpr index row_tile = 1024;

// Rows [first, last) of an elementwise verb. Where every operand has the result's rows, or is one number for all, the
// rows are one long run.
ELBO_OUTLINE inline void elementwise(const frame& f, node_id id, index first, index last) {
    const node& n      = f.t[id];
    const index C      = static_cast<index>(n.e.cols);
    float*      y      = f.at[static_cast<index>(id)];
    const auto  number = static_cast<index>(n.f.number);
    if (n.what == verb::map) {
        const operand x{f.at[static_cast<index>(n.a)] + first * C, true};
        return run(map_of[number], y + first * C, &x, 1, (last - first) * C, n.f.p, n.f.q);
    }
    row_view view[3];
    int      count = 0;
    for (node_id x : {n.a, n.b, n.c})
        if (x >= 0) view[count++] = view_of(f, n.e, x);
    const auto one_number = [&](const row_view& v) { return v.ratio == 0 && v.cols == 1; };
    const auto same_rows  = [&](const row_view& v) { return v.ratio == 1 && v.cols == C; };
    const auto repeats    = [&](const row_view& v) { return v.ratio == 0 && v.cols == C && C > 1; };
    bool       straight = true;
    for (int k = 0; k < count; ++k) straight = straight && (one_number(view[k]) || same_rows(view[k]));
    const bool   pairs  = n.what == verb::zip || n.what == verb::chain_pair;
    const kernel chosen = pairs ? zip_of[number] : map_of[number];
    const auto   finish = n.what == verb::zip ? &run : &chain_run;
    const auto run_rows = [&](index r, index rows, const float* const* instead) {
        operand x[3];
        for (int k = 0; k < count; ++k)
            x[k] = instead != nullptr && instead[k] != nullptr ? operand{instead[k], true}
                                                               : operand{view[k].row(r), view[k].cols == C && !one_number(view[k])};
        finish(chosen, y + r * C, x, count, rows * C, n.f.p, n.f.q);
    };
    if (straight) return run_rows(first, last - first, nullptr);
    if (C > row_tile / 4 || last - first == 1) {
        for (index r = first; r < last; ++r) run_rows(r, 1, nullptr);
        return;
    }
    // Rows that are all alike (a bias, a channel's gain), or that are one number each (a width, a sum), are written out
    // for a few rows, so that a run is long.
    float        tile[3][row_tile];
    const float* instead[3] = {};
    const index  most       = std::min(row_tile / C, last - first);
    for (int k = 0; k < count; ++k) {
        if (one_number(view[k]) || same_rows(view[k])) continue;
        instead[k] = tile[k];
        for (index r = 0; repeats(view[k]) && r < most; ++r) std::memcpy(tile[k] + r * C, view[k].data, C * sizeof(float));
    }
    for (index r = first; r < last; r += most) {
        const index rows = std::min(most, last - r);
        for (int k = 0; k < count; ++k) {
            if (instead[k] == nullptr || repeats(view[k])) continue;
            for (index q = 0; q < rows; ++q) {
                const float* from = view[k].row(r + q);
                if (view[k].cols == C) std::memcpy(tile[k] + q * C, from, C * sizeof(float));
                else std::fill_n(tile[k] + q * C, C, *from);
            }
        }
        run_rows(r, rows, instead);
    }
}

// y = f(a op(b) + c): c and f where a pass has fused them in, to rows [first, last) and `width` columns from `from` on. A few
// rows at a time, which are still in the nearest cache when f gets them.
ELBO_OUTLINE inline void finish_product(const frame& f, node_id id, index first, index last, index from, index width) {
    const node& n = f.t[id];
    if (n.c < 0 && n.f.number < 0) return;
    const index    C = static_cast<index>(n.e.cols), together = width < C ? 1 : std::max<index>(1, 2048 / C);
    const row_view added = n.c >= 0 ? view_of(f, n.e, n.c) : row_view{};
    float* const   y     = f.at[static_cast<index>(id)] + from;
    for (index r = first; r < last; r += together) {
        const index rows = std::min(together, last - r);
        for (index q = r; n.c >= 0 && q < r + rows; ++q) add_run(y + q * C, added.row(q) + from, width);
        const operand x{y + r * C, true};
        if (n.f.number >= 0) run(map_of[static_cast<index>(n.f.number)], y + r * C, &x, 1, rows * width, n.f.p, n.f.q);
    }
}

// The matrix of a product of so many rows, where it is read in halves.
inline const float* halves_of(const frame& f, node_id id, index rows) {
    return f.halves != nullptr && rows == 1 ? f.halves[static_cast<index>(id)] : nullptr;
}
// A product whose matrix is worth being read by several threads; the built-in one makes a number as ever, whatever is beside it.
inline bool has_columns_to_share(const frame& f, node_id id) {
    constexpr index enough = 32768;  // floats: some microseconds
    const node&     n      = f.t[id];
    return n.what == verb::product && n.j == 0 && f.product == &gemm::multiply && f.packed[static_cast<index>(id)] == nullptr && f.cols(n.a) * f.cols(id) >= enough;
}
// Its columns in whole panels or strips, part `part` of `parts`.
ELBO_OUTLINE inline void product_of_columns(const frame& f, node_id id, index rows, index part, index parts, float* scratch) {
    const node& n = f.t[id];
    const auto  halves = halves_of(f, id, rows);
    const index C = static_cast<index>(n.e.cols), K = f.cols(n.a), piece = halves != nullptr ? gemm::strip : gemm::panel, pieces = (C + piece - 1) / piece;
    const index first = std::min(C, part * pieces / parts * piece), last = std::min(C, (part + 1) * pieces / parts * piece), width = last - first;
    float*      y = f.at[static_cast<index>(id)] + first;
    if (width == 0) return;
    if (halves != nullptr) gemm::row_times_halves(K, f.at[static_cast<index>(n.a)], halves, first, last, f.at[static_cast<index>(id)]);
    else f.product(false, false, rows, width, K, f.at[static_cast<index>(n.a)], K, f.at[static_cast<index>(n.b)] + first, C, y, C, false, scratch);
    finish_product(f, id, 0, rows, first, width);
}

// Blocks of so many numbers, from and to where `at` says. Compilers have instructions for single ones.
inline void gather_row(float* __restrict to, const float* __restrict from, const float* __restrict at, index blocks, index size) {
    if (size == 1)
        for (index k = 0; k < blocks; ++k) to[k] = from[static_cast<int>(at[k])];
    else
        for (index k = 0; k < blocks; ++k) std::memcpy(to + k * size, from + static_cast<index>(at[k]) * size, size * sizeof(float));
}
inline void scatter_row(float* __restrict to, index cols, const float* __restrict from, const float* __restrict at, index blocks, index size) {
    std::memset(to, 0, cols * sizeof(float));
    for (index k = 0; k < blocks; ++k)
        for (index w = 0; w < size; ++w) to[static_cast<index>(at[k]) * size + w] += from[k * size + w];
}

// Rows [first, last) of any verb whose result has rows of its own.
ELBO_OUTLINE inline void compute_rows(const frame& f, node_id id, index first, index last, float* scratch) {
    const node& n = f.t[id];
    const index C = static_cast<index>(n.e.cols);
    float*      y = f.at[static_cast<index>(id)];
    const auto  a = [&](index r) { return f.at[static_cast<index>(n.a)] + r * f.cols(n.a); };
    const auto  b = [&](index r) { return f.at[static_cast<index>(n.b)] + r * f.cols(n.b); };
    switch (n.what) {
        case verb::map: case verb::zip: case verb::chain: case verb::chain_pair: elementwise(f, id, first, last); break;
        case verb::noise: {
            const draw_key&  draw = f.t.draws[static_cast<index>(n.j)];
            const random_key key  = make_key(f.with->seed, draw.purpose, static_cast<std::uint64_t>(draw.loop));
            const index      K    = static_cast<index>(n.e.fold);
            for (index r = first; r < last; ++r)
                noise_row(y + r * C, C, key, f.with->step, f.with->first_row + static_cast<std::uint32_t>(r / K),
                          static_cast<std::uint32_t>(r % K), n.i == 1);
            break;
        }
        case verb::sum: {  // over columns, over multiplicity, or both
            const index ratio = f.fold(n.a) / static_cast<index>(n.e.fold), from = f.cols(n.a);
            for (index r = first; r < last; ++r) {
                if (C == 1 && from != 1) {
                    y[r] = sum_run(a(r * ratio), ratio * from);
                    continue;
                }
                sum_rows(y + r * C, a(r * ratio), ratio, C, C, nullptr);
            }
            break;
        }
        case verb::spread: {
            const row_view from = view_of(f, n.e, n.a);
            for (index r = first; r < last; ++r)
                if (from.cols == C) std::memcpy(y + r * C, from.row(r), C * sizeof(float));
                else for (index c = 0; c < C; ++c) y[r * C + c] = *from.row(r);
            break;
        }
        case verb::slice:
            for (index r = first; r < last; ++r) std::memcpy(y + r * C, a(r) + n.i, C * sizeof(float));
            break;
        case verb::place:
            for (index r = first; r < last; ++r) {
                std::memset(y + r * C, 0, C * sizeof(float));
                std::memcpy(y + r * C + n.i, a(r), f.cols(n.a) * sizeof(float));
            }
            break;
        case verb::concat: {
            const index left = f.cols(n.a), right = f.cols(n.b);
            for (index r = first; r < last; ++r) {
                std::memcpy(y + r * C, a(r), left * sizeof(float));
                std::memcpy(y + r * C + left, b(r), right * sizeof(float));
            }
            break;
        }
        case verb::gather: case verb::scatter: {
            const row_view where = view_of(f, n.e, n.b);
            for (index r = first; r < last; ++r) {
                if (n.what == verb::gather) gather_row(y + r * C, a(r), where.row(r), where.cols, static_cast<index>(n.i));
                else scatter_row(y + r * C, C, a(r), where.row(r), where.cols, static_cast<index>(n.i));
            }
            break;
        }
        case verb::interpolate: case verb::splat: {
            const window&  w     = f.t.windows[static_cast<index>(n.i)];
            const row_view where = view_of(f, n.e, n.b);
            const auto     one   = n.what == verb::interpolate ? &interpolate_row : &splat_row;
            for (index r = first; r < last; ++r) one(w, n.j, y + r * C, a(r), where.row(r));
            break;
        }
        case verb::slopes: {
            const row_view where = view_of(f, n.e, n.b);
            const float*   image = f.at[static_cast<index>(n.c)];
            for (index r = first; r < last; ++r) slopes_row(f.t.windows[static_cast<index>(n.i)], y + r * C, a(r), image + r * f.cols(n.c), where.row(r));
            break;
        }
        case verb::transpose: {
            const index P = static_cast<index>(n.i), Q = static_cast<index>(n.j);
            for (index r = first; r < last; ++r) gemm::transpose(a(r), Q, P, Q, y + r * C, P);
            break;
        }
        case verb::product:
            // With or without a copy, the same bits.
            if (const auto halves = halves_of(f, id, last - first)) gemm::row_times_halves(f.cols(n.a), a(first), halves, 0, C, y + first * C);
            else if (const float* packed = f.packed[static_cast<index>(id)]; packed != nullptr && !(n.j && gemm::is_of_dots(last - first, C, f.cols(n.a))))
                gemm::rows_times_packed(last - first, C, f.cols(n.a), {a(first), f.cols(n.a), 1}, packed, y + first * C, C, scratch);
            else f.product(false, n.j != 0, last - first, C, f.cols(n.a), a(first), f.cols(n.a), b(0), f.cols(n.b), y + first * C, C, false, scratch);
            finish_product(f, id, first, last, 0, C);
            break;
        case verb::batched: {
            const index M = static_cast<index>(n.k), N = static_cast<index>(n.l), I = f.cols(n.a) / M;
            for (index r = first; r < last; ++r)
                gemm::multiply(n.i != 0, n.j != 0, M, N, I, a(r), n.i ? M : I, b(r), n.j ? I : N, y + r * C, N, false, scratch);
            break;
        }
        case verb::logsumexp:
            for (index r = first; r < last; ++r) y[r] = logsumexp_run(a(r), f.cols(n.a));
            break;
        case verb::solve:
            for (index r = first; r < last; ++r) solve_triangle(a(r), b(r), y + r * C, n.k, n.l, n.i != 0);
            break;
        case verb::cholesky:
            for (index r = first; r < last; ++r) cholesky_triangle(a(r), y + r * C, n.k);
            break;
        default: break;
    }
}

}  // namespace elbo::kernels
