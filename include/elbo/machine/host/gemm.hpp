// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/block.hpp>
#include <elbo/machine/host/ramp.hpp>
#include <elbo/machine/host/transpose.hpp>

// The built-in matrix product: needs nothing, allocates nothing, and its bits depend on nothing but its arguments.
//
// Rows of C are cut into even blocks of at most `most_rows`, columns into panels of two vectors. Row-major operands are read
// where they lie. For a b' each panel is transposed into scratch on its way; with few rows of a or of b that does not pay, and
// dot products go along the inner extent, where both operands are contiguous.

ELBO_COMPILED_ONCE

namespace elbo::gemm {

// op(A) is (m, k): element (i, p) at a[i * row + p * step].
struct left {
    const float* a;
    std::size_t  row, step;
};

// Rows of b that are a power of two apart fall into the same few places of a cache. Where they are very many, or read by many
// blocks, each panel is first copied to where its rows are neighbours.
inline constexpr std::size_t most_copied = 1024;  // rows

inline std::size_t scratch_floats(std::size_t k) { return (k + most_rows) * panel; }
inline bool        wants_copies(std::size_t m, std::size_t n, std::size_t k, std::size_t ldb) {
    const bool often = m > 10 * most_rows && k >= 256, many = m > 2 * most_rows && k >= 1024;
    return (often || many) && ldb % 512 == 0 && n % panel == 0;
}
inline void copy_panel(const float* b, std::size_t ldb, std::size_t k, float* to) {
    for (std::size_t q = 0; q < k; ++q) {
        __builtin_prefetch(b + (q + 16) * ldb);
        __builtin_prefetch(b + (q + 16) * ldb + lanes);
        std::memcpy(to + q * panel, b + q * ldb, panel * sizeof(float));
    }
}

ELBO_OUTLINE inline void rows_times_copies(std::size_t m, std::size_t n, std::size_t k, left A, const float* b, std::size_t ldb, float* c,
                              std::size_t ldc, bool add, float* scratch) {
    for (std::size_t j = 0; j < n; j += panel)
        for (std::size_t p = 0; p < k; p += most_copied) {
            const std::size_t inner = k - p < most_copied ? k - p : most_copied;
            copy_panel(b + p * ldb + j, ldb, inner, scratch);
            const term one{A.a + p * A.step, scratch};
            panel_of_blocks(&one, 1, m, panel, {0, 0, A.row, A.step, panel, inner}, c + j, ldc, add || p > 0, nullptr);
        }
}

// Columns of the next panel, where so many are left: of a C that has a vector's at least, no panel has fewer.
inline std::size_t columns_of_panel(std::size_t left) { return left <= panel ? left : left < panel + lanes ? left - lanes : panel; }

// C (m, n) = the sum of all terms' op(A) B, or C += that; op(A) as in `left`, B (k, n) row-major.
ELBO_OUTLINE inline void sum_of_terms(const term* terms, std::size_t count, std::size_t m, std::size_t n, std::size_t k, std::size_t row, std::size_t step, std::size_t ldb,
                         float* c, std::size_t ldc, bool add, float* scratch) {
    for (std::size_t j = 0, cols; n >= lanes && j < n; j += cols) {
        cols = columns_of_panel(n - j);
        const ahead next = j + cols < n ? ahead{static_cast<std::ptrdiff_t>(cols + lanes - 1), ldb} : ahead{};
        panel_of_blocks(terms, count, m, cols, {0, j, row, step, ldb, k, next}, c + j, ldc, add, nullptr);
    }
    if (n >= lanes || n == 0) return;
    std::memset(scratch, 0, k * lanes * sizeof(float));  // beside the few columns there are
    for (std::size_t t = 0; t < count; ++t) {
        for (std::size_t p = 0; p < k; ++p) copy_few(scratch + p * lanes, terms[t].b + p * ldb, n);
        const term one{terms[t].a, scratch};
        panel_of_blocks(&one, 1, m, n, {0, 0, row, step, lanes, k}, c, ldc, add || t > 0, scratch + k * lanes);
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
    if (wants_copies(m, n, k, ldb)) return rows_times_copies(m, n, k, A, b, ldb, c, ldc, add, scratch);
    // A very long inner extent in parts: else all of b goes by for each panel (32, 200, 16384: 145 GFLOP/s instead of 200).
    constexpr std::size_t longest = 4096, together = longest / 2;
    for (; k > longest && m > most_streamed; k -= together, A.a += together * A.step, b += together * ldb, add = true)
        rows_times_matrix(m, n, together, A, b, ldb, c, ldc, add, scratch);
    std::size_t j = 0;
    for (; m <= most_streamed && j + streamed * lanes <= n; j += streamed * lanes) (m == 1 ? stream<1> : stream<2>)(k, A, b + j, ldb, c + j, ldc, add);
    const term one{A.a, b + j};
    sum_of_terms(&one, 1, m, n - j, k, A.row, A.step, ldb, c + j, ldc, add, scratch);
}

// Of `u` and `v`, in which a number belongs to every Step-th vector, half as many, which belong to every second Step-th.
template <std::size_t Step, std::size_t... L>
vec add_neighbours(vec u, vec v, std::index_sequence<L...>) {
    constexpr auto from = [](std::size_t lane, std::size_t odd) { return static_cast<int>((2 * (lane / (2 * Step)) + odd) * Step + lane % Step + (lane / Step % 2) * lanes); };
    return __builtin_shufflevector(u, v, from(L, 0)...) + __builtin_shufflevector(u, v, from(L, 1)...);
}
// The sums of vectors' lanes, in the first lanes of one: each in the same order, however many vectors there are.
template <std::size_t Count, std::size_t Step = 1>
vec lane_sums(const vec* v) {
    if constexpr (Step == lanes) return v[0];
    else {
        constexpr std::size_t left = (Count + 1) / 2;
        vec                   sums[left];
        for (std::size_t i = 0; i < left; ++i) sums[i] = add_neighbours<Step>(v[2 * i], v[Count == 1 ? 0 : 2 * i + 1], std::make_index_sequence<lanes>{});
        return lane_sums<left, 2 * Step>(sums);
    }
}

// 1 in the last `count` lanes, else 0.
inline vec last_lanes(std::size_t count) {
    return load(ramp<lanes>.data() + count);
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
        vec       x[Rows];
        for (std::size_t i = 0; i < Rows; ++i) x[i] = load(a + i * lda + k - lanes) * keep;
        for (std::size_t j = 0; j < Cols; ++j) {
            const vec y = load(b + j * ldb + k - lanes);
            for (std::size_t i = 0; i < Rows; ++i) acc[i][j] += x[i] * y;
        }
        p = k;
    }
    static_assert(Rows * Cols <= lanes);
    float sums[lanes];
    store(sums, lane_sums<Rows * Cols>(acc[0]));
    for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t j = 0; j < Cols; ++j) {
            float s = sums[i * Cols + j];
            for (std::size_t q = p; q < k; ++q) s += a[i * lda + q] * b[j * ldb + q];
            c[i * ldc + j] = add ? c[i * ldc + j] + s : s;
        }
}
inline constexpr std::size_t dot_cols = 4, dot_rows = lanes / dot_cols;

