// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/warp.hpp>

// Poses that are other numbers than the six of an affine map. Each says which affine map it is; warp<Pose>, unwarp<Pose>
// and transformed_by<Pose, ...> take them all.

namespace elbo {

namespace layers {

// What a pose is that has matrix(pose), the numbers a b c d e f of affine_pose.
template <class Matrix>
struct pose_by_matrix {
    template <class Image, class Axis, int K>
    static constexpr auto places(value<shape<Matrix::size>, Axis, K> pose) {
        return affine_pose::template places<Image>(Matrix::matrix(pose));
    }
    template <class Image, class Axis, int K>
    static constexpr auto places_back(value<shape<Matrix::size>, Axis, K> pose, double least = 0) {
        return affine_pose::template places_back<Image>(Matrix::matrix(pose), least);
    }
};

// s (cos, -sin, .; sin, cos, .), each entry by itself
struct similarity_matrix {
    static constexpr std::size_t size = 4;
    static constexpr auto        matrix(auto pose) {
        const auto scale = exp(slice<0, 1>(pose)), angle = slice<1, 1>(pose);
        const auto c = scale * cos(angle), s = scale * sin(angle);
        return join_columns(join_columns(c, -s, slice<2, 1>(pose)), join_columns(s, c, slice<3, 1>(pose)));
    }
};
struct scaled_matrix {
    static constexpr std::size_t size = 5;
    static constexpr auto        matrix(auto pose) {
        const auto x = slice<0, 1>(pose), y = slice<1, 1>(pose), angle = slice<2, 1>(pose);
        const auto c = cos(angle), s = sin(angle);
        return join_columns(join_columns(x * c, -(x * s), x * slice<3, 1>(pose)), join_columns(y * s, y * c, y * slice<4, 1>(pose)));
    }
};
struct sheared_matrix {
    static constexpr std::size_t size = 6;
    static constexpr auto        matrix(auto pose) {
        const auto x = slice<0, 1>(pose), y = slice<1, 1>(pose), angle = slice<2, 1>(pose), shear = slice<5, 1>(pose);
        const auto c = cos(angle), s = sin(angle);
        return join_columns(join_columns(x * c, x * (shear * c - s), x * slice<3, 1>(pose)),
                            join_columns(y * s, y * (shear * s + c), y * slice<4, 1>(pose)));
    }
};

}  // namespace layers

// (l, angle, t_x, t_y): (e^l R(angle), t). It can always be undone.
struct similarity_pose : layers::similarity_matrix, layers::pose_by_matrix<layers::similarity_matrix> {
    static constexpr auto identity() { return std::array<double, 4>{}; }
};
// (s_x, s_y, angle, t_x, t_y): diag(s) (R(angle), t), as Vivé and Amit (2017) reparametrise an affine map.
struct scaled_pose : layers::scaled_matrix, layers::pose_by_matrix<layers::scaled_matrix> {
    static constexpr auto identity() { return std::array<double, 5>{1, 1, 0, 0, 0}; }
};
// (s_x, s_y, angle, t_x, t_y, k): diag(s) (R(angle) (1 k; 0 1), t): with the shear k it is every affine map that keeps
// orientation, in numbers that mean something each.
struct sheared_pose : layers::sheared_matrix, layers::pose_by_matrix<layers::sheared_matrix> {
    static constexpr auto identity() { return std::array<double, 6>{1, 1, 0, 0, 0, 0}; }
};

}  // namespace elbo
