// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE initial
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"

#include <elbo/layer/initial.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace elbo;

namespace {
constexpr std::size_t rows = 120, cols = 80, n = rows * cols;
constexpr fans        ours = {rows, cols, rows, cols};

template <class Initial>
std::vector<float> filled(fans f = ours, std::uint64_t seed = 1) {
    std::vector<float> v(f.rows * f.cols, -7.0f);
    Initial::fill(v, f, draws(seed, "encoder.0.weight"));
    return v;
}
struct moments {
    double mean = 0, variance = 0, fourth = 0, most = 0;
};
moments moments_of(const std::vector<float>& v) {
    moments m;
    const auto count = static_cast<double>(v.size());
    for (double x : v) m.mean += x / count, m.most = std::max(m.most, std::abs(x));
    for (double x : v) {
        m.variance += (x - m.mean) * (x - m.mean) / count;
        m.fourth += std::pow(x - m.mean, 4) / count;
    }
    return m;
}
// The standard error of a variance is sqrt((kurtosis - 1) / n) times it: kurtosis 1.8 uniform, 3 normal.
template <class Initial>
void is_uniform(double limit) {
    const moments m = moments_of(filled<Initial>());
    const double  variance = limit * limit / 3;
    BOOST_TEST(std::abs(m.mean) < 4 * std::sqrt(variance / n));
    BOOST_TEST(std::abs(m.variance / variance - 1) < 4 * std::sqrt(0.8 / n));
    BOOST_TEST(m.most <= limit * (1 + 1e-6));
    BOOST_TEST(m.most > limit * 0.995);
    BOOST_TEST(std::abs(m.fourth / (m.variance * m.variance) - 1.8) < 0.1);
}
template <class Initial>
void is_normal(double deviation) {
    const moments m = moments_of(filled<Initial>());
    BOOST_TEST(std::abs(m.mean) < 4 * deviation / std::sqrt(n));
    BOOST_TEST(std::abs(m.variance / (deviation * deviation) - 1) < 4 * std::sqrt(2.0 / n));
    BOOST_TEST(std::abs(m.fourth / (m.variance * m.variance) - 3) < 4 * std::sqrt(24.0 / n));
}
// The largest entry of |V V' - 1| over the vectors along the shorter side.
double from_orthonormal(fans f) {
    const auto  v = filled<orthogonal>(f);
    const bool  wide = f.cols > f.rows;
    const std::size_t count = std::min(f.rows, f.cols), length = std::max(f.rows, f.cols);
    double most = 0;
    for (std::size_t a = 0; a < count; ++a)
        for (std::size_t b = 0; b <= a; ++b) {
            double dot = 0;
            for (std::size_t i = 0; i < length; ++i)
                dot += wide ? double{v[a * length + i]} * v[b * length + i] : double{v[i * count + a]} * v[i * count + b];
            most = laws::worse(most, std::abs(dot - (a == b)));
        }
    return most;
}
}  // namespace

BOOST_AUTO_TEST_CASE(constants_are_constant) {
    for (float v : filled<zeros>()) BOOST_TEST(v == 0.0f);
    for (float v : filled<ones>()) BOOST_TEST(v == 1.0f);
    for (float v : filled<constant_init<-1, 4>>()) BOOST_TEST(v == -0.25f);
}
BOOST_AUTO_TEST_CASE(uniform_ones_have_their_moments) {
    is_uniform<glorot_uniform>(std::sqrt(6.0 / (rows + cols)));
    is_uniform<he_uniform>(std::sqrt(6.0 / rows));
    is_uniform<fan_in_uniform>(1 / std::sqrt(1.0 * rows));
}
BOOST_AUTO_TEST_CASE(normal_ones_have_their_moments) {
    is_normal<glorot_normal>(std::sqrt(2.0 / (rows + cols)));
    is_normal<he_normal>(std::sqrt(2.0 / rows));
    is_normal<normal_init<1, 100>>(0.01);
}
BOOST_AUTO_TEST_CASE(orthogonal_is_orthonormal_along_the_shorter_side) {
    BOOST_TEST(from_orthonormal({6, 4, 6, 4}) < 1e-6);
    BOOST_TEST(from_orthonormal({4, 6, 4, 6}) < 1e-6);
    BOOST_TEST(from_orthonormal({20, 20, 20, 20}) < 1e-6);
    BOOST_TEST(from_orthonormal({100, 70, 100, 70}) < 1e-6);
}
BOOST_AUTO_TEST_CASE(seeds_differ_and_repeat) {
    BOOST_TEST((filled<he_normal>() == filled<he_normal>()));
    BOOST_TEST((filled<he_normal>() != filled<he_normal>(ours, 2)));
    BOOST_TEST((filled<orthogonal>() != filled<orthogonal>(ours, 2)));
}
