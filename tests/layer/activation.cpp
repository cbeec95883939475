// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE activation
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
template <class Act>
struct bare : stack<shape<6>, Act> {};
template <class Act>
struct inner : stack<shape<4>, linear<6>, Act, linear<3>> {};

template <class Act>
numbers at_points() {
    laws::replay_data d{.inputs = {{-3, -1.25, -0.5, 0, 0.75, 2.5}}};
    return laws::evaluated<bare<Act>>(d);
}
template <class Act>
double error() {
    return laws::gradient_error<laws::alone<inner<Act>>>();
}
}  // namespace

BOOST_AUTO_TEST_CASE(they_are_pytorchs) {
    BOOST_TEST(apart(at_points<act::relu>(), {0, 0, 0, 0, 0.75, 2.5}) < 1e-9);
    BOOST_TEST(apart(at_points<act::identity>(), {-3, -1.25, -0.5, 0, 0.75, 2.5}) == 0.0);
    BOOST_TEST(apart(at_points<act::tanh>(), {-0.995054753687, -0.848283639958, -0.46211715726, 0, 0.635148952387,
                                              0.986614298151}) < 1e-9);
    BOOST_TEST(apart(at_points<act::sigmoid>(), {0.0474258731776, 0.222700138825, 0.377540668798, 0.5, 0.679178699175,
                                                 0.924141819979}) < 1e-9);
    BOOST_TEST(apart(at_points<act::softplus>(), {0.0485873515737, 0.251929081345, 0.47407698418, 0.69314718056,
                                                  1.13687100611, 2.57888973429}) < 1e-9);
    BOOST_TEST(apart(at_points<act::gelu>(), {-0.00404969409489, -0.132062217084, -0.154268769363, 0, 0.580029485717,
                                              2.48447583669}) < 1e-9);
    BOOST_TEST(apart((at_points<act::leaky_relu<1, 5>>()), {-0.6, -0.25, -0.1, 0, 0.75, 2.5}) < 1e-9);
    BOOST_TEST(apart((at_points<act::elu<1, 2>>()), {-0.475106465816, -0.35674760157, -0.196734670144, 0, 0.75, 2.5}) < 1e-9);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(error<act::relu>() <= 1e-6);
    BOOST_TEST(error<act::identity>() <= 1e-6);
    BOOST_TEST(error<act::tanh>() <= 1e-6);
    BOOST_TEST(error<act::sigmoid>() <= 1e-6);
    BOOST_TEST(error<act::softplus>() <= 1e-6);
    BOOST_TEST(error<act::gelu>() <= 1e-6);
    BOOST_TEST((error<act::leaky_relu<1, 5>>()) <= 1e-6);
    BOOST_TEST((error<act::elu<1, 2>>()) <= 1e-6);
    BOOST_TEST(error<activation<formulas::sine>>() <= 1e-6);  // any formula of core is an activation
}
