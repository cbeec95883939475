// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

// The built-in matrix product: needs nothing, allocates nothing, and its bits depend on nothing but its arguments.
//
// Rows of C are cut into even blocks of at most `most_rows`, columns into panels of two vectors; a block times a panel
// stays in registers over the whole inner extent. Row-major operands are read where they lie; only a last, partial
// panel is copied to scratch. For a b' each panel is transposed into scratch on its way; with few rows of a or of b that
// does not pay, and dot products go along the inner extent, where both operands are contiguous.

namespace elbo::gemm {

inline constexpr std::size_t lanes = register_bytes / sizeof(float), most_rows = lanes == 16 ? 12 : 6;
inline constexpr std::size_t panel = 2 * lanes;

typedef float vec __attribute__((vector_size(lanes * sizeof(float)), aligned(alignof(float)), may_alias));

inline vec load(const float* p) { return *reinterpret_cast<const vec*>(p); }
inline void store(float* p, vec v) { *reinterpret_cast<vec*>(p) = v; }

typedef float quad __attribute__((vector_size(16), aligned(alignof(float)), may_alias));

inline quad quad_at(const float* p) { return *reinterpret_cast<const quad*>(p); }

// op(A) is (m, k): element (i, p) at a[i * row + p * step].
struct left {
    const float* a;
    std::size_t  row, step;
};

// One of several products whose sum is wanted.
struct term {
    const float *a, *b;
};
// What a block reads of each term: from element `a_at` of its A, from column `b_at` of its B.
struct part {
    std::size_t a_at, b_at, row, step, ldb, k;
};

// C (Rows, panel) = sum of A B, or C += that: C stays in registers from the first term to the last. Of a C with fewer
// columns, but a vector's at least, the second vector begins where it ends with the row: columns that both have are
// computed twice.
template <std::size_t Rows>
void block(const term* terms, std::size_t count, const part& of, float* c, std::size_t ldc, bool add, std::size_t second) {
    vec acc[Rows][2];
    for (std::size_t i = 0; i < Rows; ++i) {
        acc[i][0] = add ? load(c + i * ldc) : vec{};
        acc[i][1] = add ? load(c + i * ldc + second) : vec{};
    }
    const std::size_t row = of.row, step = of.step, ldb = of.ldb;
    for (std::size_t t = 0; t < count; ++t) {
        const float* a = terms[t].a + of.a_at;
        const float* b = terms[t].b + of.b_at;
        for (std::size_t p = 0; p < of.k; ++p, b += ldb, a += step) {
            __builtin_prefetch(b + 8 * ldb);
            __builtin_prefetch(b + 8 * ldb + lanes);
            const vec b0 = load(b), b1 = load(b + second);
#pragma GCC unroll 12
            for (std::size_t i = 0; i < Rows; ++i) {
                const vec x = a[i * row] - vec{};
                acc[i][0] += x * b0;
                acc[i][1] += x * b1;
            }
        }
    }
    for (std::size_t i = 0; i < Rows; ++i) {
        store(c + i * ldc, acc[i][0]);
        store(c + i * ldc + second, acc[i][1]);
    }
}
using block_function = void (*)(const term*, std::size_t, const part&, float*, std::size_t, bool, std::size_t);
template <std::size_t... I>
constexpr auto block_table(std::index_sequence<I...>) {
    return std::array<block_function, sizeof...(I)>{&block<I + 1>...};
}
inline constexpr auto blocks = block_table(std::make_index_sequence<most_rows>{});

// Rows of b that are a power of two apart fall into the same few places of a cache. Where they are many and read by
// several blocks, a strip of panels is first copied to where its rows are neighbours.
inline constexpr std::size_t strip = 4, strip_rows = 1024;

inline std::size_t scratch_floats(std::size_t k) {
    const std::size_t one = (k + 8) * panel, several = (k < strip_rows ? k : strip_rows) * strip * panel;
    return (one > several ? one : several) + most_rows * panel;
}

ELBO_OUTLINE inline void rows_times_strips(std::size_t m, std::size_t n, std::size_t k, left A, const float* b, std::size_t ldb, float* c,
                              std::size_t ldc, bool add, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows, wide = strip * panel;
    for (std::size_t j = 0; j < n; j += wide)
        for (std::size_t p = 0; p < k; p += strip_rows) {
            const std::size_t inner = k - p < strip_rows ? k - p : strip_rows;
            for (std::size_t q = 0; q < inner; ++q) std::memcpy(scratch + q * wide, b + (p + q) * ldb + j, wide * sizeof(float));
            const term one{A.a + p * A.step, scratch};
            for (std::size_t s = 0; s < wide; s += panel)
                for (std::size_t i = 0; i < count; ++i) {
                    const std::size_t r = i * m / count, rows = (i + 1) * m / count - r;
                    blocks[rows - 1](&one, 1, {r * A.row, s, A.row, A.step, wide, inner}, c + r * ldc + j + s, ldc, add || p > 0, lanes);
                }
        }
}

// Of one row, or few, what counts is how b comes from memory: so many vectors of a row of b at a time. Sums are in the same order.
inline constexpr std::size_t most_streamed = 2, streamed = 8;

template <std::size_t Rows>
void stream(std::size_t k, left A, const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add) {
    vec acc[Rows][streamed];
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t v = 0; v < streamed; ++v) acc[i][v] = add ? load(c + i * ldc + v * lanes) : vec{};
    for (std::size_t p = 0; p < k; ++p, b += ldb) {
#pragma GCC unroll 8
        for (std::size_t v = 0; v < streamed; ++v) {
            __builtin_prefetch(b + 6 * ldb + v * lanes);
            const vec y = load(b + v * lanes);
            for (std::size_t i = 0; i < Rows; ++i) acc[i][v] += A.a[i * A.row + p * A.step] * y;
        }
    }
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t v = 0; v < streamed; ++v) store(c + i * ldc + v * lanes, acc[i][v]);
}

