// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE normal
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/distribution.hpp"

using namespace elbo;
using namespace elbo::laws;

namespace {
using diagonal   = distribution<diagonal_normal<2>, 4>;
using of_scale   = distribution<normal<fixed<3, 10>>, 2>;
using of_learned = distribution<normal<learned>, 2>;
using laplace_2  = distribution<laplace<fixed<1, 2>>, 2>;
using laplace_l  = distribution<laplace<learned>, 2>;
using laplaces   = distribution<diagonal_laplace<2>, 4>;

const quadrature plane = on_interval(-12, 12, 24) * on_interval(-12, 12, 24);
const quadrature fine  = on_interval(-4, 4, 32) * on_interval(-4, 4, 32);

}  // namespace

BOOST_AUTO_TEST_CASE(diagonal_normals_are_lawful) {
    is_lawful(check_distribution<diagonal>({0.7, -1.2, 0.3, -1.1}, plane));
    is_lawful(check_distribution<diagonal>({0, 0, 0, 0}, plane));
}
BOOST_AUTO_TEST_CASE(normals_of_one_scale_are_lawful) {
    is_lawful(check_distribution<of_scale>({0.6, -0.4}, fine));
    is_lawful(check_distribution<of_learned>({0.6, -0.4}, fine, {-0.7}));
}
// Locations on the borders of panels: the kinks are there.
BOOST_AUTO_TEST_CASE(laplaces_are_lawful) {
    const quadrature wide = on_interval(-20, 20, 40) * on_interval(-20, 20, 40);
    is_lawful(check_distribution<laplace_2>({1, -2}, wide));
    is_lawful(check_distribution<laplace_l>({1, -2}, wide, {-0.4}));
    is_lawful(check_distribution<laplaces>({1, -2, -0.3, -0.9}, wide));
}

// A scale is its ratio, to the last digits.
BOOST_AUTO_TEST_CASE(a_fixed_scale_is_exact) {
    const auto log_scale = []<class Scale>(type_of<Scale>) {
        tape                        t;
        const value<scalar, once>   x{&t, t.constant(0)};
        const node_id               id = Scale::log_scale(x).id;
        return t.constants[static_cast<std::size_t>(t[id].i)];
    };
    BOOST_TEST(log_scale(type_of<fixed<1>>{}) == 0.0);
    BOOST_TEST(std::abs(log_scale(type_of<fixed<3, 10>>{}) - std::log(0.3)) < 4e-16);
    BOOST_TEST(std::abs(log_scale(type_of<fixed<1, 1000>>{}) - std::log(0.001)) < 2e-15);
    BOOST_TEST(std::abs(log_scale(type_of<fixed<255>>{}) - std::log(255.0)) < 2e-15);
}

BOOST_AUTO_TEST_CASE(kl_of_normals) {
    agrees(check_kl<diagonal, standard>({0.7, -1.2, 0.3, -1.1}, {}, plane));
    agrees(check_kl<diagonal, diagonal>({0.7, -1.2, 0.3, -1.1}, {-0.2, 0.1, 0.5, 0.2}, plane));
    BOOST_TEST((least_kl<diagonal, standard>()) >= 0);
    BOOST_TEST((least_kl<diagonal, diagonal>()) >= 0);
    BOOST_TEST((divergences<diagonal, standard>({0, 0, 0, 0}, {})["closed"][0]) == 0.0);
    BOOST_TEST((divergences<diagonal, diagonal>({1, 2, -1, 2}, {1, 2, -1, 2})["closed"][0]) == 0.0);
}
BOOST_AUTO_TEST_CASE(kl_of_laplaces) {
    const quadrature wide = on_interval(-20, 20, 40) * on_interval(-20, 20, 40);
    agrees(check_kl<laplaces, laplaces>({1, -2, -0.3, -0.9}, {0, 1, 0.2, -0.5}, wide));
    BOOST_TEST((least_kl<laplaces, laplaces>()) >= 0);
    BOOST_TEST(std::abs(divergences<laplaces, laplaces>({1, 2, -1, 2}, {1, 2, -1, 2})["closed"][0]) < 1e-15);
}

// A log variance outside [-20, 20] is that of the border.
BOOST_AUTO_TEST_CASE(log_variances_are_clamped) {
    BOOST_TEST((divergences<diagonal, standard>({0, 0, 50, -50}, {})["closed"][0]) ==
               (divergences<diagonal, standard>({0, 0, 20, -20}, {})["closed"][0]));
}

BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST((distribution_gradient_error<diagonal_normal<2>, 4>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<normal<fixed<3, 10>>, 2>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<normal<learned>, 2>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<laplace<learned>, 2>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<diagonal_laplace<2>, 4>()) <= 1e-6);
}
