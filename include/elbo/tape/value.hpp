// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/shape.hpp>
#include <elbo/tape/differentiate.hpp>

// The typed face of the tape: what layers, distributions and objectives see. A value knows its shape, its batch axis
// and its multiplicity; arithmetic on values records verbs. The functions are found through their arguments, so that
// exp(x) or select-like names never meet C's under `using namespace elbo`.

namespace elbo {

struct once {  // one row: not batched
    static constexpr int axis = 0;
};
// A rule asserts in a function, never in a class, and is always true: what is rejected stays whole, and nothing but the
// rule complains.
template <int N>
constexpr bool batch_axes_are_numbered_1_to_3() {
    static_assert(N > 0 && N < 4, "elbo: batch axes are numbered 1 to 3");
    return true;
}
template <int N>
struct batch {  // rows = multiplicity x the replay's count of axis N
    static constexpr int axis = batch_axes_are_numbered_1_to_3<N>() && N > 0 && N < 4 ? N : 1;
};

namespace verbs {

template <class Shape, class Axis = batch<1>, int K = 1>
struct value {
    using shape                = Shape;
    using axis                 = Axis;
    static constexpr int k     = K;
    static constexpr int cols  = static_cast<int>(Shape::size);
    static constexpr extent of = {Axis::axis, K, cols};

    tape*   on = nullptr;
    node_id id = -1;
};

template <class V>
inline constexpr bool is_value = false;
template <class S, class A, int K>
inline constexpr bool is_value<value<S, A, K>> = true;

template <class V>
concept a_value = is_value<V>;

// Some value of V's extents, after a rejection.
template <a_value V>
constexpr V recovered(tape* on) {
    return {on, on->spread_to(V::of, on->constant(0))};
}

// ---- what a mixture of two values is: see tape::broadcast ----
template <class A, class B>
struct joint_ {
    using axis             = std::conditional_t<A::axis::axis != 0, typename A::axis, typename B::axis>;
    using shape            = std::conditional_t<(A::cols >= B::cols), typename A::shape, typename B::shape>;
    static constexpr int k = A::k > B::k ? A::k : B::k, less = A::k > B::k ? B::k : A::k;
    using type             = value<shape, axis, k>;

    static constexpr int a = A::axis::axis, b = B::axis::axis;

