// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE full_normal
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/distribution.hpp"

using namespace elbo;
using namespace elbo::laws;

namespace {
using full     = distribution<full_normal<2>, 5>;
using low_rank = distribution<low_rank_normal<2, 1>, 6>;
using rank_two = distribution<low_rank_normal<2, 2>, 8>;

const quadrature plane = on_interval(-12, 12, 24) * on_interval(-12, 12, 24);

// mean, then the packed triangle; mean, log variances, factor
const numbers full_numbers = {0.6, -0.8, 0.2, -0.7, 0.1}, low_numbers = {0.6, -0.8, -0.4, -1, 0.8, -0.5};
const numbers rank_two_numbers = {0.6, -0.8, -0.4, -1, 0.8, -0.5, 0.3, 0.7};

// The covariance by the integral of the density.
template <class Q>
numbers covariance(const numbers& parameters) {
    const numbers log_p = log_density_at<Q>(parameters, plane.points);
    numbers       c(4, 0.0);
    for (std::size_t i = 0; i < plane.size(); ++i) {
        const double p = plane.weights[i] * std::exp(log_p[i]);
        const double d[2] = {plane.points[2 * i] - parameters[0], plane.points[2 * i + 1] - parameters[1]};
        for (int r = 0; r < 2; ++r)
            for (int s = 0; s < 2; ++s) c[static_cast<std::size_t>(2 * r + s)] += p * d[r] * d[s];
    }
    return c;
}
}  // namespace

BOOST_AUTO_TEST_CASE(they_are_lawful) {
    is_lawful(check_distribution<full>(full_numbers, plane));
    is_lawful(check_distribution<low_rank>(low_numbers, plane));
    is_lawful(check_distribution<rank_two>(rank_two_numbers, plane));
}
// L L' with L = (softplus(0.2), 0; -0.7, softplus(0.1));  diag(e^v) + U U'
BOOST_AUTO_TEST_CASE(their_covariances_are_what_they_say) {
    const double a = std::log1p(std::exp(0.2)), b = -0.7, c = std::log1p(std::exp(0.1));
    BOOST_TEST(apart(covariance<full>(full_numbers), {a * a, a * b, a * b, b * b + c * c}) < 1e-8);
    BOOST_TEST(apart(covariance<low_rank>(low_numbers), {std::exp(-0.4) + 0.64, -0.4, -0.4, std::exp(-1.0) + 0.25}) < 1e-8);
    // U = (0.8, -0.5; 0.3, 0.7)
    BOOST_TEST(apart(covariance<rank_two>(rank_two_numbers),
                     {std::exp(-0.4) + 0.64 + 0.25, 0.24 - 0.35, 0.24 - 0.35, std::exp(-1.0) + 0.09 + 0.49}) < 1e-8);
}
BOOST_AUTO_TEST_CASE(kl_to_the_standard_normal) {
    agrees(check_kl<full, standard>(full_numbers, {}, plane));
    agrees(check_kl<low_rank, standard>(low_numbers, {}, plane));
    agrees(check_kl<rank_two, standard>(rank_two_numbers, {}, plane));
    BOOST_TEST((least_kl<full, standard>()) >= 0);
    BOOST_TEST((least_kl<low_rank, standard>()) >= 0);
    const double one = std::log(std::exp(1.0) - 1);  // softplus of it is 1
    BOOST_TEST(std::abs(divergences<full, standard>({0, 0, one, 0, one}, {})["closed"][0]) < 1e-15);
    BOOST_TEST(std::abs(divergences<low_rank, standard>(numbers(6, 0.0), {})["closed"][0]) < 1e-15);
}
// Without a triangle, without a factor, both are the diagonal normal.
BOOST_AUTO_TEST_CASE(special_cases_agree) {
    using diagonal = distribution<diagonal_normal<2>, 4>;
    const numbers points = wave(40), expected = log_density_at<diagonal>({0.3, -0.2, -0.4, -1}, points);
    const auto    inverse_softplus = [](double y) { return std::log(std::expm1(y)); };
    BOOST_TEST(apart(log_density_at<full>({0.3, -0.2, inverse_softplus(std::exp(-0.2)), 0, inverse_softplus(std::exp(-0.5))},
                                          points), expected) < 1e-13);
    BOOST_TEST(apart(log_density_at<low_rank>({0.3, -0.2, -0.4, -1, 0, 0}, points), expected) < 1e-13);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST((distribution_gradient_error<full_normal<3>, 9>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<low_rank_normal<3, 2>, 12>()) <= 1e-6);
}