ELBO_OUTLINE inline void rows_times_rows(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda, const float* b,
                            std::size_t ldb, float* c, std::size_t ldc, bool add) {
    std::size_t j = 0;
    for (; j + dot_cols <= n; j += dot_cols) {
        std::size_t i = 0;
        for (; i + dot_rows <= m; i += dot_rows)
            dot_block<dot_rows, dot_cols>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
        for (; i < m; ++i) dot_block<1, dot_cols>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
    }
    for (; j < n; ++j) {
        std::size_t i = 0;
        for (; i + dot_rows <= m; i += dot_rows) dot_block<dot_rows, 1>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
        for (; i < m; ++i) dot_block<1, 1>(a + i * lda, lda, b + j * ldb, ldb, c + i * ldc + j, ldc, k, add);
    }
}

// At most a panel of b's rows; those that are missing become zeros.
inline void transpose_panel(const float* b, std::size_t ldb, std::size_t rows, std::size_t k, float* to) {
    if (rows < panel) std::memset(to, 0, k * panel * sizeof(float));
    transpose(b, ldb, rows, k, to, panel);
}
ELBO_OUTLINE inline void rows_times_transpose(std::size_t m, std::size_t n, std::size_t k, left A, const float* b, std::size_t ldb,
                                 float* c, std::size_t ldc, bool add, float* scratch) {
    const term one{A.a, scratch};
    for (std::size_t j = 0, cols; j < n; j += cols, b += cols * ldb) {
        cols = columns_of_panel(n - j);
        transpose_panel(b, ldb, cols, k, scratch);
        const ahead next = j + cols < n ? ahead{b + cols * ldb - scratch, panel} : ahead{};  // rows of it are as many floats as columns
        panel_of_blocks(&one, 1, m, cols, {0, 0, A.row, A.step, panel, k, next}, c + j, ldc, add, scratch + k * panel);
    }
}

