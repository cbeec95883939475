// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/combine.hpp>

#include <bit>

// Spatial transformers, Jaderberg et al. (2015): an image is sampled where a pose says.
//
//     const auto upright = warp<affine_pose>(x, pose);                      // pose: six numbers, identity() leaves x
//
// A pose gives for every pixel of the result the place in the image that it comes from. Places are pixels from the
// first one's centre; poses are in units of half the image, from -1 to 1, as in the paper.

namespace elbo {

// The image at the places (x of every result pixel, then y of every one), between pixels bilinearly, eq. 5, and zero
// outside. Differentiable in the image, eq. 6, and in the places, eq. 7.
template <class To, std::size_t C, std::size_t H, std::size_t W, class Axis, int K, class Places>
constexpr auto sample_bilinear(value<shape<C, H, W>, Axis, K> image, Places places) {
    constexpr std::size_t P = image_of<To>::height * image_of<To>::width;
    static_assert(image_of<To>::channels == C && Places::shape::size == 2 * P,
                  "elbo: a warped image needs two numbers for each of its pixels and keeps its channels");
    const auto x = slice<0, P>(places), y = slice<P, P>(places);
    const auto left = floor(x), top = floor(y);
    const auto right_share = x - left, bottom_share = y - top;

    const auto inside = [](auto at, double extent) { return map(formulas::inside{-0.5, extent - 0.5}, at); };
    // The nearest pixel inside. By relu, which makes a number of what is none: an index is never wild.
    const auto nearest = [](auto at, double extent) { return (extent - 1) - relu((extent - 1) - relu(at)); };
    const auto corner  = [&](auto column, auto row, auto column_share, auto row_share) {
        const auto place = nearest(row, H) * static_cast<double>(W) + nearest(column, W);
        const auto share = column_share * inside(column, W) * (row_share * inside(row, H));
        const auto seen  = gather<C>(image, place);
        return as_pixels(in_shape<To>(seen)) * as_rows(share);
    };
    const auto a = corner(left, top, 1.0 - right_share, 1.0 - bottom_share);
    const auto b = corner(left + 1.0, top, right_share, 1.0 - bottom_share);
    const auto c = corner(left, top + 1.0, 1.0 - right_share, bottom_share);
    const auto d = corner(left + 1.0, top + 1.0, right_share, bottom_share);
    return as_image<image_of<To>::height, image_of<To>::width>(a + b + c + d);
}

namespace layers {

// Where pixel i of `extent` lies, from -half to half in steps of one, so that an identity pose is exact.
constexpr double half(std::size_t extent) { return static_cast<double>(extent - 1) / 2; }
constexpr double from_the_middle(std::size_t i, std::size_t extent) { return static_cast<double>(i) - half(extent); }

// Two rows of numbers, for the x and for the y of every pixel, times one table.
template <std::size_t M, std::size_t P, class Axis, int K>
constexpr value<shape<2 * P>, Axis, K> both_ways(value<shape<2 * M>, Axis, K> numbers,
                                                 const std::array<double, M * P>& grid) {
    const auto rows = as_rows(in_shape<shape<2, M>>(numbers));
    const auto each = product(rows, verbs::table<shape<P>, static_cast<int>(M)>(*numbers.on, grid));
    return in_shape<shape<2 * P>>(as_matrix<2>(each));
}

}  // namespace layers

// (x, y) of the image = (a b c; d e f) (x, y, 1) of the result: eq. 1
struct affine_pose {
    static constexpr std::size_t size = 6;
    static constexpr auto identity() { return std::array<double, 6>{1, 0, 0, 0, 1, 0}; }

    template <class Image, class Axis, int K>
    static constexpr auto places(value<shape<6>, Axis, K> pose) {
        constexpr std::size_t     H = image_of<Image>::height, W = image_of<Image>::width, P = H * W;
        constexpr double          w = layers::half(W), h = layers::half(H);
        std::array<double, 3 * P> grid{};
        for (std::size_t p = 0; p < P; ++p) {
            grid[p]         = layers::from_the_middle(p % W, W);
            grid[P + p]     = layers::from_the_middle(p / W, H);
            grid[2 * P + p] = 1;
        }
        constexpr std::array<double, 6> pixels{1, H > 1 ? w / h : 0, w, W > 1 ? h / w : 0, 1, h};
        constexpr std::array<double, 6> middle{0, 0, w, 0, 0, h};
        const auto scaled = pose * verbs::table<shape<6>>(*pose.on, pixels);
        return layers::both_ways<3, P>(scaled + verbs::table<shape<6>>(*pose.on, middle), grid);
    }
    // The pose that undoes a pose.
    template <class Axis, int K>
    static constexpr auto inverse(value<shape<6>, Axis, K> pose) {
        const auto a = slice<0, 1>(pose), b = slice<1, 1>(pose), c = slice<2, 1>(pose);
        const auto d = slice<3, 1>(pose), e = slice<4, 1>(pose), f = slice<5, 1>(pose);
        const auto top = join_columns(e, -b, b * f - c * e), bottom = join_columns(-d, a, c * d - a * f);
        return join_columns(top, bottom) / (a * e - b * d);
    }
};

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
};

template <class Pose, class Shape, class Axis, int K, class P>
constexpr auto warp(value<Shape, Axis, K> image, P pose) {
    return sample_bilinear<Shape>(image, Pose::template places<Shape>(pose));
}

struct transformed_by_needs_a_pose_of_an_image {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>,
                      "elbo: transformed_by needs an image, and layers that end in as many numbers as the pose has");
        return true;
    }
};

// y = the image warped by the pose identity + f(image). Begin with linear<Pose::size, zeros> as the last of f.
template <class Pose, class... Layers>
struct transformed_by {
    static constexpr bool composite = true;
    template <class In>
    using inner = layers::chain<In, Layers...>;
    template <class In>
    using output = In;
    template <class In>
    using parameters = typename inner<In>::parameters;
    template <class In>
    using states     = typename inner<In>::states;
    using conditions = concat<layers::conditions<Layers>...>;
    template <class In>
    using rejects = first_reason<unless<inner<In>::fits, layers::rejected_inside<typename inner<In>::rejection>>,
                                 unless<is_image<In> && std::is_same_v<typename inner<In>::output, shape<Pose::size>>,
                                        transformed_by_needs_a_pose_of_an_image>>;

    template <class X>
    static constexpr auto apply(const auto& s, X x) {
        const auto moved = inner<typename X::shape>::apply(s, x);
        return warp<Pose>(x, moved + verbs::table<shape<Pose::size>>(*x.on, Pose::identity()));
    }
};

}  // namespace elbo
