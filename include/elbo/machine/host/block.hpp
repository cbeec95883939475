// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

// What a matrix product is made of: a block of C, a few rows of one or two vectors, which stays in registers over the whole
// inner extent.

ELBO_COMPILED_ONCE

namespace elbo::gemm {

// Of 32 registers 28 are sums, two a row of b, one is a number of a (with 12 rows a step is 1 to 2 % slower); of 16, 12 are sums. Where
// a row is one vector, many rows gain nothing.
inline constexpr std::size_t lanes = register_bytes / sizeof(float), most_rows = lanes == 16 ? 14 : 6, most_narrow_rows = lanes == 16 ? 8 : 6;
inline constexpr std::size_t panel = 2 * lanes;

typedef float vec __attribute__((vector_size(lanes * sizeof(float))));
typedef float vec_anywhere __attribute__((vector_size(lanes * sizeof(float)), aligned(alignof(float)), may_alias));  // in memory

inline vec load(const float* p) { return *reinterpret_cast<const vec_anywhere*>(p); }
inline void store(float* p, vec v) { *reinterpret_cast<vec_anywhere*>(p) = v; }

// g++ 12 keeps what few rows read again and again in memory (of 2 to 4 rows 103 to 106 GFLOP/s instead of 125 to 230), unless told.
inline void keep_in_a_register(vec& v) {
#if defined(__AVX512F__)
    asm("" : "+v"(v));
#elif defined(__x86_64__)
    asm("" : "+x"(v));
#else
    static_cast<void>(v);
#endif
}

// One of several products whose sum is wanted.
struct term {
    const float *a, *b;
};
// What a block asks the processor to fetch meanwhile, a line at each turn of its inner loop: from `at` floats after what it
// reads of b on, so far apart. Rows of b lie too far from one another to be fetched unasked; from another core's cache,
// where the optimiser left them, a product took a quarter longer.
struct ahead {
    std::ptrdiff_t at   = 0;
    std::size_t    step = 0;
};
// What a block reads of each term: from element `a_at` of its A, (i, p) at a[i * row + p * step]; from column `b_at` of its B.
struct part {
    std::size_t a_at, b_at, row, step, ldb, k;
    ahead       next{};
};

// C (Rows, Vectors) = sum of A B, or C += that: C stays in registers from the first term to the last. A second vector begins at
// column `second`: where there are fewer columns than two vectors have, some are computed twice.
template <std::size_t Rows, std::size_t Vectors>
void block(const term* terms, std::size_t count, const part& of, float* c, std::size_t ldc, bool add, std::size_t second) {
    vec acc[Rows][Vectors];
    // Loops over rows are unrolled, or sums live in memory before and after the long one (12 rows of 64 numbers: 218 GFLOP/s instead of 261).
    if (add) {
#pragma GCC unroll 14
        for (std::size_t i = 0; i < Rows; ++i) {
            acc[i][0] = load(c + i * ldc);
            if constexpr (Vectors > 1) acc[i][1] = load(c + i * ldc + second);
        }
    } else {
#pragma GCC unroll 14
        for (std::size_t i = 0; i < Rows; ++i) {
            acc[i][0] = vec{};
            __builtin_prefetch(c + i * ldc + lanes - 1, 1);
            if constexpr (Vectors > 1) acc[i][1] = vec{}, __builtin_prefetch(c + i * ldc + second + lanes - 1, 1);
        }
    }
    const std::size_t row = of.row, step = of.step, ldb = of.ldb, fetched = of.next.step;
    if (of.k == 0) count = 0;  // so that the loop below asks but at its end: else g++ makes two of it, and one finds no registers (7 rows: 107 for 250)
    for (std::size_t t = 0; t < count; ++t) {
        const float* a[]  = {terms[t].a + of.a_at, terms[t].a + of.a_at + 4 * row, terms[t].a + of.a_at + 8 * row, terms[t].a + of.a_at + 12 * row};  // few registers for many rows
        const float* b    = terms[t].b + of.b_at;
        const float* next = b + of.next.at;
        std::size_t  left = of.k;
        do {
            __builtin_prefetch(next);
            vec y = load(b), z = Vectors > 1 ? load(b + second) : y;
            keep_in_a_register(y);
            if constexpr (Vectors > 1) keep_in_a_register(z);
#pragma GCC unroll 14
            for (std::size_t i = 0; i < Rows; ++i) {
                const vec x = a[i / 4][i % 4 * row] - vec{};
                acc[i][0] += x * y;
                if constexpr (Vectors > 1) acc[i][1] += x * z;
            }
            b += ldb, a[0] += step, a[1] += step, a[2] += step, a[3] += step, next += fetched;
        } while (--left > 0);
    }
#pragma GCC unroll 14
    for (std::size_t i = 0; i < Rows; ++i) {
        store(c + i * ldc, acc[i][0]);
        if constexpr (Vectors > 1) store(c + i * ldc + second, acc[i][1]);
    }
}
using block_function = void (*)(const term*, std::size_t, const part&, float*, std::size_t, bool, std::size_t);
// Each block is some hundredth of a second to compile: of many rows there are those of an even number.
constexpr bool has_block(std::size_t rows) { return rows <= 8 || rows % 2 == 0; }
template <std::size_t Rows, std::size_t Vectors>
constexpr block_function block_of() {
    if constexpr (has_block(Rows)) return &block<Rows, Vectors>;
    else return nullptr;
}
template <std::size_t Vectors, std::size_t... I>
constexpr auto block_table(std::index_sequence<I...>) {
    return std::array<block_function, sizeof...(I)>{block_of<I + 1, Vectors>()...};
}
inline constexpr auto narrow_blocks = block_table<1>(std::make_index_sequence<most_narrow_rows>{});
inline constexpr auto wide_blocks   = block_table<2>(std::make_index_sequence<most_rows>{});

// Rows of the next block, where so many are left: about as many as of the others.
inline std::size_t rows_of_block(std::size_t left, std::size_t most) {
    const std::size_t parts = (left + most - 1) / most, rows = (left + parts - 1) / parts;
    return has_block(rows) ? rows : rows < left ? rows + 1 : rows / 2;
}

// Fewer floats than a vector has.
inline void copy_few(float* to, const float* from, std::size_t count) {
    static_assert(lanes <= 16);
    std::size_t at = 0;
    if ((count & 8) != 0) std::memcpy(to, from, 8 * sizeof(float)), at = 8;
    if ((count & 4) != 0) std::memcpy(to + at, from + at, 4 * sizeof(float)), at += 4;
    for (; at < count; ++at) to[at] = from[at];
}

// A panel of C, of `cols` columns: blocks of its rows, one after the other. The first two fetch what is to come, a line of each row.
// Fewer columns than a vector's go through `tile`.
ELBO_OUTLINE inline void panel_of_blocks(const term* terms, std::size_t count, std::size_t m, std::size_t cols, part of, float* c, std::size_t ldc, bool add, float* tile) {
    const bool                  wide   = cols > lanes;
    const block_function* const chosen = wide ? wide_blocks.data() : narrow_blocks.data();
    for (std::size_t r = 0, number = 0, rows; r < m; r += rows, ++number) {
        rows = rows_of_block(m - r, wide ? most_rows : most_narrow_rows);
        if (number == 1) of.next.at += lanes;
        if (number == 2) of.next = {};
        float* to = c + r * ldc;
        if (cols >= lanes) chosen[rows - 1](terms, count, of, to, ldc, add, cols - lanes);
        else {
            for (std::size_t q = 0; add && q < rows; ++q) copy_few(tile + q * lanes, to + q * ldc, cols);
            chosen[rows - 1](terms, count, of, tile, lanes, add, 0);
            for (std::size_t q = 0; q < rows; ++q) copy_few(to + q * ldc, tile + q * lanes, cols);
        }
        of.a_at += rows * of.row;
    }
}

}  // namespace elbo::gemm
