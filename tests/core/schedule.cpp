// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE schedule
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/schedule.hpp>

#include <cmath>
#include <cstddef>

using namespace elbo::schedules;

static_assert(constant{0.3}(1e9) == 0.3);
static_assert(warm_up{0, 1, 200}(50) == 0.25);
static_assert(warm_up{0.5, 2, 10}(0) == 0.5 && warm_up{0.5, 2, 10}(10) == 2 && warm_up{0.5, 2, 10}(1e6) == 2);
static_assert(step_decay{8, 0.5, 10}(9.9) == 8 && step_decay{8, 0.5, 10}(10) == 4 && step_decay{8, 0.5, 10}(35) == 1);
static_assert(step_decay{8, 0.5, 10}(-1) == 8);
static_assert(warmed_up<constant>{{2}, 4}(1) == 0.5 && warmed_up<constant>{{2}, 4}(4) == 2);
static_assert(cyclic{0, 1, 400, 4, 0.5}(0) == 0 && cyclic{0, 1, 400, 4, 0.5}(25) == 0.5);
static_assert(cyclic{0, 1, 400, 4, 0.5}(50) == 1 && cyclic{0, 1, 400, 4, 0.5}(99) == 1);
static_assert(cyclic{0, 1, 400, 4, 0.5}(100) == 0 && cyclic{0, 1, 400, 4, 0.5}(325) == 0.5);
static_assert(cyclic{0, 1, 400, 4, 0.5}(400) == 1 && cyclic{0, 1, 400, 4, 0.5}(1e9) == 1);
static_assert(iwae_learning_rate.length() == 3280);
static_assert(piecewise<2>{{{{2, 5}, {3, 7}}}}(1.999) == 5 && piecewise<2>{{{{2, 5}, {3, 7}}}}(2) == 7);
static_assert(piecewise<2>{{{{2, 5}, {3, 7}}}}(100) == 7);

BOOST_AUTO_TEST_CASE(cosine_goes_from_one_end_to_the_other) {
    const cosine s{1e-3, 1e-5, 100};
    BOOST_TEST(s(0) == 1e-3);
    BOOST_TEST(s(100) == 1e-5);
    BOOST_TEST(s(1000) == 1e-5);
    BOOST_TEST(s(50) == 0.5 * (1e-3 + 1e-5), boost::test_tools::tolerance(1e-14));
    BOOST_TEST(s(25) == 1e-5 + 0.99e-3 * (0.5 + 0.5 * std::sqrt(0.5)), boost::test_tools::tolerance(1e-14));
    for (int t = 0; t < 100; ++t) BOOST_TEST(s(t + 1) < s(t));
}

BOOST_AUTO_TEST_CASE(exponential_meets_the_stairs_where_they_step_and_stops_at_its_floor) {
    const exponential smooth{2, 0.9, 7, 0};
    const step_decay  stairs{2, 0.9, 7};
    for (int k = 0; k < 30; ++k) BOOST_TEST(smooth(7 * k) == stairs(7 * k), boost::test_tools::tolerance(1e-13));
    BOOST_TEST((exponential{1, 0.5, 1, 0.1}(20)) == 0.1);
}

BOOST_AUTO_TEST_CASE(the_iwae_list_is_its_formula) {
    double start = 0;
    for (int i = 1; i <= 8; ++i) {
        const double rate   = 1e-4 * std::round(std::pow(10.0, 1 - (i - 1) / 7.0) * 10) / 10,
                     length = std::pow(3.0, i - 1);
        BOOST_TEST(iwae_learning_rate(start) == rate, boost::test_tools::tolerance(1e-14));
        BOOST_TEST(iwae_learning_rate(start + length - 0.001) == rate, boost::test_tools::tolerance(1e-14));
        start += length;
    }
    BOOST_TEST(start == iwae_learning_rate.length());
}
