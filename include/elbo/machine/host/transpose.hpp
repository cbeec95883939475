// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/block.hpp>

#include <type_traits>
#include <utility>

ELBO_COMPILED_ONCE

namespace elbo::gemm {

typedef float quad __attribute__((vector_size(16), aligned(alignof(float)), may_alias));

inline quad quad_at(const float* p) { return *reinterpret_cast<const quad*>(p); }

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

}  // namespace elbo::gemm
