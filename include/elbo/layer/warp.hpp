// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/combine.hpp>

// Spatial transformers, Jaderberg et al. (2015): an image is sampled where a pose says.
//
//     const auto upright = warp<affine_pose>(x, pose);     // pose: six numbers; Pose::identity() leaves every bit of x
//
// A pose gives for every pixel of the result the place in the image that it comes from. Places are pixels from the
// first one's centre; poses are in units of half the image, from -1 to 1, as in the paper. A kind of pose is a type with
// `size`, identity() and places<Image>(pose), with places_back<Image>(pose) where it can be undone: affine_pose here, others in
// layer/pose.hpp, thin_plate_pose in layer/thin_plate.hpp.

namespace elbo {

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
    // The pose that undoes a pose. With a `least` determinant it is a finite one even where there is none.
    template <class Axis, int K>
    static constexpr auto inverse(value<shape<6>, Axis, K> pose, double least = 0) {
        const auto a = slice<0, 1>(pose), b = slice<1, 1>(pose), c = slice<2, 1>(pose);
        const auto d = slice<3, 1>(pose), e = slice<4, 1>(pose), f = slice<5, 1>(pose);
        const auto top = join_columns(e, -b, b * f - c * e), bottom = join_columns(-d, a, c * d - a * f);
        const auto determinant = a * e - b * d;
        return join_columns(top, bottom) / (least > 0 ? clamp(determinant, least, 1 / least) : determinant);
    }
    template <class Image, class Axis, int K>
    static constexpr auto places_back(value<shape<6>, Axis, K> pose, double least = 0) {
        return places<Image>(inverse(pose, least));
    }
};

template <class Pose, class Shape, class Axis, int K, class P>
constexpr auto warp(value<Shape, Axis, K> image, P pose) {
    return interpolate<Shape>(image, Pose::template places<Shape>(pose));
}
// Undoes warp<Pose>(image, pose), but for what was lost at the edges and between pixels.
template <class Pose, class Shape, class Axis, int K, class P>
constexpr auto unwarp(value<Shape, Axis, K> image, P pose, double least_determinant = 0) {
    return interpolate<Shape>(image, Pose::template places_back<Shape>(pose, least_determinant));
}
template <class Pose>
concept can_be_undone = requires(value<shape<Pose::size>> pose) { Pose::template places_back<shape<1, 2, 2>>(pose); };

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