// b (k, n) row-major.
ELBO_OUTLINE inline void rows_times_matrix(std::size_t m, std::size_t n, std::size_t k, left A, const float* b, std::size_t ldb,
                              float* c, std::size_t ldc, bool add, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows;
    const auto        first = [&](std::size_t i) { return i * m / count; };
    if (count > 2 && k >= 256 && ldb % 512 == 0 && n % (strip * panel) == 0) return rows_times_strips(m, n, k, A, b, ldb, c, ldc, add, scratch);
    const term        one{A.a, b};
    std::size_t       j = 0;
    for (; m <= most_streamed && j + streamed * lanes <= n; j += streamed * lanes) (m == 1 ? stream<1> : stream<2>)(k, A, b + j, ldb, c + j, ldc, add);
    for (; j + panel <= n; j += panel)
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t r = first(i), rows = first(i + 1) - r;
            blocks[rows - 1](&one, 1, {r * A.row, j, A.row, A.step, ldb, k}, c + r * ldc + j, ldc, add, lanes);
        }
    if (j == n) return;
    const std::size_t rest = n - j;
    if (rest >= lanes) {
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t r = first(i), rows = first(i + 1) - r;
            blocks[rows - 1](&one, 1, {r * A.row, j, A.row, A.step, ldb, k}, c + r * ldc + j, ldc, add, rest - lanes);
        }
        return;
    }
    float*            tile = scratch + (k + 8) * panel;
    std::memset(scratch, 0, (k + 8) * panel * sizeof(float));
    for (std::size_t p = 0; p < k; ++p) std::memcpy(scratch + p * panel, b + p * ldb + j, rest * sizeof(float));
    const term last{A.a, scratch};
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t r = first(i), rows = first(i + 1) - r;
        if (add)
            for (std::size_t q = 0; q < rows; ++q) std::memcpy(tile + q * panel, c + (r + q) * ldc + j, rest * sizeof(float));
        blocks[rows - 1](&last, 1, {r * A.row, 0, A.row, A.step, panel, k}, tile, panel, add, lanes);
        for (std::size_t q = 0; q < rows; ++q) std::memcpy(c + (r + q) * ldc + j, tile + q * panel, rest * sizeof(float));
    }
}