// C (m, n) = sum of A' B over several terms: A is (k, m), B (k, n). Panels of all B's are copied where one product would want it,
// of as many terms at a time as fit. `spare` has room for them.
ELBO_OUTLINE inline void sum_of_copies(const term* terms, std::size_t terms_count, term* spare, std::size_t m, std::size_t n, std::size_t k,
                          std::size_t lda, std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    const std::size_t together = most_copied / k;
    for (std::size_t j = 0; j < n; j += panel)
        for (std::size_t t = 0; t < terms_count; t += together) {
            const std::size_t some = terms_count - t < together ? terms_count - t : together;
            for (std::size_t u = 0; u < some; ++u) {
                spare[u] = {terms[t + u].a, scratch + u * k * panel};
                copy_panel(terms[t + u].b + j, ldb, k, scratch + u * k * panel);
            }
            panel_of_blocks(spare, some, m, panel, {0, 0, 1, lda, panel, k}, c + j, ldc, add || t > 0, nullptr);
        }
}
ELBO_OUTLINE inline void sum_of_products(const term* terms, std::size_t count, term* spare, std::size_t m, std::size_t n, std::size_t k, std::size_t lda,
                            std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    if (k <= most_copied && wants_copies(m, n, k * count, ldb)) return sum_of_copies(terms, count, spare, m, n, k, lda, ldb, c, ldc, add, scratch);
    sum_of_terms(terms, count, m, n, k, 1, lda, ldb, c, ldc, add, scratch);
}

// ---- a right operand that is read again and again: panel by panel, each contiguous, the last filled up with zeros ----

inline std::size_t packed_floats(std::size_t k, std::size_t n) { return (n + panel - 1) / panel * panel * k; }

// Panels [first, last) of op(b), which is (k, n).
ELBO_OUTLINE inline void pack(bool tb, std::size_t k, std::size_t n, const float* b, float* to, std::size_t first, std::size_t last) {
    if (tb) {
        for (std::size_t j = first; j < last; ++j) transpose_panel(b + j * panel * k, k, n - j * panel < panel ? n - j * panel : panel, k, to + j * panel * k);
        return;
    }
    for (std::size_t j = first; j < last; ++j) {
        const std::size_t cols = n - j * panel < panel ? n - j * panel : panel;
        const float*      from = b + j * panel;
        float*            at   = to + j * panel * k;
        for (std::size_t p = 0; p < k; ++p, from += n, at += panel) {
            __builtin_prefetch(from + 16 * n);
            __builtin_prefetch(from + 16 * n + lanes);
            if (cols == panel) std::memcpy(at, from, panel * sizeof(float));
            else std::memcpy(at, from, cols * sizeof(float)), std::memset(at + cols, 0, (panel - cols) * sizeof(float));
        }
    }
}
ELBO_OUTLINE inline void rows_times_packed(std::size_t m, std::size_t n, std::size_t k, left A, const float* packed, float* c,
                              std::size_t ldc, float* scratch) {
    const term one{A.a, packed};
    for (std::size_t j = 0; j < n; j += panel) {
        const std::size_t cols = n - j < panel ? n - j : panel;
        const ahead       next = j + panel < n ? ahead{static_cast<std::ptrdiff_t>(k * panel), panel} : ahead{};
        panel_of_blocks(&one, 1, m, cols, {0, j * k, A.row, A.step, panel, k, next}, c + j, ldc, false, scratch);
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
