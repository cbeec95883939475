// SPDX-License-Identifier: MIT
// Boundaries that bend: at the optimum by duality, and where no straight one will do.
#define BOOST_TEST_MODULE gaussian_svm
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/eval/gaussian_svm.hpp>

#include "eval/clouds.hpp"

using namespace elbo;

namespace {

// Class 1 where both numbers have one sign.
struct quarters {
    std::vector<float>        values;
    std::vector<std::uint8_t> labels;

    explicit quarters(std::size_t count, std::uint64_t seed = 5) {
        const draws random(seed, "quarters");
        for (std::uint32_t i = 0; i < count; ++i) {
            const double a = 2 * random.uniform(i, 0) - 1, b = 2 * random.uniform(i, 1) - 1;
            values.push_back(static_cast<float>(a)), values.push_back(static_cast<float>(b));
            labels.push_back(a * b > 0);
        }
    }
    eval::points rows() const { return {values, 2}; }
};

}  // namespace

BOOST_AUTO_TEST_CASE(the_optimum_has_no_gap) {
    const made::clouds set(3, 30, 4, 1.5);
    for (const double c : {0.1, 1.0, 10.0})
        for (const double gamma : {0.05, 0.5}) {
            const eval::gaussian_svm svm(set.rows(), set.labels, gamma, {.c = c, .tolerance = 1e-9, .passes = 100000});
            BOOST_TEST(svm.converged());
            BOOST_TEST(std::abs(svm.duality_gap()) < 1e-5);  // the kernel is in single precision
            const eval::gaussian_svm rough(set.rows(), set.labels, gamma, {.c = c, .passes = 1});
            BOOST_TEST(!rough.converged());
            BOOST_TEST(rough.duality_gap() > 1e-3);
        }
}
BOOST_AUTO_TEST_CASE(where_no_straight_boundary_will_do) {
    const quarters set(400), others(400, 6);
    BOOST_TEST(eval::linear_svm<>(set.rows(), set.labels).accuracy(others.rows(), others.labels) < 0.65);
    BOOST_TEST(eval::gaussian_svm(set.rows(), set.labels, 5, {.c = 100}).accuracy(others.rows(), others.labels) > 0.95);
}
// With hardly any gamma it is a straight line: k = 2 - gamma |x - x'|^2 + ..., and classes far apart are told as by one.
BOOST_AUTO_TEST_CASE(classes_far_apart_are_told) {
    const made::clouds set(4, 50, 6, 12), others(4, 50, 6, 12, 9);
    BOOST_TEST(eval::gaussian_svm(set.rows(), set.labels, 0.01).accuracy(others.rows(), others.labels) == 1.0);
}
BOOST_AUTO_TEST_CASE(what_does_not_fit_is_refused) {
    const quarters           set(20);
    const eval::gaussian_svm svm(set.rows(), set.labels, 1);
    BOOST_CHECK_THROW(svm.classes_of({set.values, 4}), std::invalid_argument);
    BOOST_CHECK_THROW(eval::gaussian_svm(set.rows(), std::span(set.labels).first(10), 1), std::invalid_argument);
}
