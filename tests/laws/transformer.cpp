// SPDX-License-Identifier: MIT
// Spatial transformers, Jaderberg et al. (2015), and an autoencoder that decodes a shape and its pose.
#define BOOST_TEST_MODULE transformer
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

#include <elbo/layer/pose.hpp>
#include <elbo/layer/thin_plate.hpp>

#include <limits>

namespace {

using namespace elbo;

// ---- gradients ----
constexpr laws::setting small_steps{.step = 1e-5};  // bilinear sampling has a kink at every pixel

template <class Pose, class Image>
struct warped {
    struct picture : stack<shape<2>, linear<Image::size>, reshape<Image>> {};
    struct pose : stack<shape<2>, linear<Pose::size>> {};
    using inputs   = list<shape<2>, Image>;
    using networks = list<net<"picture", picture>, net<"pose", pose>>;

    static constexpr auto objective(auto& record) {
        const auto x    = input<shape<2>>(record);
        const auto seen = warp<Pose>(run<picture>(record, x), run<pose>(record, x));
        return minimise(term("error", sum(square(seen - input<Image>(record)))));
    }
};

BOOST_AUTO_TEST_CASE(gradients_reach_image_and_pose) {
    laws::obeys_the_law<warped<affine_pose, shape<1, 5, 6>>>("affine", small_steps);
    laws::obeys_the_law<warped<affine_pose, shape<3, 4, 5>>>("affine, colour", small_steps);
    laws::obeys_the_law<warped<similarity_pose, shape<1, 5, 6>>>("similarity", small_steps);
    laws::obeys_the_law<warped<scaled_pose, shape<1, 5, 6>>>("scaled", small_steps);
    laws::obeys_the_law<warped<sheared_pose, shape<2, 4, 5>>>("sheared, two channels", small_steps);
    laws::obeys_the_law<warped<thin_plate_pose<3>, shape<1, 5, 6>>>("thin plate", small_steps);
    laws::obeys_the_law<warped<thin_plate_pose<2>, shape<2, 4, 3>>>("thin plate, colour", small_steps);
}

// ---- what lies where ----
template <class Pose, class Image>
struct looking {
    using inputs   = list<Image, shape<Pose::size>>;
    using networks = list<>;
    static constexpr void program(auto& record) {
        const auto pose = input<shape<Pose::size>>(record);
        output(record, "seen", warp<Pose>(input<Image>(record), pose));
        output(record, "places", Pose::template places<Image>(pose));
        if constexpr (requires { Pose::inverse(pose); }) output(record, "inverse", Pose::inverse(pose));
        if constexpr (requires { Pose::matrix(pose); }) output(record, "matrix", Pose::matrix(pose));
        if constexpr (can_be_undone<Pose>) {
            output(record, "undone", unwarp<Pose>(warp<Pose>(input<Image>(record), pose), pose));
            output(record, "places back", Pose::template places_back<Image>(pose));
        }
    }
};
template <class T, class Pose, class Image>
auto look(const std::vector<T>& x, const std::vector<T>& pose) {
    using model  = looking<Pose, Image>;
    const tape t = programs::of<model>([](auto& record) { model::program(record); });
    return laws::replayed<T>(t, {x, pose}, {}, {1, 1, 0, 0});
}
template <class T, class Pose, class Image>
void identity_leaves_every_bit() {
    const auto     x    = laws::some_numbers<T>(Image::size);
    constexpr auto same = Pose::identity();
    BOOST_TEST((look<T, Pose, Image>(x, {same.begin(), same.end()})["seen"] == x));
    if constexpr (can_be_undone<Pose>) BOOST_TEST((look<T, Pose, Image>(x, {same.begin(), same.end()})["undone"] == x));
}

BOOST_AUTO_TEST_CASE(the_identity_leaves_every_bit) {
    identity_leaves_every_bit<float, affine_pose, shape<1, 28, 28>>();
    identity_leaves_every_bit<float, affine_pose, shape<3, 7, 10>>();
    identity_leaves_every_bit<double, affine_pose, shape<2, 32, 1>>();
    identity_leaves_every_bit<float, similarity_pose, shape<1, 28, 28>>();
    identity_leaves_every_bit<float, scaled_pose, shape<3, 7, 10>>();
    identity_leaves_every_bit<double, sheared_pose, shape<1, 28, 28>>();
    identity_leaves_every_bit<float, thin_plate_pose<3>, shape<1, 28, 28>>();
    identity_leaves_every_bit<float, thin_plate_pose<4>, shape<3, 7, 10>>();
    identity_leaves_every_bit<double, thin_plate_pose<4>, shape<1, 5, 5>>();
}

using grey = shape<1, 4, 5>;

BOOST_AUTO_TEST_CASE(poses_move_as_they_say) {
    const auto x       = laws::some_numbers(grey::size);
    const auto right   = look<double, affine_pose, grey>(x, {1, 0, 1, 0, 1, 0})["seen"];  // half the image: two pixels
    const auto flipped = look<double, affine_pose, grey>(x, {-1, 0, 0, 0, -1, 0})["seen"];
    const auto between = look<double, affine_pose, grey>(x, {1, 0, 0, 0, 1, 1.0 / 3})["seen"];  // half a pixel down
    for (std::size_t i = 0; i < 4; ++i)
        for (std::size_t j = 0; j < 5; ++j) {
            const std::size_t p = i * 5 + j;
            BOOST_TEST(right[p] == (j + 2 < 5 ? x[p + 2] : 0.0));
            BOOST_TEST(flipped[p] == x[19 - p]);
            BOOST_TEST(std::abs(between[p] - (x[p] + (i < 3 ? x[p + 5] : 0.0)) / 2) < 1e-15);
        }
}

BOOST_AUTO_TEST_CASE(a_spline_through_an_affine_map_is_that_map) {
    const std::vector<double> pose{0.8, -0.3, 0.1, 0.2, 1.1, -0.4};
    constexpr auto            mesh = thin_plate_pose<3>::identity();
    std::vector<double>       bent(18);
    for (std::size_t i = 0; i < 9; ++i)
        for (std::size_t c = 0; c < 2; ++c)
            bent[9 * c + i] = pose[3 * c] * mesh[i] + pose[3 * c + 1] * mesh[9 + i] + pose[3 * c + 2];
    const auto x      = laws::some_numbers(grey::size);
    const auto affine = look<double, affine_pose, grey>(x, pose)["places"];
    const auto spline = look<double, thin_plate_pose<3>, grey>(x, bent)["places"];
    for (std::size_t i = 0; i < affine.size(); ++i) BOOST_TEST(std::abs(affine[i] - spline[i]) < 1e-13);
}

BOOST_AUTO_TEST_CASE(a_mild_bend_is_undone) {
    // Where it is an affine map, everywhere; else at the control points, which are pixels 0, 2 and 4 of five.
    constexpr auto            mesh = thin_plate_pose<3>::identity();
    const std::vector<double> m{0.9, -0.1, 0.05, 0.1, 1.05, -0.1};
    std::vector<double>       flat(18), bent(mesh.begin(), mesh.end());
    for (std::size_t i = 0; i < 9; ++i)
        for (std::size_t c = 0; c < 2; ++c) flat[9 * c + i] = m[3 * c] * mesh[i] + m[3 * c + 1] * mesh[9 + i] + m[3 * c + 2];
    const auto moves = laws::some_numbers(18, 0.08);
    for (std::size_t i = 0; i < 18; ++i) bent[i] += moves[i];
    using square5 = shape<1, 5, 5>;
    const auto x  = laws::some_numbers(square5::size);
    const auto affine = look<double, affine_pose, square5>(x, m)["places back"], spline = look<double, thin_plate_pose<3>, square5>(x, flat)["places back"];
    for (std::size_t i = 0; i < 50; ++i) BOOST_TEST(std::abs(affine[i] - spline[i]) < 1e-4);

    const auto back = look<double, thin_plate_pose<3>, square5>(x, bent)["places back"];
    double     far  = 0;
    for (std::size_t i = 0; i < 9; ++i) {  // the bend of where control point i comes from is where it lies
        const std::size_t p = i / 3 * 10 + i % 3 * 2;
        const double      at_x = back[p] / 2 - 1, at_y = back[25 + p] / 2 - 1;
        const auto        t    = layers::thin_plate<3>::terms(at_x, at_y);
        double            fx = at_x - mesh[i], fy = at_y - mesh[9 + i];
        for (std::size_t j = 0; j < 9; ++j)
            for (std::size_t k = 0; k < 12; ++k) {
                fx += moves[j] * layers::thin_plate<3>::solution[j * 12 + k] * t[k];
                fy += moves[9 + j] * layers::thin_plate<3>::solution[j * 12 + k] * t[k];
            }
        BOOST_TEST(std::abs(fx) < 1e-4);
        BOOST_TEST(std::abs(fy) < 1e-4);
        far = std::max(far, std::abs(at_x - mesh[i]));
    }
    BOOST_TEST(far > 0.02);
}

BOOST_AUTO_TEST_CASE(an_inverse_undoes) {
    const std::vector<double> m{0.8, -0.3, 0.1, 0.2, 1.1, -0.4};
    const auto                u = look<double, affine_pose, grey>(laws::some_numbers(grey::size), m)["inverse"];
    for (std::size_t r = 0; r < 2; ++r)
        for (std::size_t c = 0; c < 3; ++c) {
            const double both = m[3 * r] * u[c] + m[3 * r + 1] * u[3 + c] + (c == 2 ? m[3 * r + 2] : 0.0);
            BOOST_TEST(std::abs(both - (r == c ? 1 : 0)) < 1e-15);
        }
}

// Numbers of a matrix, and that it is undone where it is one.
template <class Pose>
void is_the_map(const std::vector<double>& pose, const std::vector<double>& m) {
    auto       seen  = look<double, Pose, grey>(laws::some_numbers(grey::size), pose);
    const auto by_it = look<double, affine_pose, grey>(laws::some_numbers(grey::size), m)["places"];
    const auto found = seen["matrix"], there = seen["places"], back = seen["places back"];
    for (std::size_t i = 0; i < 6; ++i) BOOST_TEST(std::abs(found[i] - m[i]) < 1e-15);
    for (std::size_t i = 0; i < there.size(); ++i) BOOST_TEST(std::abs(there[i] - by_it[i]) < 1e-13);
    const auto half = [](double extent) { return (extent - 1) / 2; };
    for (std::size_t p = 0; p < 20; ++p) {  // the map of the place that goes there is the pixel itself
        const double x = back[p] / half(5) - 1, y = back[20 + p] / half(4) - 1;
        BOOST_TEST(std::abs((m[0] * x + m[1] * y + m[2] + 1) * half(5) - static_cast<double>(p % 5)) < 1e-12);
        BOOST_TEST(std::abs((m[3] * x + m[4] * y + m[5] + 1) * half(4) - static_cast<double>(p / 5)) < 1e-12);
    }
}
BOOST_AUTO_TEST_CASE(other_numbers_for_the_same_maps) {
    const double l = 0.2, angle = 0.4, sx = 0.7, sy = 1.2, tx = 0.1, ty = -0.3, k = 0.25, c = std::cos(angle), s = std::sin(angle), e = std::exp(l);
    is_the_map<similarity_pose>({l, angle, tx, ty}, {e * c, -e * s, tx, e * s, e * c, ty});
    is_the_map<scaled_pose>({sx, sy, angle, tx, ty}, {sx * c, -sx * s, sx * tx, sy * s, sy * c, sy * ty});
    is_the_map<sheared_pose>({sx, sy, angle, tx, ty, 0}, {sx * c, -sx * s, sx * tx, sy * s, sy * c, sy * ty});
    is_the_map<sheared_pose>({sx, sy, angle, tx, ty, k}, {sx * c, sx * (k * c - s), sx * tx, sy * s, sy * (k * s + c), sy * ty});
    static_assert(can_be_undone<affine_pose> && can_be_undone<similarity_pose> && can_be_undone<scaled_pose> &&
                  can_be_undone<sheared_pose> && can_be_undone<thin_plate_pose<3>>);
}

BOOST_AUTO_TEST_CASE(a_pose_that_is_no_number_reads_nothing_outside) {
    const auto x = laws::some_numbers(grey::size);
    for (double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1e300})
        for (double v : look<double, affine_pose, grey>(x, {bad, 0, 0, 0, 1, bad})["seen"]) BOOST_TEST(!(v > 1));
}