inline float lane_sum(vec v) {
    float x[lanes];
    store(x, v);
    for (std::size_t half = lanes / 2; half > 0; half /= 2)
        for (std::size_t i = 0; i < half; ++i) x[i] += x[i + half];
    return x[0];
}

// 1 in the last `count` lanes, else 0.
inline vec last_lanes(std::size_t count) {
    static constexpr auto ramp = [] {
        std::array<float, 2 * lanes> r{};
        for (std::size_t i = lanes; i < 2 * lanes; ++i) r[i] = 1;
        return r;
    }();
    return load(ramp.data() + count);
}

// C (Rows, Cols) = A B', both contiguous along k.
template <std::size_t Rows, std::size_t Cols>
void dot_block(const float* a, std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc,
               std::size_t k, bool add) {
    vec         acc[Rows][Cols] = {};
    std::size_t p               = 0;
    for (; p + lanes <= k; p += lanes) {
        vec x[Rows];
        for (std::size_t i = 0; i < Rows; ++i) x[i] = load(a + i * lda + p);
#pragma GCC unroll 4
        for (std::size_t j = 0; j < Cols; ++j) {
            const vec y = load(b + j * ldb + p);
#pragma GCC unroll 4
            for (std::size_t i = 0; i < Rows; ++i) acc[i][j] += x[i] * y;
        }
    }
    if (p < k && k >= lanes) {  // the last numbers, in a vector that ends with them: what was there before is left out
        const vec keep = last_lanes(k - p);
        for (std::size_t i = 0; i < Rows; ++i)
            for (std::size_t j = 0; j < Cols; ++j) acc[i][j] += (load(a + i * lda + k - lanes) * keep) * load(b + j * ldb + k - lanes);
        p = k;
    }
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t j = 0; j < Cols; ++j) {
            float s = lane_sum(acc[i][j]);
            for (std::size_t q = p; q < k; ++q) s += a[i * lda + q] * b[j * ldb + q];
            c[i * ldc + j] = add ? c[i * ldc + j] + s : s;
        }
}
#if defined(__AVX512F__)
inline constexpr std::size_t dot_rows = 4, dot_cols = 4;
#else
inline constexpr std::size_t dot_rows = 2, dot_cols = 4;
#endif

ELBO_OUTLINE inline void rows_times_rows(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda, const float* b,
                            std::size_t ldb, float* c, std::size_t ldc, bool add) {
    std::size_t j = 0;
    for (; j + dot_cols <= n; j += dot_cols) {
        std::size_t i = 0;
        for (; i + dot_rows <= m; i += dot_rows)
            dot_block<dot_rows, dot_cols>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
        for (; i < m; ++i) dot_block<1, dot_cols>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
    }
    for (; j < n; ++j)
        for (std::size_t i = 0; i < m; ++i) dot_block<1, 1>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
}

