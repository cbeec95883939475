// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE linear_svm
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "eval/clouds.hpp"

#include <elbo/eval/linear_svm.hpp>
#include <elbo/eval/svm_dual.hpp>

using namespace elbo;

namespace {

double primal(eval::points x, const std::vector<std::uint8_t>& y, std::size_t positive, double c, double constant, const std::vector<double>& w) {
    double sum = 0;
    for (const double v : w) sum += v * v / 2;
    for (std::size_t i = 0; i < x.size(); ++i) {
        double value = w.back() * constant;
        for (std::size_t j = 0; j < x.width; ++j) value += w[j] * static_cast<double>(x[i][j]);
        const double short_of = std::max(0.0, 1 - (y[i] == positive ? 1 : -1) * value);
        sum += c * short_of * short_of;
    }
    return sum;
}

}  // namespace

// The optimum is where every condition of Karush, Kuhn and Tucker holds, and there the dual is as high as the primal.
BOOST_AUTO_TEST_CASE(it_is_at_the_optimum) {
    const made::clouds set(3, 60, 5, 1.5);
    for (const double c : {0.01, 0.3, 10.0}) {
        const eval::svm_options how{.c = c, .tolerance = 1e-10, .passes = 100000};
        const eval::linear_svm<eval::svm_by_dual_descent> svm(set.rows(), set.labels, how);
        const eval::linear_svm<> other(set.rows(), set.labels, how);
        BOOST_TEST(other.converged());
        BOOST_TEST(svm.converged());
        for (std::size_t k = 0; k < 3; ++k) {
            const eval::svm_by_dual_descent& b = svm.boundaries()[k];
            std::vector<double>              w = b.weight, sum(w.size(), 0.0);
            const double              least = primal(set.rows(), set.labels, k, c, how.constant, w);
            BOOST_TEST(b.duality_gap(set.rows()) >= -1e-9 * least);
            BOOST_TEST(b.duality_gap(set.rows()) <= 1e-9 * least);
            for (std::size_t i = 0; i < set.labels.size(); ++i) {
                const double a = b.multipliers[i], y = set.labels[i] == k ? 1 : -1, margin = y * b.value(set.rows()[i]);
                BOOST_TEST(a >= 0.0);
                BOOST_TEST(std::abs(a - 2 * c * std::max(0.0, 1 - margin)) < 1e-8);  // of the squared hinge
                for (std::size_t j = 0; j < 5; ++j) sum[j] += a * y * static_cast<double>(set.rows()[i][j]);
                sum[5] += a * y;
            }
            for (std::size_t j = 0; j < 6; ++j) BOOST_TEST(std::abs(sum[j] - w[j]) < 1e-10);
            // So says Newton's method, which knows no multipliers.
            for (std::size_t j = 0; j < 6; ++j) BOOST_TEST(std::abs(other.boundaries()[k].weight[j] - w[j]) < 1e-7);
            // No step away from it goes down.
            for (std::size_t j = 0; j < 6; ++j)
                for (const double step : {-1e-3, 1e-3}) {
                    w[j] += step;
                    BOOST_TEST(primal(set.rows(), set.labels, k, c, how.constant, w) > least);
                    w[j] -= step;
                }
        }
    }
}

// In a plane, against a search of all boundaries, finer and finer about the best.
BOOST_AUTO_TEST_CASE(it_agrees_with_brute_force) {
    const made::clouds  set(2, 25, 2, 1);
    const double        c = 0.5;
    std::vector<double> best(3, 0.0);
    double              least = primal(set.rows(), set.labels, 0, c, 1, best);
    for (double step = 1; step > 1e-7; step /= 2) {
        for (bool better = true; better;) {
            better = false;
            std::vector<double> at(3);
            for (int a = -2; a <= 2; ++a)
                for (int b = -2; b <= 2; ++b)
                    for (int d = -2; d <= 2; ++d) {
                        const std::vector<double> w{best[0] + a * step, best[1] + b * step, best[2] + d * step};
                        if (const double v = primal(set.rows(), set.labels, 0, c, 1, w); v < least) least = v, at = w, better = true;
                    }
            if (better) best = at;
        }
    }
    const eval::svm_by_dual_descent found(set.rows(), [&](std::size_t i) { return set.labels[i] == 0; }, {.c = c, .tolerance = 1e-9, .passes = 100000});
    for (std::size_t j = 0; j < 3; ++j) BOOST_TEST(std::abs(found.weight[j] - best[j]) < 1e-6);
}

BOOST_AUTO_TEST_CASE(a_seed_is_an_order_and_the_order_does_not_matter) {
    const made::clouds     set(2, 100, 3, 1);
    const auto             positive = [&](std::size_t i) { return set.labels[i] == 1; };
    const eval::svm_options how{.tolerance = 1e-9, .passes = 100000, .seed = 1}, other{.tolerance = 1e-9, .passes = 100000, .seed = 2};
    const eval::svm_by_dual_descent a(set.rows(), positive, how), again(set.rows(), positive, how), b(set.rows(), positive, other);
    for (std::size_t j = 0; j < 4; ++j) {
        BOOST_TEST(a.weight[j] == again.weight[j]);
        BOOST_TEST(std::abs(a.weight[j] - b.weight[j]) < 1e-7);
    }
}

// Columns that say the same, and one that is a thousand times as large: what makes iterative solvers slow.
BOOST_AUTO_TEST_CASE(badly_scaled_columns_take_no_longer) {
    const made::clouds set(3, 200, 5, 1.5);
    std::vector<float> wide;
    for (std::size_t i = 0; i < set.labels.size(); ++i)
        for (std::size_t j = 0; j < 10; ++j) wide.push_back(set.rows()[i][j % 5] * (j % 5 == 4 ? 1000.0f : 1.0f));
    const eval::linear_svm<> svm({wide, 10}, set.labels, {.c = 10, .tolerance = 1e-6});
    BOOST_TEST(svm.converged());
    for (const auto& boundary : svm.boundaries()) {
        BOOST_TEST(boundary.passes < 40u);
        for (std::size_t j = 0; j < 5; ++j) BOOST_TEST(boundary.weight[j] == boundary.weight[j + 5], boost::test_tools::tolerance(1e-3));
    }
}

BOOST_AUTO_TEST_CASE(what_is_not_a_number_ends_and_is_no_solution) {
    made::clouds set(2, 20, 3, 1);
    set.values[4] = std::numeric_limits<float>::quiet_NaN();
    BOOST_TEST(!eval::linear_svm<>(set.rows(), set.labels).converged());
}

BOOST_AUTO_TEST_CASE(it_separates_what_is_separable_and_counts) {
    const made::clouds     apart(4, 50, 6, 12), mixed(4, 50, 6, 0);
    const eval::linear_svm<> svm(apart.rows(), apart.labels);
    BOOST_TEST(svm.accuracy(apart.rows(), apart.labels) == 1.0);
    BOOST_TEST(svm.accuracy(made::clouds(4, 50, 6, 12, 9).rows(), apart.labels) == 1.0);
    BOOST_TEST(eval::linear_svm<>(mixed.rows(), mixed.labels).accuracy(made::clouds(4, 50, 6, 0, 9).rows(), mixed.labels) < 0.45);
    BOOST_CHECK_THROW(eval::linear_svm<>(apart.rows(), std::span(apart.labels).first(10)), std::invalid_argument);
    BOOST_CHECK_THROW(svm.classes_of({apart.values, 3}), std::invalid_argument);
    BOOST_CHECK_THROW(eval::points(apart.values, 7), std::invalid_argument);
}