// ---- T_u(decode(z)): Vivé and Amit (2017) ----
using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<8>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
template <std::size_t N>
struct pose_encoder : stack<image, flatten, linear<8>, act::tanh, linear<2 * N>, to<diagonal_normal<N>>> {};
struct decoder : stack<shape<3>, linear<8>, act::tanh, linear<36>, act::sigmoid, reshape<image>> {};

template <class Pose>
struct transformer_vae {
    using pose_net = pose_encoder<Pose::size>;
    using inputs   = list<image>;
    using networks = list<net<"encoder", encoder>, net<"pose", pose_net>, net<"decoder", decoder>>;

    static constexpr auto objective(auto& record) {
        const auto x      = input<image>(record);
        const auto q      = run<encoder>(record, x);
        const auto p      = run<pose_net>(record, x);
        const auto z      = q.sample(record, "z");
        const auto u      = p.sample(record, "u");
        const auto pose   = tanh(u) + constants<shape<Pose::size>>(record, Pose::identity());
        const auto pixels = clamp(warp<Pose>(run<decoder>(record, z), pose), 1e-6, 1 - 1e-6);
        return minimise(term("reconstruction", -sum(x * log(pixels) + (1.0 - x) * log(1.0 - pixels))),
                        term("kl", kl(q, standard_normal_like(z), z)),
                        term("kl of poses", kl(p, standard_normal_like(u), u)));
    }
};

// A network that first turns its input upright.
struct reader
    : stack<image, transformed_by<affine_pose, flatten, linear<6>>, flatten, linear<4>, to<categorical<4>>> {};
struct upright {
    using inputs   = list<image, label<4>>;
    using networks = list<net<"reader", reader>>;
    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto y = input<label<4>>(record);
        return minimise(term("errors", -run<reader>(record, x).log_density(y)));
    }
};

BOOST_AUTO_TEST_CASE(models_with_poses) {
    laws::obeys_the_law<transformer_vae<affine_pose>>("affine vae", small_steps);
    laws::obeys_the_law<transformer_vae<thin_plate_pose<3>>>("thin plate vae", small_steps);
    laws::obeys_the_law<upright>("transformer layer", small_steps);
}

}  // namespace
