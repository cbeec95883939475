// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/warp.hpp>

#include <bit>

namespace elbo {

namespace layers {

// log(2^k m) = k log 2 + 2 atanh((m - 1) / (m + 1)), m in [1/2, 1) x sqrt 2: the library's is no constant expression.
// One expression without a loop, for compilers count the steps of a constant.
constexpr double table_log(double x) {
    constexpr std::uint64_t least = std::uint64_t{0x3FE6A09E} << 32, one = std::uint64_t{0x3FF00000} << 32;
    const std::uint64_t     bits  = std::bit_cast<std::uint64_t>(x) + (one - least);
    const double            k     = static_cast<double>(static_cast<int>(bits >> 52) - 1023);
    const double            m     = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFF) + least);
    const double t = (m - 1) / (m + 1), s = t * t;
    return k * 0.6931471805599453 +
           2 * t * (1 + s * (1.0 / 3 + s * (1.0 / 5 + s * (1.0 / 7 + s * (1.0 / 9 + s * (1.0 / 11 + s * (1.0 / 13 +
           s * (1.0 / 15 + s * (1.0 / 17 + s * (1.0 / 19 + s / 21))))))))));
}

// The spline of N x N control points' moves v: f(p) = sum_i w_i U(|p - p_i|) + a + b p, U(r) = r^2 log r^2, with
// sum w_i = sum w_i p_i = 0 and f(p_i) = v_i: Bookstein (1989). Its coefficients (w, a, b) are `solution` v.
template <std::size_t N>
struct thin_plate {
    static constexpr std::size_t n = N * N, order = n + 3;

    static constexpr double control(std::size_t i) {
        return -1 + 2 * static_cast<double>(i) / static_cast<double>(N - 1);
    }
    static constexpr std::array<double, order> terms(double x, double y) {
        std::array<double, order> t{};
        for (std::size_t i = 0; i < n; ++i) {
            const double dx = x - control(i % N), dy = y - control(i / N), square = dx * dx + dy * dy;
            t[i] = square == 0 ? 0 : square * table_log(square);
        }
        t[n] = 1, t[n + 1] = x, t[n + 2] = y;
        return t;
    }
    static constexpr auto solution = [] {  // (n, order): by Gauss and Jordan; the system is symmetric
        std::array<std::array<double, order + n>, order> m{};
        for (std::size_t i = 0; i < n; ++i) {
            const auto t = terms(control(i % N), control(i / N));
            for (std::size_t j = 0; j < order; ++j) m[i][j] = t[j];
            for (std::size_t j = n; j < order; ++j) m[j][i] = t[j];
            m[i][order + i] = 1;
        }
        for (std::size_t c = 0; c < order; ++c) {
            std::size_t pivot = c;
            for (std::size_t r = c; r < order; ++r)
                if (m[r][c] * m[r][c] > m[pivot][c] * m[pivot][c]) pivot = r;
            const auto row = m[pivot];
            m[pivot]       = m[c];
            for (std::size_t j = 0; j < order + n; ++j) m[c][j] = row[j] / row[c];
            for (std::size_t r = 0; r < order; ++r)
                if (const double f = m[r][c]; r != c && f != 0)
                    for (std::size_t j = 0; j < order + n; ++j) m[r][j] -= f * m[c][j];
        }
        std::array<double, n * order> result{};
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < order; ++j) result[i * order + j] = m[j][order + i];
        return result;
    }();

    // The terms of one row of pixels. A constant: at run time a compiler may fuse a product and a sum, and then no two
    // record the same tape; and one for each row, for compilers limit the steps of a constant.
    template <std::size_t Row, std::size_t H, std::size_t W>
    static constexpr auto row_terms = [] {
        std::array<std::array<double, order>, W> row{};
        constexpr double w = W > 1 ? half(W) : 1, h = H > 1 ? half(H) : 1;
        for (std::size_t c = 0; c < W; ++c) row[c] = terms(from_the_middle(c, W) / w, from_the_middle(Row, H) / h);
        return row;
    }();
    template <std::size_t H, std::size_t W>
    static constexpr auto pixel_terms() {  // (order, H W)
        std::array<double, order * H * W> grid{};
        const auto place = [&](std::size_t at, const auto& row) {
            for (std::size_t j = 0; j < order; ++j)
                for (std::size_t c = 0; c < W; ++c) grid[(j * H + at) * W + c] = row[c][j];
        };
        [&]<std::size_t... Row>(std::index_sequence<Row...>) { (place(Row, row_terms<Row, H, W>), ...); }(
            std::make_index_sequence<H>{});
        return grid;
    }
};

}  // namespace layers