    static constexpr bool one_batch = a == 0 || b == 0 || a == b;
    static constexpr bool no_matrix = (a != 0 || b == 0 || A::k == 1) && (b != 0 || a == 0 || B::k == 1);
    static constexpr bool multiples = k % less == 0;
    static constexpr bool alike     = std::is_same_v<typename A::shape, typename B::shape> || A::cols == 1 || B::cols == 1;
};
template <class A, class B>
using joint = typename joint_<A, B>::type;

template <class A, class B>
constexpr bool rows_go_together() {
    using J = joint_<A, B>;
    static_assert(J::one_batch, "elbo: values of two batch axes do not mix");
    static_assert(!J::one_batch || J::no_matrix, "elbo: a matrix does not broadcast over a batch");
    static_assert(!J::one_batch || !J::no_matrix || J::multiples, "elbo: multiplicities do not divide one another");
    return J::one_batch && J::no_matrix && J::multiples;
}

// ---- arithmetic ----
template <class F, a_value V>
constexpr V map(F f, V x) {
    return {x.on, x.on->map(f, x.id)};
}
template <class F, a_value A, a_value B>
constexpr joint<A, B> zip(F f, A a, B b) {
    using J = joint_<A, B>;
    static_assert(J::one_batch, "elbo: values of two batch axes do not mix");
    static_assert(J::alike, "elbo: the shapes of an elementwise operation differ");
    static_assert(J::no_matrix, "elbo: a matrix does not broadcast over a batch");
    static_assert(J::multiples, "elbo: multiplicities do not divide one another");
    if constexpr (J::one_batch && J::alike && J::no_matrix && J::multiples) return {a.on, a.on->zip(f, a.id, b.id)};
    else return recovered<joint<A, B>>(a.on);
}

template <a_value A, a_value B>
constexpr auto operator+(A a, B b) {
    return zip(formulas::plus{}, a, b);
}
template <a_value A, a_value B>
constexpr auto operator-(A a, B b) {
    return zip(formulas::minus{}, a, b);
}
template <a_value A, a_value B>
constexpr auto operator*(A a, B b) {
    return zip(formulas::times{}, a, b);
}
template <a_value A, a_value B>
constexpr auto operator/(A a, B b) {
    return zip(formulas::divided{}, a, b);
}
template <a_value V>
constexpr V operator+(V x, double c) {
    return map(formulas::affine{1, c}, x);
}
template <a_value V>
constexpr V operator+(double c, V x) {
    return map(formulas::affine{1, c}, x);
}
template <a_value V>
constexpr V operator-(V x, double c) {
    return map(formulas::affine{1, -c}, x);
}
template <a_value V>
constexpr V operator-(double c, V x) {
    return map(formulas::affine{-1, c}, x);
}
template <a_value V>
constexpr V operator-(V x) {
    return map(formulas::affine{-1, 0}, x);
}
template <a_value V>
constexpr V operator*(V x, double c) {
    return map(formulas::affine{c, 0}, x);
}
template <a_value V>
constexpr V operator*(double c, V x) {
    return map(formulas::affine{c, 0}, x);
}
template <a_value V>
constexpr V operator/(V x, double c) {
    return map(formulas::affine{1 / c, 0}, x);
}
template <a_value V>
constexpr V operator/(double c, V x) {
    return map(formulas::over{c}, x);
}

template <a_value V>
constexpr V exp(V x) {
    return map(formulas::exponential{}, x);
}
template <a_value V>
constexpr V log(V x) {
    return map(formulas::logarithm{}, x);
}
template <a_value V>
constexpr V sqrt(V x) {
    return map(formulas::root{}, x);
}
template <a_value V>
constexpr V square(V x) {
    return map(formulas::quadratic{1, 0}, x);
}
template <a_value V>
constexpr V abs(V x) {
    return map(formulas::magnitude{}, x);
}
template <a_value V>
constexpr V tanh(V x) {
    return map(formulas::hyperbolic_tangent{}, x);
}
template <a_value V>
constexpr V sigmoid(V x) {
    return map(formulas::sigmoid{}, x);
}
template <a_value V>
constexpr V softplus(V x) {
    return map(formulas::softplus{}, x);
}
template <a_value V>
constexpr V relu(V x) {
    return map(formulas::relu{}, x);
}
template <a_value V>
constexpr V sin(V x) {
    return map(formulas::sine{1}, x);
}
template <a_value V>
constexpr V cos(V x) {
    return map(formulas::cosine{1}, x);
}
template <a_value V>
constexpr V floor(V x) {
    return map(formulas::floor_of{}, x);
}
template <a_value V>
constexpr V clamp(V x, double low, double high) {
    return map(formulas::clamp{low, high}, x);
}
template <a_value V>
constexpr V stop_gradient(V x) {
    return {x.on, x.on->view(V::of, x.id, true)};
}
// The larger of x and a number; its gradient is that of the larger.
template <a_value V>
constexpr V at_least(V x, double low) {
    return relu(x - low) + low;
}

// ---- sums and repetitions ----
template <class S, class A, int K>
constexpr value<scalar, A, K> sum(value<S, A, K> x) {  // of each row
    return {x.on, x.on->sum_to({A::axis, K, 1}, x.id)};
}
template <class S, class A, int K>
constexpr value<S, once, 1> total(value<S, A, K> x) {  // of all rows
    return {x.on, x.on->sum_to({0, 1, value<S, A, K>::cols}, x.id)};
}
// The replayed count, so that the last, smaller batch needs no new tape.
template <class S, class A, int K>
constexpr value<S, once, 1> mean(value<S, A, K> x) {
    auto all = total(x);
    if constexpr (A::axis == 0) return all * (1.0 / K);
    else {
        const node_id n = x.on->map(formulas::over{1.0 / K}, x.on->shared_leaf(verb::count, {}, A::axis));
        return {x.on, x.on->multiply(all.id, n)};
    }
}
template <int K, int Times>
inline constexpr int parts = K < Times ? 1 : K / Times;
template <int Times, class S, class A, int K>
constexpr value<S, A, K * Times> repeat(value<S, A, K> x) {
    return {x.on, x.on->spread_to({A::axis, K * Times, value<S, A, K>::cols}, x.id)};
}
template <int Times, class S, class A, int K>
constexpr value<S, A, parts<K, Times>> fold(value<S, A, K> x) {
    static_assert(K % Times == 0, "elbo: fold must divide the multiplicity");
    return {x.on, x.on->sum_to({A::axis, parts<K, Times>, value<S, A, K>::cols}, x.id)};
}
// x, the same along whatever V has more of: the rows of a batch, samples, columns.
template <class V, a_value X>
constexpr V spread(X x) {
    static_assert(std::is_same_v<joint<V, X>, V> && joint_<V, X>::one_batch && joint_<V, X>::no_matrix &&
                      joint_<V, X>::multiples && joint_<V, X>::alike,
                  "elbo: a value spreads over more rows and columns, never over fewer");
    return {x.on, x.on->spread_to(V::of, x.id)};
}
// K rows of a number each become one row of K numbers, and back.
template <int Times, class A, int K>
constexpr value<shape<Times>, A, parts<K, Times>> as_columns(value<scalar, A, K> x) {
    static_assert(K % Times == 0, "elbo: as_columns must divide the multiplicity");
    return {x.on, x.on->view({A::axis, parts<K, Times>, Times}, x.id)};
}
template <std::size_t N, class A, int K>
constexpr value<scalar, A, K * static_cast<int>(N)> as_rows(value<shape<N>, A, K> x) {
    return {x.on, x.on->view({A::axis, K * static_cast<int>(N), 1}, x.id)};
}

// A matrix of M rows becomes M rows of their own, and back.
template <std::size_t M, std::size_t N, class A, int K>
constexpr value<shape<N>, A, K * static_cast<int>(M)> as_rows(value<shape<M, N>, A, K> x) {
    return {x.on, x.on->view({A::axis, K * static_cast<int>(M), static_cast<int>(N)}, x.id)};
}
template <std::size_t M, std::size_t N, class A, int K>
constexpr value<shape<M, N>, A, parts<K, static_cast<int>(M)>> as_matrix(value<shape<N>, A, K> rows) {
    static_assert(K % static_cast<int>(M) == 0, "elbo: the rows of a matrix must divide the multiplicity");
    return {rows.on, rows.on->view({A::axis, parts<K, static_cast<int>(M)>, static_cast<int>(M * N)}, rows.id)};
}

// ---- constants ----
// A row of numbers, or a matrix of `Rows` rows for product(). The same table twice is one.
template <class Shape, int Rows = 1, std::size_t N>
constexpr value<Shape, once, Rows> table(tape& t, const std::array<double, N>& numbers) {
    using V = value<Shape, once, Rows>;
    static_assert(Shape::size * Rows == N, "elbo: a table has as many numbers as its shape");
    for (node_id id : t.leaves) {
        if (t[id].what != verb::table || t[id].e != V::of) continue;
        bool same = true;
        for (std::size_t i = 0, at = static_cast<std::size_t>(t[id].i); i < N && same; ++i)
            same = t.constants[at + i] == numbers[i];
        if (same) return {&t, id};
    }
    const auto at = static_cast<std::int32_t>(t.constants.size());
    t.constants.insert(t.constants.end(), numbers.begin(), numbers.end());
    t.leaves.push_back(t.leaf(verb::table, V::of, at));
    return {&t, t.leaves.back()};
}

// ---- columns ----
template <class To, class S, class A, int K>
constexpr value<To, A, K> in_shape(value<S, A, K> x) {  // the same numbers in the same order
    static_assert(To::size == S::size, "elbo: a value keeps its size in another shape");
    return {x.on, x.on->view({A::axis, K, static_cast<int>(To::size)}, x.id)};
}
template <std::size_t First, std::size_t N, class S, class A, int K>
constexpr value<shape<N>, A, K> slice(value<S, A, K> x) {
    static_assert(First + N <= S::size, "elbo: a slice must lie inside its value");
    if constexpr (First + N > S::size) return recovered<value<shape<N>, A, K>>(x.on);
    else if constexpr (First == 0 && N == S::size) return in_shape<shape<N>>(x);
    else return {x.on, x.on->slice(x.id, static_cast<int>(First), static_cast<int>(N))};
}
// The same, where a loop says which.
template <std::size_t N, class S, class A, int K>
constexpr value<shape<N>, A, K> slice(value<S, A, K> x, std::size_t first) {
    if (first + N > S::size) throw recording_error("elbo: a slice must lie inside its value");
    return {x.on, x.on->slice(x.id, static_cast<int>(first), static_cast<int>(N))};
}
template <std::size_t I, class S, class A, int K>
constexpr value<scalar, A, K> column(value<S, A, K> x) {
    return in_shape<scalar>(slice<I, 1>(x));
}
template <class V, class W>
constexpr auto join_columns(V a, W b) {
    using J = joint<value<scalar, typename V::axis, V::k>, value<scalar, typename W::axis, W::k>>;
    using Y = value<shape<V::shape::size + W::shape::size>, typename J::axis, J::k>;
    if constexpr (rows_go_together<V, W>()) return Y{a.on, a.on->concat(a.id, b.id)};
    else return recovered<Y>(a.on);
}
template <class V, class W, class... Rest>
    requires(sizeof...(Rest) > 0)
constexpr auto join_columns(V a, W b, Rest... rest) {
    return join_columns(join_columns(a, b), rest...);
}
template <class S, class A, int K>
constexpr value<scalar, A, K> logsumexp(value<S, A, K> x) {
    return {x.on, x.on->logsumexp(x.id)};
}
template <a_value V>
constexpr V log_softmax(V x) {
    return x - logsumexp(x);
}
template <a_value V>
constexpr V softmax(V x) {
    return exp(log_softmax(x));
}
// y[j] = x[indices[j]], in blocks of Width columns.
template <std::size_t Width = 1, class V, class I>
constexpr auto gather(V x, I indices) {
    using J = joint<value<scalar, typename V::axis, V::k>, value<scalar, typename I::axis, I::k>>;
    using Y = value<shape<I::shape::size * Width>, typename J::axis, J::k>;
    if constexpr (rows_go_together<V, I>()) return Y{x.on, x.on->gather(x.id, indices.id, static_cast<int>(Width))};
    else return recovered<Y>(x.on);
}
template <std::size_t Columns, std::size_t Width = 1, class V, class I>
constexpr auto scatter(V x, I indices) {
    using J = joint<value<scalar, typename V::axis, V::k>, value<scalar, typename I::axis, I::k>>;
    using Y = value<shape<Columns>, typename J::axis, J::k>;
    if constexpr (rows_go_together<V, I>())
        return Y{x.on, x.on->scatter(x.id, indices.id, static_cast<int>(Width), static_cast<int>(Columns))};
    else return recovered<Y>(x.on);
}

// ---- images: height x width x channels in memory ----
template <std::size_t C, std::size_t H, std::size_t W, class A, int K>
constexpr value<shape<C>, A, K * static_cast<int>(H * W)> as_pixels(value<shape<C, H, W>, A, K> x) {
    return {x.on, x.on->view({A::axis, K * static_cast<int>(H * W), static_cast<int>(C)}, x.id)};
}
template <std::size_t H, std::size_t W, std::size_t C, class A, int K>
constexpr value<shape<C, H, W>, A, parts<K, static_cast<int>(H * W)>> as_image(value<shape<C>, A, K> pixels) {
    constexpr int area = static_cast<int>(H * W);
    static_assert(K % area == 0, "elbo: an image's pixels must divide the multiplicity");
    return {pixels.on, pixels.on->view({A::axis, parts<K, area>, static_cast<int>(C) * area}, pixels.id)};
}
// Into and out of channels x height x width, PyTorch's order of a flattened image.
template <class S, class A, int K>
constexpr value<shape<S::size>, A, K> flat(value<S, A, K> x) {
    if constexpr (is_image<S>) {
        using I        = image_of<S>;
        const node_id y = x.on->transpose(x.id, static_cast<int>(I::height * I::width), static_cast<int>(I::channels));
        return {x.on, y};
    } else return in_shape<shape<S::size>>(x);
}
template <class To, class A, int K, std::size_t N>
constexpr value<To, A, K> unflat(value<shape<N>, A, K> x) {
    static_assert(To::size == N, "elbo: a value keeps its size in another shape");
    if constexpr (is_image<To>) {
        using I        = image_of<To>;
        const node_id y = x.on->transpose(x.id, static_cast<int>(I::channels), static_cast<int>(I::height * I::width));
        return {x.on, y};
    } else return in_shape<To>(x);
}

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

using verbs::value;

// Those with explicit template arguments are named here too; none is a name of C's or POSIX's.
using verbs::as_columns, verbs::as_image, verbs::as_matrix, verbs::column, verbs::fold, verbs::gather, verbs::in_shape,
    verbs::repeat, verbs::scatter, verbs::slice, verbs::spread, verbs::unflat;

}  // namespace elbo