// b (rows, k) to (k, rows), four by four.
ELBO_OUTLINE inline void transpose_edge(const float* b, std::size_t ldb, std::size_t rows, std::size_t k, float* to, std::size_t ldt) {
    std::size_t j = 0;
    for (; j + 4 <= rows; j += 4) {
        const float* from = b + j * ldb;
        std::size_t  p    = 0;
        for (; p + 4 <= k; p += 4) {
            const quad a = quad_at(from + p), c = quad_at(from + ldb + p), d = quad_at(from + 2 * ldb + p), e = quad_at(from + 3 * ldb + p);
            const quad ac0 = __builtin_shufflevector(a, c, 0, 4, 1, 5), ac1 = __builtin_shufflevector(a, c, 2, 6, 3, 7);
            const quad de0 = __builtin_shufflevector(d, e, 0, 4, 1, 5), de1 = __builtin_shufflevector(d, e, 2, 6, 3, 7);
            const auto put = [&](std::size_t q, quad v) { *reinterpret_cast<quad*>(to + (p + q) * ldt + j) = v; };
            put(0, __builtin_shufflevector(ac0, de0, 0, 1, 4, 5));
            put(1, __builtin_shufflevector(ac0, de0, 2, 3, 6, 7));
            put(2, __builtin_shufflevector(ac1, de1, 0, 1, 4, 5));
            put(3, __builtin_shufflevector(ac1, de1, 2, 3, 6, 7));
        }
        for (; p < k; ++p)
            for (std::size_t q = 0; q < 4; ++q) to[p * ldt + j + q] = from[q * ldb + p];
    }
    for (; j < rows; ++j)
        for (std::size_t p = 0; p < k; ++p) to[p * ldt + j] = b[j * ldb + p];
}

// A square of a vector's size: rows j, j + 4, j + 8, ... lie side by side in one vector, four columns of each, and two rounds
// of shuffles within those fours turn four such vectors. Every cache line is read and written once, as a whole: twice as
// fast as four by four.
template <std::size_t... I>
void transpose_square(const float* b, std::size_t ldb, float* to, std::size_t ldt, std::index_sequence<I...>) {
    constexpr std::size_t size   = sizeof...(I);  // of a vector
    const auto            beside = [&](const float* from) {
        if constexpr (size == 4) return quad_at(from);
        else {
            const auto pair = [&](std::size_t g) { return __builtin_shufflevector(quad_at(from + 4 * g * ldb), quad_at(from + (4 * g + 4) * ldb), 0, 1, 2, 3, 4, 5, 6, 7); };
            if constexpr (size == 8) return pair(0);
            else return __builtin_shufflevector(pair(0), pair(2), I...);
        }
    };
    // Of each four, from two vectors: the first two of each or the last two, one by one; and the first halves or the last.
    const auto mixed = [](vec x, vec y, auto last) { return __builtin_shufflevector(x, y, (I / 4 * 4 + I % 4 / 2 + I % 2 * size + (last ? 2 : 0))...); };
    const auto joined = [](vec x, vec y, auto last) { return __builtin_shufflevector(x, y, (I / 4 * 4 + I % 2 + I % 4 / 2 * size + (last ? 2 : 0))...); };
    constexpr std::false_type low;
    constexpr std::true_type  high;
    for (std::size_t q = 0; q < size; q += 4) {
        const vec a = beside(b + q), c = beside(b + ldb + q), d = beside(b + 2 * ldb + q), e = beside(b + 3 * ldb + q);
        store(to + q * ldt, joined(mixed(a, c, low), mixed(d, e, low), low));
        store(to + (q + 1) * ldt, joined(mixed(a, c, low), mixed(d, e, low), high));
        store(to + (q + 2) * ldt, joined(mixed(a, c, high), mixed(d, e, high), low));
        store(to + (q + 3) * ldt, joined(mixed(a, c, high), mixed(d, e, high), high));
    }
}

// b (rows, k) to (k, rows).
ELBO_OUTLINE inline void transpose(const float* b, std::size_t ldb, std::size_t rows, std::size_t k, float* to, std::size_t ldt) {
    const std::size_t whole_rows = rows - rows % lanes, whole_k = k - k % lanes;
    for (std::size_t p = 0; p < whole_k; p += lanes)
        for (std::size_t j = 0; j < whole_rows; j += lanes) transpose_square(b + j * ldb + p, ldb, to + p * ldt + j, ldt, std::make_index_sequence<lanes>{});
    transpose_edge(b + whole_k, ldb, whole_rows, k - whole_k, to + whole_k * ldt, ldt);
    transpose_edge(b + whole_rows * ldb, ldb, rows - whole_rows, k, to + whole_rows, ldt);
}
// At most a panel of rows; those that are missing become zeros.
inline void transpose_panel(const float* b, std::size_t ldb, std::size_t rows, std::size_t k, float* to) {
    transpose(b, ldb, rows, k, to, panel);
    for (std::size_t p = 0; rows < panel && p < k; ++p) std::memset(to + p * panel + rows, 0, (panel - rows) * sizeof(float));
}

