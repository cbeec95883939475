// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/combine.hpp>

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
constexpr double from_the_middle(std::size_t i, std::size_t extent) {
    return static_cast<double>(i) - static_cast<double>(extent - 1) / 2;
}
template <class Image>
constexpr auto middle_places() {  // of every pixel
    constexpr std::size_t H = image_of<Image>::height, W = image_of<Image>::width;
    std::array<double, 2 * H * W> places{};
    for (std::size_t p = 0; p < H * W; ++p)
        places[p] = static_cast<double>(W - 1) / 2, places[H * W + p] = static_cast<double>(H - 1) / 2;
    return places;
}

}  // namespace layers

// (x, y) of the image = (a b c; d e f) (x, y, 1) of the result: eq. 1
struct affine_pose {
    static constexpr std::size_t size = 6;
    static constexpr auto identity() { return std::array<double, 6>{1, 0, 0, 0, 1, 0}; }

    template <class Image, class Axis, int K>
    static constexpr auto places(value<shape<6>, Axis, K> pose) {
        constexpr std::size_t H = image_of<Image>::height, W = image_of<Image>::width, P = H * W;
        std::array<double, 6 * 2 * P> grid{};  // what each number of the pose moves, in pixels
        const double half_width = static_cast<double>(W - 1) / 2, half_height = static_cast<double>(H - 1) / 2;
        for (std::size_t p = 0; p < P; ++p) {
            const double x = layers::from_the_middle(p % W, W), y = layers::from_the_middle(p / W, H);
            grid[p]                 = x;
            grid[2 * P + p]         = H > 1 ? y * (half_width / half_height) : 0;
            grid[4 * P + p]         = half_width;
            grid[6 * P + P + p]     = W > 1 ? x * (half_height / half_width) : 0;
            grid[8 * P + P + p]     = y;
            grid[10 * P + P + p]    = half_height;
        }
        return product(pose, verbs::table<shape<2 * P>, 6>(*pose.on, grid)) +
               verbs::table<shape<2 * P>>(*pose.on, layers::middle_places<Image>());
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

// log(2^k m) = k log 2 + 2 atanh((m - 1) / (m + 1)), for tables: the library's is no constant expression
constexpr double table_log(double x) {
    double result = 0;
    for (; x > 1.5; x /= 2) result += 0.6931471805599453;
    for (; x < 0.75; x *= 2) result -= 0.6931471805599453;
    const double t = (x - 1) / (x + 1);
    double       power = t;
    for (int n = 1; n < 60; n += 2) result += 2 * power / n, power *= t * t;
    return result;
}

// How much each of N x N control points, moved by one, moves a point: the rows of the thin-plate spline's solution.
// Bookstein (1989): f(p) = a + b p + sum_i w_i U(|p - p_i|), U(r) = r^2 log r^2, sum w_i = sum w_i p_i = 0.
template <std::size_t N>
struct thin_plate {
    static constexpr std::size_t n = N * N, order = n + 3;

    static constexpr double control(std::size_t i) { return -1 + 2 * static_cast<double>(i) / static_cast<double>(N - 1); }
    static constexpr double bend(double x, double y) {
        const double square = x * x + y * y;
        return square == 0 ? 0 : square * table_log(square);
    }
    static constexpr std::array<double, order> terms(double x, double y) {
        std::array<double, order> t{};
        for (std::size_t i = 0; i < n; ++i) t[i] = bend(x - control(i % N), y - control(i / N));
        t[n] = 1, t[n + 1] = x, t[n + 2] = y;
        return t;
    }
    // The first n columns of the inverse of the spline's symmetric system, by Gauss and Jordan.
    static constexpr auto solution() {
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
        return m;
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
        constexpr std::size_t H = image_of<Image>::height, W = image_of<Image>::width, P = H * W;
        const auto                     solution = layers::thin_plate<N>::solution();
        std::array<double, size * 2 * P> grid{};
        std::array<double, 2 * P>        own{};
        const double half_width = static_cast<double>(W - 1) / 2, half_height = static_cast<double>(H - 1) / 2;
        for (std::size_t p = 0; p < P; ++p) {
            own[p] = static_cast<double>(p % W), own[P + p] = static_cast<double>(p / W);
            const auto terms = layers::thin_plate<N>::terms(W > 1 ? layers::from_the_middle(p % W, W) / half_width : 0,
                                                            H > 1 ? layers::from_the_middle(p / W, H) / half_height : 0);
            for (std::size_t i = 0; i < n; ++i) {
                double weight = 0;
                for (std::size_t j = 0; j < terms.size(); ++j) weight += terms[j] * solution[j][terms.size() + i];
                grid[i * 2 * P + p]           = weight * half_width;
                grid[(n + i) * 2 * P + P + p] = weight * half_height;
            }
        }
        const auto moves = pose - verbs::table<shape<size>>(*pose.on, identity());
        return product(moves, verbs::table<shape<2 * P>, static_cast<int>(size)>(*pose.on, grid)) +
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
        static_assert(accepts<Layer, Input>, "elbo: transformed_by needs an image and layers that end in as many numbers as the pose has");
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
