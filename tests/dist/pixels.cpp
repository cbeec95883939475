// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE pixels
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/distribution.hpp"

using namespace elbo;
using namespace elbo::laws;

namespace {
using pixel     = distribution<discretised_logistic<learned>, 1>;
using two       = distribution<discretised_logistic<fixed<1, 20>>, 2>;
using mixture   = distribution<mixture_of_normals<3, 1>, 9>;
using mixture_2 = distribution<mixture_of_normals<2, 2>, 10>;

numbers levels() {
    numbers v(256);
    for (std::size_t k = 0; k < 256; ++k) v[k] = static_cast<double>(k) / 255;
    return v;
}
// logits, means, log variances
const numbers three = {0.3, -0.5, 0.1, -2, 0.5, 3, -0.4, -1, 0.2};
const numbers pairs = {0.4, -0.2, -1, 0.5, 1.5, -0.7, -0.5, 0.1, -0.9, -1.2};
}  // namespace

// The mean is the network's number in [0, 1], not the integral: binning and the open ends move that.
BOOST_AUTO_TEST_CASE(the_256_levels_have_all_the_mass) {
    for (double log_scale : {-5.5, -3.0, -1.0})
        for (double location : {0.4, 0.0, 1.0, -0.3, 1.2}) {
            const density_report r = check_distribution<pixel>({location}, on_values(levels()), {log_scale});
            BOOST_TEST(std::abs(r.mass - 1) < 1e-12);
            BOOST_TEST(r.worst_moment < 4.5);
            BOOST_TEST(r.worst_statistic < 4.5);
        }
    const density_report r = check_distribution<two>({0.2, 0.9}, on_values(levels()) * on_values(levels()));
    BOOST_TEST(std::abs(r.mass - 1) < 1e-12);
    BOOST_TEST(r.worst_moment < 4.5);
}
// P(k) = sigmoid((k/255 + 1/510 - m) / s) - sigmoid((k/255 - 1/510 - m) / s), open at both ends
BOOST_AUTO_TEST_CASE(a_level_is_a_bin_of_the_logistic) {
    const double  m = 0.45, s = std::exp(-2.5);
    const auto    cdf = [&](double x) { return 1 / (1 + std::exp(-(x - m) / s)); };
    const numbers log_p = log_density_at<pixel>({m}, levels(), {-2.5});
    for (std::size_t k = 0; k < 256; ++k) {
        const double x = static_cast<double>(k) / 255, h = 0.5 / 255;
        const double p = (k == 255 ? 1 : cdf(x + h)) - (k == 0 ? 0 : cdf(x - h));
        BOOST_TEST(std::abs(std::exp(log_p[k]) - p) < 1e-14);
    }
}
BOOST_AUTO_TEST_CASE(samples_are_pixels) {
    for (double z : samples_of<pixel>({0.4}, {-1.0}, 20)) {
        BOOST_TEST((z >= 0 && z <= 1));
        BOOST_TEST(std::abs(z * 255 - std::round(z * 255)) < 1e-12);
    }
}
BOOST_AUTO_TEST_CASE(mixtures_are_lawful) {
    is_lawful(check_distribution<mixture>(three, on_interval(-14, 16, 60)));
    is_lawful(check_distribution<mixture_2>(pairs, on_interval(-10, 10, 20) * on_interval(-10, 10, 20)));
}
// One component is a diagonal normal.
BOOST_AUTO_TEST_CASE(a_mixture_of_one_is_its_component) {
    using alone_    = distribution<mixture_of_normals<1, 2>, 5>;
    using component = distribution<diagonal_normal<2>, 4>;
    BOOST_TEST(apart(log_density_at<alone_>({0.7, 0.3, -0.2, -0.4, -1}, wave(40)),
                     log_density_at<component>({0.3, -0.2, -0.4, -1}, wave(40))) < 1e-14);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST((distribution_gradient_error<discretised_logistic<learned>, 2, false>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<mixture_of_normals<3, 2>, 15>()) <= 1e-6);
}