ELBO_OUTLINE inline void rows_times_transpose(std::size_t m, std::size_t n, std::size_t k, left whole, const float* b, std::size_t ldb,
                                 float* c, std::size_t ldc, bool add, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows;
    float*            tile  = scratch + (k + 8) * panel;
    for (std::size_t j = 0; j < n; j += panel) {
        const std::size_t cols = n - j < panel ? n - j : panel;
        transpose_panel(b + j * ldb, ldb, cols, k, scratch);
        const term one{whole.a, scratch};
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t r = i * m / count, rows = (i + 1) * m / count - r;
            const part        of{r * whole.row, 0, whole.row, whole.step, panel, k};
            if (cols >= lanes) {
                blocks[rows - 1](&one, 1, of, c + r * ldc + j, ldc, add, cols - lanes);
                continue;
            }
            if (add)
                for (std::size_t q = 0; q < rows; ++q) std::memcpy(tile + q * panel, c + (r + q) * ldc + j, cols * sizeof(float));
            blocks[rows - 1](&one, 1, of, tile, panel, add, lanes);
            for (std::size_t q = 0; q < rows; ++q) std::memcpy(c + (r + q) * ldc + j, tile + q * panel, cols * sizeof(float));
        }
    }
}

// ---- C (m, n) = sum of A' B over several terms: A is (k, m), B (k, n) ----

// A strip of all B's first where rows_times_matrix would; as many terms at a time as fit. `spare` has room for them.
ELBO_OUTLINE inline void sum_of_strips(const term* terms, std::size_t terms_count, term* spare, std::size_t m, std::size_t n, std::size_t k,
                          std::size_t lda, std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows, together = strip_rows / k, wide = strip * panel;
    for (std::size_t j = 0; j < n; j += wide)
        for (std::size_t t = 0; t < terms_count; t += together) {
            const std::size_t some = terms_count - t < together ? terms_count - t : together;
            for (std::size_t u = 0; u < some; ++u) {
                spare[u] = {terms[t + u].a, scratch + u * k * wide};
                for (std::size_t q = 0; q < k; ++q) std::memcpy(scratch + (u * k + q) * wide, terms[t + u].b + q * ldb + j, wide * sizeof(float));
            }
            for (std::size_t s = 0; s < wide; s += panel)
                for (std::size_t i = 0; i < count; ++i) {
                    const std::size_t r = i * m / count, rows = (i + 1) * m / count - r;
                    blocks[rows - 1](spare, some, {r, s, 1, lda, wide, k}, c + r * ldc + j + s, ldc, add || t > 0, lanes);
                }
        }
}
ELBO_OUTLINE inline void sum_of_products(const term* terms, std::size_t terms_count, term* spare, std::size_t m, std::size_t n, std::size_t k, std::size_t lda,
                            std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows;
    if (count > 2 && k * terms_count >= 256 && k <= strip_rows && ldb % 512 == 0 && n % (strip * panel) == 0)
        return sum_of_strips(terms, terms_count, spare, m, n, k, lda, ldb, c, ldc, add, scratch);
    std::size_t j = 0;
    for (; j + lanes <= n; j += panel)
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t r = i * m / count, rows = (i + 1) * m / count - r, cols = n - j < panel ? n - j : panel;
            blocks[rows - 1](terms, terms_count, {r, j, 1, lda, ldb, k}, c + r * ldc + j, ldc, add, cols - lanes);
        }
    if (j >= n) return;
    for (std::size_t s = 0; s < terms_count; ++s)
        rows_times_matrix(m, n - j, k, {terms[s].a, 1, lda}, terms[s].b + j, ldb, c + j, ldc, add || s > 0, scratch);
}