// A thin-plate spline through N x N control points, row by row: the x of each, then the y of each.
template <std::size_t N = 3>
struct thin_plate_pose {
    static_assert(N > 1, "elbo: a thin-plate spline needs at least 2 x 2 control points");
    static constexpr std::size_t n = N * N, size = 2 * n;
    static constexpr auto identity() {
        std::array<double, size> pose{};
        for (std::size_t i = 0; i < n; ++i)
            pose[i] = layers::thin_plate<N>::control(i % N), pose[n + i] = layers::thin_plate<N>::control(i / N);
        return pose;
    }

    // Every place is its pixel's own and what the control points' moves add, so that the identity is exact.
    template <class Image, class Axis, int K>
    static constexpr auto places(value<shape<size>, Axis, K> pose) {
        constexpr std::size_t     H = image_of<Image>::height, W = image_of<Image>::width, P = H * W;
        std::array<double, 2 * P> own{};
        for (std::size_t p = 0; p < P; ++p) {
            own[p]     = static_cast<double>(p % W);
            own[P + p] = static_cast<double>(p / W);
        }
        std::array<double, size> pixels{};
        for (std::size_t i = 0; i < n; ++i) pixels[i] = layers::half(W), pixels[n + i] = layers::half(H);

        using plate      = layers::thin_plate<N>;
        const auto moves = (pose - verbs::table<shape<size>>(*pose.on, identity())) *
                           verbs::table<shape<size>>(*pose.on, pixels);
        const auto bends = layers::both_ways<n, plate::order>(moves, plate::solution);
        return layers::both_ways<plate::order, P>(bends, plate::template pixel_terms<H, W>()) +
               verbs::table<shape<2 * P>>(*pose.on, own);
    }

    // A bend has no inverse that is a spline. This is the spline through the inverse images of the control points c, which
    // p <- c - f(p) finds where the bend is mild (f, what the spline adds to a place, shrinks distances).
    template <class Image, class Axis, int K>
    static constexpr auto places_back(value<shape<size>, Axis, K> pose, double = 0) {
        const auto own   = verbs::table<shape<size>>(*pose.on, identity());
        const auto moves = pose - own;
        const auto bends = in_shape<shape<2, order>>(layers::both_ways<n, order>(moves, layers::thin_plate<N>::solution));
        auto       at    = own - moves;  // f(c) are the moves
        for (int turn = 0; turn < 6; ++turn) at = own - added(at, bends);
        return places<Image>(at);
    }

private:
    static constexpr std::size_t order = layers::thin_plate<N>::order;

    // f at n places that depend on the data.
    template <class Axis, int K, class Bends>
    static constexpr value<shape<size>, Axis, K> added(value<shape<size>, Axis, K> at, Bends bends) {
        std::array<double, n> x{}, y{};
        for (std::size_t i = 0; i < n; ++i) x[i] = identity()[i], y[i] = identity()[n + i];
        const auto px = as_rows(slice<0, n>(at)), py = as_rows(slice<n, n>(at));
        const auto square_of = square(px - verbs::table<shape<n>>(*at.on, x)) + square(py - verbs::table<shape<n>>(*at.on, y));
        const auto terms     = join_columns(square_of * log(square_of + 1e-30), 0.0 * px + 1.0, px, py);  // (n, order)
        return in_shape<shape<size>>(transposed(matmul(as_matrix<n>(terms), transposed(bends))));
    }
};

}  // namespace elbo
