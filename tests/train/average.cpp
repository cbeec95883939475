// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE average
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/average.hpp>
#include <elbo/train/early_stopping.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

using namespace elbo;

namespace {
double parameter_at(std::uint64_t t) { return std::sin(static_cast<double>(t)) + 0.1 * static_cast<double>(t); }

template <class Rule>
double average_after(const Rule& rule, std::uint64_t last) {
    std::vector<double> a{std::numeric_limits<double>::max()};  // whatever was there
    for (std::uint64_t t = 1; t <= last; ++t) {
        const std::vector<double> p{parameter_at(t)};
        update_average(std::span(a), std::span<const double>(p), rule.weight(t));
    }
    return a[0];
}
}  // namespace

BOOST_AUTO_TEST_CASE(the_exponential_average_has_no_bias) {
    for (const double d : {0.5, 0.9, 0.999})
        for (const std::uint64_t last : {1u, 2u, 10u, 300u}) {
            double moment = 0;  // the usual recurrence from zero, corrected at the end
            for (std::uint64_t t = 1; t <= last; ++t) moment = d * moment + (1 - d) * parameter_at(t);
            BOOST_TEST(average_after(exponential_average{d}, last) == moment / (1 - std::pow(d, double(last))),
                       boost::test_tools::tolerance(1e-11));
        }
}

BOOST_AUTO_TEST_CASE(polyaks_average_is_the_mean) {
    double sum = 0;
    for (std::uint64_t t = 1; t <= 50; ++t) sum += parameter_at(t);
    BOOST_TEST(average_after(polyak_average{}, 50) == sum / 50, boost::test_tools::tolerance(1e-13));
}

BOOST_AUTO_TEST_CASE(stopping_waits_for_patience) {
    early_stopping stop{.patience = 3, .least = 0.1};
    BOOST_TEST(stop.look(5, 10));
    BOOST_TEST(stop.look(4, 20));
    BOOST_TEST(!stop.look(3.95, 30));  // not by enough
    BOOST_TEST(!stop.look(4.5, 40));
    BOOST_TEST(!stop.enough());
    BOOST_TEST(stop.look(3.8, 50));
    for (int i = 0; i < 3; ++i) {
        BOOST_TEST(!stop.enough());
        BOOST_TEST(!stop.look(std::nan(""), 60));
    }
    BOOST_TEST(stop.enough());
    BOOST_TEST(stop.best == 3.8);
    BOOST_TEST(stop.best_at == 50u);
}

BOOST_AUTO_TEST_CASE(patience_zero_never_stops_and_the_first_number_beats_none) {
    early_stopping stop;
    BOOST_TEST(!stop.look(std::nan(""), 1));
    BOOST_TEST(stop.look(1e9, 2));
    for (std::uint64_t i = 0; i < 100; ++i) stop.look(2e9, i);
    BOOST_TEST(!stop.enough());
    BOOST_TEST(stop.best == 1e9);
}