// ---- a right operand that is read again and again: panel by panel, each contiguous, the last filled up with zeros ----

inline std::size_t packed_floats(std::size_t k, std::size_t n) { return (n + panel - 1) / panel * panel * k; }

// Panels [first, last) of op(b), which is (k, n).
ELBO_OUTLINE inline void pack(bool tb, std::size_t k, std::size_t n, const float* b, float* to, std::size_t first, std::size_t last) {
    if (tb) {
        for (std::size_t j = first; j < last; ++j) transpose_panel(b + j * panel * k, k, n - j * panel < panel ? n - j * panel : panel, k, to + j * panel * k);
        return;
    }
    for (std::size_t p = 0; p < k; ++p)
        for (std::size_t j = first; j < last; ++j) {
            float* const      at   = to + j * panel * k + p * panel;
            const std::size_t cols = n - j * panel < panel ? n - j * panel : panel;
            std::memcpy(at, b + p * n + j * panel, cols * sizeof(float));
            if (cols < panel) std::memset(at + cols, 0, (panel - cols) * sizeof(float));
        }
}
ELBO_OUTLINE inline void rows_times_packed(std::size_t m, std::size_t n, std::size_t k, left whole, const float* packed, float* c,
                              std::size_t ldc, float* scratch) {
    const std::size_t count = (m + most_rows - 1) / most_rows;
    for (std::size_t j = 0; j < n; j += panel)
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t r = i * m / count, rows = (i + 1) * m / count - r, cols = n - j < panel ? n - j : panel;
            const term        one{whole.a, packed + j * k};
            const bool        fits = cols == panel;
            blocks[rows - 1](&one, 1, {r * whole.row, 0, whole.row, whole.step, panel, k}, fits ? c + r * ldc + j : scratch, fits ? ldc : panel, false, lanes);
            for (std::size_t q = 0; !fits && q < rows; ++q) std::memcpy(c + (r + q) * ldc + j, scratch + q * panel, cols * sizeof(float));
        }
}

// C (m, n) = the sum of all terms' op(A) B, each of inner extent k, C in registers from the first to the last.
inline bool has_whole_panels(std::size_t n) { return n % panel == 0 || n % panel >= lanes; }
ELBO_OUTLINE inline void sum_of_terms(const term* terms, std::size_t count, std::size_t m, std::size_t n, std::size_t k, std::size_t row, std::size_t step, std::size_t ldb,
                         float* c, std::size_t ldc, bool add) {
    const std::size_t parts = (m + most_rows - 1) / most_rows;
    for (std::size_t j = 0; j < n; j += panel)
        for (std::size_t i = 0; i < parts; ++i) {
            const std::size_t r = i * m / parts, rows = (i + 1) * m / parts - r, second = n - j < panel ? n - j - lanes : lanes;
            blocks[rows - 1](terms, count, {r * row, j, row, step, ldb, k}, c + r * ldc + j, ldc, add, second);
        }
}

// Whether a b' of few rows or columns is dot products along the inner extent.
inline bool is_of_dots(std::size_t m, std::size_t n, std::size_t k) { return (m < 8 || n < 8) && k >= lanes; }

// C (m, n) = op(A) op(B), op a transpose or not; C += ... with `add`.
inline void multiply(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
                     const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    if (m == 0 || n == 0) return;
    const left A = ta ? left{a, 1, lda} : left{a, lda, 1};
    if (tb && !ta && is_of_dots(m, n, k)) rows_times_rows(m, n, k, a, lda, b, ldb, c, ldc, add);
    else if (tb) rows_times_transpose(m, n, k, A, b, ldb, c, ldc, add, scratch);
    else rows_times_matrix(m, n, k, A, b, ldb, c, ldc, add, scratch);
}

}  // namespace elbo::gemm
