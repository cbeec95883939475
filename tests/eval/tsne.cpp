// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE tsne
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "eval/clouds.hpp"

#include <elbo/eval/nearest.hpp>
#include <elbo/eval/tsne.hpp>

using namespace elbo;

BOOST_AUTO_TEST_CASE(neighbourhoods_have_the_perplexity) {
    const made::clouds  set(2, 40, 4, 3);
    std::vector<double> squared(80), p(80);
    for (const double perplexity : {2.0, 10.0, 60.0})
        for (std::size_t i = 0; i < 80; i += 7) {
            for (std::size_t j = 0; j < 80; ++j) squared[j] = 1e3 * eval::squared_distance(set.rows()[i], set.rows()[j]);
            eval::embedding::neighbourhood(squared, i, perplexity, p);
            double entropy = 0, sum = 0;
            for (const double v : p) entropy -= v > 0 ? v * std::log(v) : 0, sum += v;
            BOOST_TEST(std::abs(sum - 1) < 1e-12);
            BOOST_TEST(std::abs(std::exp(entropy) / perplexity - 1) < 1e-8);
            BOOST_TEST(p[i] == 0.0);
        }
    const auto pairs = eval::affinities(set.rows(), 10);
    double     sum   = 0;
    for (std::size_t i = 0; i < 80; ++i)
        for (std::size_t j = 0; j < 80; ++j) {
            BOOST_TEST(pairs[i * 80 + j] == pairs[j * 80 + i]);
            sum += static_cast<double>(pairs[i * 80 + j]);
        }
    BOOST_TEST(std::abs(sum - 1) < 1e-5);
    BOOST_CHECK_THROW(eval::affinities(set.rows(), 80), std::invalid_argument);
    BOOST_CHECK_THROW(eval::affinities(set.rows(), 1), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(the_slope_is_the_finite_difference) {
    const made::clouds  set(2, 15, 3, 2), places(1, 30, 2, 0, 5);
    const auto          p = eval::affinities(set.rows(), 8);
    std::vector<double> y(places.values.begin(), places.values.end()), slope(60);
    eval::divergence_slope(p, y, 1, slope);
    for (std::size_t i = 0; i < 60; ++i) {
        const double here = y[i], h = 1e-4;
        y[i] = here + h;
        const double above = eval::divergence(p, y);
        y[i]               = here - h;
        const double below = eval::divergence(p, y);
        y[i]               = here;
        BOOST_TEST(std::abs((above - below) / (2 * h) - slope[i]) < 1e-7);
    }
}

BOOST_AUTO_TEST_CASE(clusters_stay_apart) {
    const made::clouds set(3, 50, 10, 12);
    const auto         few = eval::tsne(set.rows(), {.perplexity = 15, .steps = 60, .exaggerated = 30});
    const auto         all = eval::tsne(set.rows(), {.perplexity = 15, .steps = 500, .exaggerated = 100});
    BOOST_TEST(all.divergence < few.divergence);
    BOOST_TEST(all.divergence > 0.0);
    // Every neighbour in the plane is of the same cluster, and every point is where its cluster is.
    const eval::points plane(all.places, 2);
    for (std::size_t i = 0; i < plane.size(); ++i)
        for (const auto& near : eval::nearest_to(plane[i], plane, 10, i)) BOOST_TEST(int{set.labels[near.row]} == int{set.labels[i]});
    BOOST_TEST(eval::tsne(set.rows(), {.perplexity = 15, .steps = 60, .exaggerated = 30}).places == few.places, boost::test_tools::per_element());
}
