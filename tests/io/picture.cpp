// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE picture
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/picture.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>
#include <stdexcept>

using namespace elbo;

namespace {

int level(const picture& p, std::size_t x, std::size_t y, std::size_t c = 0) { return p.at(x, y)[c]; }

picture flat(std::size_t width, std::size_t height, std::uint8_t grey) {
    return blank(width, height, {grey, grey, grey}, 1);
}

}  // namespace

BOOST_AUTO_TEST_CASE(floats_become_levels_and_planes_become_pixels) {
    BOOST_TEST(+pixel_level(0.0f) == 0);
    BOOST_TEST(+pixel_level(1.0f) == 255);
    BOOST_TEST(+pixel_level(0.5f) == 128);
    BOOST_TEST(+pixel_level(-3.0f) == 0);
    BOOST_TEST(+pixel_level(7.0f) == 255);
    BOOST_TEST(+pixel_level(std::numeric_limits<float>::infinity()) == 255);
    BOOST_TEST(+pixel_level(std::numeric_limits<float>::quiet_NaN()) == 0);

    const std::vector<float> planes = {1, 0, 0, 0, 0.2f, 0, 0, 0, 0, 0, 0, 0.4f};  // (3, 2, 2)
    const picture            p      = picture_of(planes, 3, 2, 2);
    BOOST_TEST(level(p, 0, 0, 0) == 255);
    BOOST_TEST(level(p, 0, 0, 1) == 51);
    BOOST_TEST(level(p, 1, 1, 2) == 102);
    BOOST_TEST(level(p, 1, 0, 0) == 0);
    BOOST_CHECK_THROW(picture_of(planes, 1, 2, 2), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(a_grid_puts_pictures_in_rows_with_padding) {
    std::vector<float> images(5 * 6);  // five of (1, 2, 3)
    for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<float>(i / 6 + 1) * 0.2f;
    const picture p = grid(images, 5, 1, 2, 3, {.columns = 2, .padding = 1, .scale = 2, .paper = {10, 10, 10}});
    BOOST_TEST(p.width == 2u * (2 * 3 + 3));
    BOOST_TEST(p.height == 2u * (3 * 2 + 4));
    BOOST_TEST(p.channels == 1u);
    BOOST_TEST(level(p, 0, 0) == 10);
    BOOST_TEST(level(p, 2, 2) == 51);       // the first
    BOOST_TEST(level(p, 2 * 5, 2) == 102);  // the second, right of it
    BOOST_TEST(level(p, 2, 2 * 7) == 255);  // the fifth, in the third row
    BOOST_TEST(level(p, 2 * 5, 2 * 7) == 10);
    BOOST_CHECK_THROW(grid(images, 4, 1, 2, 3), std::invalid_argument);
    BOOST_CHECK_THROW(grid(std::vector<picture>{}), std::invalid_argument);

    BOOST_TEST(grid(images, 5, 1, 2, 3, {.padding = 0}).width == 9u);  // three columns are as square as it gets
    BOOST_TEST(strip({flat(2, 2, 1), flat(2, 2, 2)}, {.padding = 1}).width == 7u);
}

BOOST_AUTO_TEST_CASE(pictures_stand_beside_and_above_each_other) {
    const picture across = beside({flat(2, 3, 50), flat(4, 1, 60)}, 1, {9, 9, 9});
    BOOST_TEST(across.width == 7u);
    BOOST_TEST(across.height == 3u);
    BOOST_TEST(level(across, 1, 2) == 50);
    BOOST_TEST(level(across, 2, 0) == 9);
    BOOST_TEST(level(across, 3, 0) == 60);
    BOOST_TEST(level(across, 3, 1) == 9);

    const picture mixed = above({flat(2, 2, 50), blank(2, 2, {1, 2, 3})}, 0);
    BOOST_TEST(mixed.channels == 3u);
    BOOST_TEST(mixed.height == 4u);
    BOOST_TEST(level(mixed, 0, 0, 2) == 50);
    BOOST_TEST(level(mixed, 1, 3, 2) == 3);
}

BOOST_AUTO_TEST_CASE(a_rectangle_is_a_frame_and_may_leave_the_picture) {
    picture p = flat(6, 6, 0);
    draw_rectangle(p, {1, 1, 5, 5}, {200, 200, 200});
    BOOST_TEST(p.channels == 1u);
    int ink = 0;
    for (const auto v : p.pixels) ink += v == 200;
    BOOST_TEST(ink == 12);
    BOOST_TEST(level(p, 1, 1) == 200);
    BOOST_TEST(level(p, 4, 4) == 200);
    BOOST_TEST(level(p, 2, 2) == 0);
    BOOST_TEST(level(p, 5, 5) == 0);

    draw_rectangle(p, {-4, 2, 40, 90}, {255, 0, 0});
    BOOST_TEST(p.channels == 3u);
    BOOST_TEST(level(p, 0, 2, 0) == 255);
    BOOST_TEST(level(p, 0, 2, 1) == 0);
    BOOST_TEST(level(p, 0, 5, 0) == 0);  // the left edge lies outside
    const picture before = p;
    draw_rectangle(p, {20, 20, 30, 30}, {1, 2, 3});
    draw_rectangle(p, {5, 5, 2, 2}, {1, 2, 3});
    BOOST_TEST((p == before));

    const picture around = framed(flat(2, 2, 7), 3, class_colour(1));
    BOOST_TEST(around.width == 8u);
    BOOST_TEST(level(around, 3, 3, 2) == 7);
    BOOST_TEST(level(around, 0, 7, 0) == class_colour(1).red);
}

BOOST_AUTO_TEST_CASE(ten_classes_have_ten_colours_far_apart) {
    for (std::size_t a = 0; a < class_colours; ++a)
        for (std::size_t b = 0; b < a; ++b) {
            const colour p = class_colour(a), q = class_colour(b);
            BOOST_TEST(std::abs(p.red - q.red) + std::abs(p.green - q.green) + std::abs(p.blue - q.blue) >= 60);
        }
    BOOST_TEST((class_colour(3) == class_colour(13)));
}

BOOST_AUTO_TEST_CASE(upscaling_repeats_pixels) {
    const picture p = upscaled(beside({flat(1, 1, 10), flat(1, 1, 20)}, 0), 3);
    BOOST_TEST(p.width == 6u);
    BOOST_TEST(p.height == 3u);
    BOOST_TEST(level(p, 2, 2) == 10);
    BOOST_TEST(level(p, 3, 0) == 20);
}
