// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/columns.hpp>
#include <elbo/tape/differentiate.hpp>

// Products, triangles, and the gradient as a value.

namespace elbo {

namespace verbs {

// ---- linear algebra ----
// x (rows, in) w (in, out): w is `in` rows of shape<out>.
template <class S, class A, int K, class Out, int In>
constexpr value<Out, A, K> product(value<S, A, K> x, value<Out, once, In> w) {
    static_assert(static_cast<int>(S::size) == In, "elbo: a product's inner sizes differ");
    return {x.on, x.on->product(x.id, w.id, false, false)};
}
template <class S>
struct matrix_or_dot {
    static constexpr std::size_t rows = 1, columns = 1;
};
template <std::size_t M, std::size_t N>
struct matrix_or_dot<shape<M, N>> {
    static constexpr std::size_t rows = M, columns = N;
};
// Each row's matrices: a (m, k), b (k, n). A transposed() operand is read as it lies, not moved.
template <class V, class W>
constexpr auto matmul(V a, W b) {
    constexpr std::size_t m = matrix_or_dot<typename V::shape>::rows, k = matrix_or_dot<typename V::shape>::columns;
    constexpr std::size_t l = matrix_or_dot<typename W::shape>::rows, n = matrix_or_dot<typename W::shape>::columns;
    constexpr bool matrices = V::shape::rank == 2 && W::shape::rank == 2;
    static_assert(matrices, "elbo: matmul multiplies values of shape<rows, columns>");
    static_assert(!matrices || k == l, "elbo: a matrix product's inner sizes differ");
    using J = joint<value<scalar, typename V::axis, V::k>, value<scalar, typename W::axis, W::k>>;
    tape&      t  = *a.on;
    const auto is = [&](node_id x, std::size_t rows, std::size_t cols) {  // the transpose of a (cols, rows) matrix
        return t[x].what == verb::transpose && t[x].i == static_cast<int>(cols) && t[x].j == static_cast<int>(rows);
    };
    const bool    ta = is(a.id, m, k), tb = is(b.id, k, n);
    const node_id x = ta ? t[a.id].a : a.id, y = tb ? t[b.id].a : b.id;
    using Y = value<shape<m, n>, typename J::axis, J::k>;
    if constexpr (rows_go_together<V, W>())
        return Y{&t, t.batched(x, y, ta, tb, static_cast<int>(m), static_cast<int>(n))};
    else return recovered<Y>(&t);
}
template <std::size_t M, std::size_t N, class A, int K>
constexpr value<shape<N, M>, A, K> transposed(value<shape<M, N>, A, K> x) {
    return {x.on, x.on->transpose(x.id, static_cast<int>(M), static_cast<int>(N))};
}
// L^-1 b of each row, L lower triangular.
template <std::size_t N, std::size_t C, class A, int K, class B, int L>
constexpr auto solve_lower(value<shape<N, N>, A, K> lower, value<shape<N, C>, B, L> b) {
    using J = joint<value<scalar, A, K>, value<scalar, B, L>>;
    using Y = value<shape<N, C>, typename J::axis, J::k>;
    if constexpr (rows_go_together<value<scalar, A, K>, value<scalar, B, L>>())
        return Y{b.on, b.on->solve(lower.id, b.id, false, static_cast<int>(N), static_cast<int>(C))};
    else return recovered<Y>(b.on);
}
template <std::size_t N, class A, int K>
constexpr value<shape<N, N>, A, K> cholesky(value<shape<N, N>, A, K> x) {
    return {x.on, x.on->cholesky(x.id, static_cast<int>(N))};
}

// d (cotangent . y) / dx, itself a value: a penalty on it can be differentiated again.
template <a_value Y, a_value C, a_value X>
constexpr X gradient(Y y, C cotangent, X x) {
    tape&         t  = *y.on;
    auto          g  = differentiate(t, y.id, cotangent.id, [&](node_id id) { return id == x.id; });
    const node_id at = g[static_cast<std::size_t>(x.id)];
    if (at < 0) throw recording_error("elbo: a gradient was asked for of a value that does not depend on it");
    return {&t, t.spread_to(X::of, at)};
}

}  // namespace verbs

}  // namespace elbo
