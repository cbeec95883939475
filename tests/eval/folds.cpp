// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE folds
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "eval/clouds.hpp"

#include <elbo/eval/folds.hpp>

using namespace elbo;

BOOST_AUTO_TEST_CASE(parts_are_of_one_size) {
    for (const std::size_t n : {9u, 100u, 1003u}) {
        const auto               part = eval::plain_folds(n, 9, 4);
        std::vector<std::size_t> size(9, 0);
        for (const std::size_t f : part) ++size.at(f);
        for (const std::size_t s : size) BOOST_TEST((s == n / 9 || s == n / 9 + 1));
        BOOST_TEST(part == eval::plain_folds(n, 9, 4), boost::test_tools::per_element());
        BOOST_TEST((n == 9 || part != eval::plain_folds(n, 9, 5)));
    }
    BOOST_CHECK_THROW(eval::plain_folds(10, 1, 1), std::invalid_argument);
    BOOST_CHECK_THROW(eval::plain_folds(10, 11, 1), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_class_has_its_share_of_every_part) {
    std::vector<std::uint8_t> y;
    for (std::size_t i = 0; i < 1000; ++i) y.push_back(static_cast<std::uint8_t>(i % 7 == 0 ? 0 : i % 3));
    const auto               part = eval::stratified_folds(y, 9, 4);
    std::vector<std::size_t> share(9 * 3, 0), whole(3, 0), size(9, 0);
    for (std::size_t i = 0; i < y.size(); ++i) ++share[part.at(i) * 3 + y[i]], ++whole[y[i]], ++size[part[i]];
    for (std::size_t f = 0; f < 9; ++f) {
        BOOST_TEST((size[f] == 111 || size[f] == 112));
        for (std::size_t c = 0; c < 3; ++c) BOOST_TEST((share[f * 3 + c] == whole[c] / 9 || share[f * 3 + c] == whole[c] / 9 + 1));
    }
    BOOST_TEST((part != eval::stratified_folds(y, 9, 5)));
}

BOOST_AUTO_TEST_CASE(every_row_is_held_out_once_and_never_fitted_then) {
    const made::clouds set(2, 20, 3, 0);
    std::vector<float> seen;
    const auto         scores = eval::cross_validated(set.rows(), set.labels, eval::plain_folds(40, 4, 1), [&](const auto& rest, const auto& held) {
        BOOST_TEST(rest.labels.size() == 30u);
        BOOST_TEST(held.labels.size() == 10u);
        for (std::size_t i = 0; i < 10; ++i) {
            seen.push_back(held.rows()[i][0]);
            for (std::size_t j = 0; j < 30; ++j) BOOST_TEST(rest.rows()[j][0] != held.rows()[i][0]);
        }
        return static_cast<double>(seen.size());
    });
    BOOST_TEST(scores == (std::vector<double>{10, 20, 30, 40}), boost::test_tools::per_element());
    std::vector<float> all;
    for (std::size_t i = 0; i < 40; ++i) all.push_back(set.rows()[i][0]);
    std::sort(all.begin(), all.end()), std::sort(seen.begin(), seen.end());
    BOOST_TEST(seen == all, boost::test_tools::per_element());
    const auto spread = eval::spread_of(scores);
    BOOST_TEST(spread.mean == 25.0);
    BOOST_TEST(std::abs(spread.deviation - std::sqrt(500.0 / 3)) < 1e-12);
}

BOOST_AUTO_TEST_CASE(columns_are_standardised_as_they_were_fitted) {
    const std::vector<float>    x{1, 5, 7, 3, 5, 9, 5, 5, 5}, other{3, 6, 7};
    const eval::standardisation fitted({x, 3});
    const auto                  z = fitted({x, 3});
    for (std::size_t j = 0; j < 3; ++j) {
        double sum = 0, square = 0;
        for (std::size_t i = 0; i < 3; ++i) sum += static_cast<double>(z[i * 3 + j]), square += std::pow(static_cast<double>(z[i * 3 + j]), 2);
        BOOST_TEST(std::abs(sum) < 1e-6);
        BOOST_TEST(std::abs(square / 3 - (j == 1 ? 0 : 1)) < 1e-6);
    }
    BOOST_TEST(fitted({other, 3}) == (std::vector<float>{0, 0, 0}), boost::test_tools::per_element());
    BOOST_CHECK_THROW(fitted({x, 9}), std::invalid_argument);
}
