// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE nearest
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "eval/clouds.hpp"

#include <elbo/eval/nearest.hpp>

using namespace elbo;

BOOST_AUTO_TEST_CASE(neighbours_are_the_nearest) {
    const made::clouds set(2, 50, 3, 0), other(2, 10, 3, 0, 8);
    for (std::size_t i = 0; i < 20; ++i) {
        const auto near = eval::nearest_to(other.rows()[i], set.rows(), 5);
        BOOST_TEST(near.size() == 5u);
        for (std::size_t k = 0; k < 5; ++k) {
            BOOST_TEST(std::abs(near[k].distance - std::sqrt(eval::squared_distance(other.rows()[i], set.rows()[near[k].row]))) < 1e-12);
            std::size_t nearer = 0;  // as many rows are nearer as its place says
            for (std::size_t j = 0; j < 100; ++j) nearer += std::sqrt(eval::squared_distance(other.rows()[i], set.rows()[j])) < near[k].distance;
            BOOST_TEST(nearer == k);
        }
    }
    BOOST_TEST(eval::nearest_to(set.rows()[4], set.rows(), 1)[0].row == 4u);
    BOOST_TEST(eval::nearest_to(set.rows()[4], set.rows(), 1, 4)[0].row != 4u);
    BOOST_TEST(eval::nearest_to(set.rows()[4], set.rows(), 1000).size() == 100u);
}

BOOST_AUTO_TEST_CASE(they_vote) {
    const std::vector<std::uint8_t>    y{0, 1, 1, 2, 2};
    const std::vector<eval::neighbour> most{{0, 1}, {1, 2}, {2, 3}, {3, 4}}, tie{{3, 1}, {1, 2}, {2, 3}, {4, 4}};
    BOOST_TEST(int{eval::vote(most, y)} == 1);
    BOOST_TEST(int{eval::vote(tie, y)} == 2);
    const made::clouds set(3, 40, 4, 10), other(3, 40, 4, 10, 8);
    BOOST_TEST(eval::agreement(eval::classes_by_neighbours(other.rows(), set.rows(), set.labels, 5), other.labels) == 1.0);
    BOOST_CHECK_THROW(eval::classes_by_neighbours({other.values, 2}, set.rows(), set.labels, 5), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(distances_to_a_set_are_means) {
    const std::vector<float> line{0, 1, 3, 7}, at{0, 5};
    BOOST_TEST(std::abs(eval::mean_distance({at, 1}, {line, 1}, 2) - (0.0 + 1 + 2 + 2) / 4) < 1e-12);
}
