// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE strokes
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/eval/answers.hpp>
#include <elbo/eval/strokes.hpp>

#include <array>
#include <cmath>
#include <vector>

using namespace elbo;

namespace {

// A bar of the given width from the bottom of a 40 x 40 image to its top, `lean` columns to the right for each row upwards, its
// edges as wide as a pixel.
std::vector<float> bar(double width, double lean, std::size_t side = 40) {
    std::vector<float> pixels(side * side, 0.0f);
    for (std::size_t r = 4; r + 4 < side; ++r)
        for (std::size_t c = 0; c < side; ++c) {
            const double middle = 19.5 + lean * (19.5 - static_cast<double>(r));
            const double inside = width / 2 + 0.5 - std::abs(static_cast<double>(c) - middle);
            pixels[r * side + c] = static_cast<float>(std::fmin(1.0, std::fmax(0.0, inside)));
        }
    return pixels;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_bar_leans_as_it_was_made) {
    for (double lean : {-0.4, 0.0, 0.25, 0.5}) BOOST_TEST(std::abs(eval::slant({bar(3, lean), 40}) - lean) <= 0.01);
    BOOST_TEST(eval::slant({std::vector<float>(1600, 0.0f), 40}) == 0.0);
}
BOOST_AUTO_TEST_CASE(a_bar_is_as_thick_as_it_was_made) {
    for (double width : {2.0, 4.0, 6.0}) BOOST_TEST(std::abs(eval::thickness({bar(width, 0), 40}) - width) <= 0.2 * width);
    BOOST_TEST(eval::thickness({bar(3, 0), 40}) < eval::thickness({bar(5, 0), 40}));
    BOOST_TEST(eval::thickness({std::vector<float>(1600, 0.0f), 40}) == 0.0);
}
BOOST_AUTO_TEST_CASE(correlations) {
    const std::array<double, 4> x{1, 2, 3, 4}, twice{2, 4, 6, 8}, against{4, 3, 2, 1}, same{5, 5, 5, 5};
    BOOST_TEST(std::abs(eval::correlation(x, twice) - 1) <= 1e-12);
    BOOST_TEST(std::abs(eval::correlation(x, against) + 1) <= 1e-12);
    BOOST_TEST(eval::correlation(x, same) == 0.0);
    BOOST_CHECK_THROW(eval::correlation(x, std::span(twice).first(3)), std::invalid_argument);
}
// Two images at 0 and 3 in one pixel: 3 apart. Classes of one image say nothing.
BOOST_AUTO_TEST_CASE(distances_within_classes) {
    const std::array<float, 6> images{0, 1, 3, 1, 100, 100};
    const std::array<float, 3> classes{2, 2, 0};
    BOOST_TEST(std::abs(eval::distance_within_classes(images, classes) - 3) <= 1e-12);
    BOOST_CHECK_THROW(eval::distance_within_classes(images, std::span(classes).first(0)), std::invalid_argument);
}
// Two questions, three answers each.
BOOST_AUTO_TEST_CASE(the_best_of_some_answers) {
    const std::array<float, 4>  truth{0, 0, 1, 1};
    const std::array<float, 12> answers{3, 0, 0, 2, 1, 0, 1, 2, 1, 1, 5, 5};
    BOOST_TEST(eval::least_squared_error(truth, answers, 2, 3, 1) == (9.0 + 1.0) / 2);
    BOOST_TEST(eval::least_squared_error(truth, answers, 2, 3, 2) == (4.0 + 0.0) / 2);
    BOOST_TEST(eval::least_squared_error(truth, answers, 2, 3, 3) == (1.0 + 0.0) / 2);
    BOOST_CHECK_THROW(eval::least_squared_error(truth, answers, 2, 2, 1), std::invalid_argument);
}
