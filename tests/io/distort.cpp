// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE distort
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/distort.hpp>

using namespace elbo;

namespace {

data::images some(std::size_t count, std::size_t channels, std::size_t side) {
    data::images set;
    set.channels = channels, set.height = set.width = side;
    const draws random(4, "pixels");
    for (std::size_t i = 0; i < count * channels * side * side; ++i) set.pixels.push_back(static_cast<std::uint8_t>(random.below(256, static_cast<std::uint32_t>(i))));
    set.labels.assign(count, 3);
    return set;
}

}  // namespace

BOOST_AUTO_TEST_CASE(nothing_asked_for_leaves_every_bit) {
    const auto set = some(5, 3, 7);
    BOOST_TEST(data::distorted(set, {}, 1).pixels == set.pixels, boost::test_tools::per_element());
    BOOST_TEST(data::distorted(set, {}, 1).labels == set.labels, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_quarter_turn_is_one) {
    const auto   set     = some(2, 2, 6);
    const double quarter = 1.5707963267948966;
    const auto   turned  = data::distorted(set, {.rotation = {quarter, quarter}}, 1);
    for (std::size_t i = 0; i < 2; ++i)
        for (std::size_t y = 0; y < 6; ++y)
            for (std::size_t x = 0; x < 6; ++x)
                for (std::size_t c = 0; c < 2; ++c)
                    BOOST_TEST(int{turned[i][(y * 6 + x) * 2 + c]} == int{set[i][((5 - x) * 6 + y) * 2 + c]});
}

// Where images are there several times, the first of each is what it is alone, and the next is another.
BOOST_AUTO_TEST_CASE(images_are_moved_several_times) {
    const auto set = some(4, 1, 8), once = data::distorted(set, data::rotated, 5), thrice = data::distorted(set, data::rotated, 5, 3);
    BOOST_TEST(thrice.size() == 12u);
    BOOST_TEST(thrice.labels.size() == 12u);
    BOOST_TEST(std::vector(thrice.pixels.begin(), thrice.pixels.begin() + 256) == once.pixels, boost::test_tools::per_element());
    BOOST_TEST((std::vector(thrice.pixels.begin() + 256, thrice.pixels.begin() + 512) != once.pixels));
}

// In more room an image keeps its ink, wherever it lies; larger, it has more of it.
BOOST_AUTO_TEST_CASE(images_are_scattered) {
    data::images set = some(200, 1, 9);
    for (std::size_t i = 0; i < set.pixels.size(); ++i)  // a blot in the middle
        set.pixels[i] = i / 9 % 9 > 2 && i / 9 % 9 < 6 && i % 9 > 2 && i % 9 < 6 ? 200 : 0;
    const auto far = data::distorted(set, {.room = 6}, 3), large = data::distorted(set, {.rotation = {-1, 1}, .scale = {2, 2}, .room = 6}, 3);
    BOOST_TEST(far.height == 15u);
    BOOST_TEST(far.size() == 200u);
    double least = 1e9, most = -1e9;
    for (std::size_t i = 0; i < 200; ++i) {
        double ink = 0, along = 0, more = 0;
        for (std::size_t p = 0; p < 225; ++p) ink += far[i][p], along += far[i][p] * static_cast<double>(p % 15), more += large[i][p];
        BOOST_TEST(std::abs(ink / 1800 - 1) < 0.02);
        BOOST_TEST(std::abs(more / 7200 - 1) < 0.05);
        least = std::min(least, along / ink), most = std::max(most, along / ink);
    }
    BOOST_TEST((least < 4.3 && most > 9.7));
    BOOST_TEST((data::distorted(set, data::scattered, 3).pixels == data::distorted(set, data::scattered, 3).pixels));
    BOOST_TEST((data::distorted(set, data::rotated, 3).pixels != data::distorted(set, data::rotated, 4).pixels));
}
