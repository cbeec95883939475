// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/value.hpp>

// Verbs on the columns of values: parts of them, others beside them, images and vectors.

ELBO_COMPILED_ONCE

namespace elbo {

namespace verbs {

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
// What the turns of a loop have left, beside each other.
template <class S, class A, int K, std::size_t N>
constexpr value<shape<N * S::size>, A, K> join_columns(std::array<value<S, A, K>, N> parts) {
    for (std::size_t step = 1; step < N; step *= 2)
        for (std::size_t i = 0; i + step < N; i += 2 * step) parts[i].id = parts[i].on->concat(parts[i].id, parts[i + step].id);
    return {parts[0].on, parts[0].id};
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
// The image at the places (x of every result pixel, then y of every one), between pixels bilinearly, eq. 5 of Jaderberg et
// al. (2015), and zero outside. Differentiable in the image, eq. 6, and in the places, eq. 7.
template <class To, std::size_t C, std::size_t H, std::size_t W, class A, int K, class Places>
constexpr auto interpolate(value<shape<C, H, W>, A, K> image, Places places) {
    using J = joint<value<scalar, A, K>, value<scalar, typename Places::axis, Places::k>>;
    using I = image_of<To>;
    static_assert(I::channels == C && Places::shape::size == 2 * I::height * I::width,
                  "elbo: a warped image needs two numbers for each of its pixels and keeps its channels");
    using Y = value<shape<C, I::height, I::width>, typename J::axis, J::k>;
    if constexpr (!rows_go_together<value<scalar, A, K>, Places>()) return recovered<Y>(image.on);
    else {
        const auto n = [](std::size_t extent) { return static_cast<std::int32_t>(extent); };
        tape&      t = *image.on;
        return Y{&t, t.between(verb::interpolate, image.id, places.id, t.geometry({n(C), n(H), n(W), n(C), n(I::height), n(I::width)}))};
    }
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

}  // namespace verbs

using verbs::as_image, verbs::column, verbs::gather, verbs::in_shape, verbs::interpolate, verbs::scatter, verbs::slice, verbs::unflat;

}  // namespace elbo
