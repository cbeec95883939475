// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/shape.hpp>
#include <elbo/tape/tape.hpp>

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

}  // namespace verbs

using verbs::value;

// Those with explicit template arguments are named here too; none is a name of C's or POSIX's.
using verbs::as_columns, verbs::as_matrix, verbs::fold, verbs::repeat, verbs::spread;

}  // namespace elbo
