// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE principal_components
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "eval/clouds.hpp"

#include <elbo/eval/principal_components.hpp>

using namespace elbo;

namespace {

// The matrix of second differences: its eigenvalues are 2 - 2 cos(pi k / (n + 1)), its eigenvectors sines.
std::vector<double> second_differences(std::size_t n) {
    std::vector<double> a(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        a[i * n + i] = 2;
        if (i + 1 < n) a[i * n + i + 1] = a[(i + 1) * n + i] = -1;
    }
    return a;
}
double known(std::size_t n, std::size_t from_the_largest) {
    return 2 - 2 * std::cos(3.141592653589793 * static_cast<double>(n - from_the_largest) / static_cast<double>(n + 1));
}
void solves(const eval::eigen_system& found, const std::vector<double>& a, std::size_t n, double within) {
    const std::size_t m = found.values.size();
    for (std::size_t i = 0; i < m; ++i) {
        for (std::size_t r = 0; r < n; ++r) {
            double sum = 0;
            for (std::size_t c = 0; c < n; ++c) sum += a[r * n + c] * found.vectors[i * n + c];
            BOOST_TEST(std::abs(sum - found.values[i] * found.vectors[i * n + r]) < within);
        }
        for (std::size_t j = 0; j < m; ++j) {
            double dot = 0;
            for (std::size_t c = 0; c < n; ++c) dot += found.vectors[i * n + c] * found.vectors[j * n + c];
            BOOST_TEST(std::abs(dot - (i == j ? 1 : 0)) < 1e-10);
        }
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(rotations_find_all_eigenvalues) {
    for (const std::size_t n : {1u, 2u, 9u, 30u}) {
        const auto a     = second_differences(n);
        const auto found = eval::symmetric_eigen(a, n);
        for (std::size_t k = 0; k < n; ++k) BOOST_TEST(std::abs(found.values[k] - known(n, k)) < 1e-12);
        solves(found, a, n, 1e-12);
    }
}

// Its largest eigenvalues lie close to each other, which is what makes it hard.
BOOST_AUTO_TEST_CASE(a_subspace_finds_the_largest) {
    constexpr std::size_t n = 60;
    std::vector<double>   a(n * n, 0.0);
    const auto            d = second_differences(n);
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < n; ++c)
            for (std::size_t k = 0; k < n; ++k) a[r * n + c] += d[r * n + k] * d[k * n + c];
    const auto found = eval::largest_eigen(a, n, 5);
    for (std::size_t k = 0; k < 5; ++k) BOOST_TEST(std::abs(found.values[k] / std::pow(known(n, k), 2) - 1) < 1e-9);
    solves(found, a, n, 1e-7);
}

BOOST_AUTO_TEST_CASE(directions_are_those_of_the_data) {
    // 3, 2 and 1 along three axes of 40 that are turned by a reflection, 0.1 along the others.
    constexpr std::size_t d = 40, n = 4000;
    std::vector<double>   mirror(d);
    for (std::size_t j = 0; j < d; ++j) mirror[j] = std::sin(static_cast<double>(j) + 1);
    const double        square = eval::spectral::dot(mirror.data(), mirror.data(), d);
    const draws         random(2, "x");
    std::vector<float>  x;
    std::vector<double> row(d);
    for (std::uint32_t i = 0; i < n; ++i) {
        for (std::uint32_t j = 0; j < d; ++j) row[j] = random.normal(i, j) * (j < 3 ? 3.0 - j : 0.1);
        const double along = 2 * eval::spectral::dot(row.data(), mirror.data(), d) / square;
        for (std::size_t j = 0; j < d; ++j) x.push_back(static_cast<float>(row[j] - along * mirror[j] + 0.5));
    }
    const eval::principal_components pca({x, d}, 3);
    for (std::size_t k = 0; k < 3; ++k) {
        double found = 0;
        for (std::size_t j = 0; j < d; ++j) found += pca.direction(k)[j] * ((j == k ? 1 : 0) - 2 * mirror[k] * mirror[j] / square);
        BOOST_TEST(std::abs(std::abs(found) - 1) < 2e-3);
        BOOST_TEST(std::abs(pca.variances()[k] / std::pow(3.0 - static_cast<double>(k), 2) - 1) < 0.08);
    }
    BOOST_TEST(std::abs(pca.explained() - 14 / 14.37) < 0.01);

    // Codes have the variances, no mean and no correlation; what is restored is as far away as the rest of the variance.
    const auto codes = pca.project({x, d}), back = pca.restore({codes, 3});
    for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t b = 0; b < 3; ++b) {
            double sum = 0, both = 0;
            for (std::size_t i = 0; i < n; ++i) sum += static_cast<double>(codes[i * 3 + a]), both += static_cast<double>(codes[i * 3 + a]) * static_cast<double>(codes[i * 3 + b]);
            BOOST_TEST(std::abs(sum / n) < 1e-5);
            BOOST_TEST(std::abs(both / (n - 1) - (a == b ? pca.variances()[a] : 0)) < 1e-4);
        }
    double rest = 0, all = 0;
    for (std::size_t a = 0; a < 3; ++a) all += pca.variances()[a];
    for (std::size_t i = 0; i < x.size(); ++i) rest += std::pow(static_cast<double>(x[i]) - static_cast<double>(back[i]), 2) / (n - 1);
    BOOST_TEST(std::abs(rest - all * (1 / pca.explained() - 1)) < 1e-4);
    BOOST_CHECK_THROW(eval::principal_components({x, d}, 41), std::invalid_argument);
    BOOST_CHECK_THROW(pca.project({x, 20}), std::invalid_argument);
}
