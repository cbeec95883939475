// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE batches
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/batches.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <stdexcept>
#include <vector>

using namespace elbo;

namespace {

data::images some_images(std::size_t n, std::size_t side, std::size_t channels = 1) {
    data::images set;
    set.name     = "some";
    set.kind     = channels == 1 ? data::pixels_are::grey : data::pixels_are::colour;
    set.channels = channels, set.height = set.width = side;
    set.classes = 10;
    const draws random(5, "test images");
    for (std::uint32_t i = 0; i < n * set.image_size(); ++i)
        set.pixels.push_back(static_cast<std::uint8_t>(random.below(256, i)));
    for (std::size_t i = 0; i < n; ++i) set.labels.push_back(static_cast<std::uint8_t>(i % 10));
    return set;
}

std::vector<float> epoch_of(const data::batches& from, std::uint64_t epoch, std::size_t batch) {
    std::vector<float> all(from.size() * from.image_size());
    for (std::size_t first = 0; first < from.size(); first += batch) {
        const std::size_t n = std::min(batch, from.size() - first);
        from.pixels(std::span(all).subspan(first * from.image_size(), n * from.image_size()), epoch, first, n);
    }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_epoch_holds_every_image_once) {
    for (const std::size_t n : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 100u, 1023u, 1024u, 1025u, 60000u}) {
        const data::permutation order(n, 1, "shuffle", 3);
        std::vector<bool>       seen(n);
        for (std::size_t i = 0; i < n; ++i) {
            const std::size_t image = order(i);
            BOOST_REQUIRE(image < n);
            BOOST_REQUIRE(!seen[image]);
            seen[image] = true;
        }
    }
}

BOOST_AUTO_TEST_CASE(every_epoch_and_every_seed_has_its_own_order) {
    const data::permutation a(1000, 1, "shuffle", 0), again(1000, 1, "shuffle", 0), b(1000, 1, "shuffle", 1),
        c(1000, 2, "shuffle", 0);
    int same_b = 0, same_c = 0, fixed = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        BOOST_TEST(a(i) == again(i));
        same_b += a(i) == b(i), same_c += a(i) == c(i), fixed += a(i) == i;
    }
    // Matches of two random orders are Poisson of mean 1.
    BOOST_TEST(same_b < 6);
    BOOST_TEST(same_c < 6);
    BOOST_TEST(fixed < 6);
}

// Over many epochs an image stands at every position equally often, and pairs of neighbours are spread likewise.
BOOST_AUTO_TEST_CASE(orders_are_even) {
    constexpr std::size_t n = 12, epochs = 24000;
    std::vector<double>   at(n * n), follows(n * n);
    for (std::uint64_t e = 0; e < epochs; ++e) {
        const data::permutation order(n, 4, "shuffle", e);
        for (std::size_t i = 0; i < n; ++i) {
            ++at[i * n + order(i)];
            if (i > 0) ++follows[order(i - 1) * n + order(i)];
        }
    }
    double       chi = 0, chi_pairs = 0;
    const double expected = double(epochs) / n, pairs = double(epochs) * (n - 1) / (n * (n - 1));
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            chi += (at[i * n + j] - expected) * (at[i * n + j] - expected) / expected;
            if (i != j) chi_pairs += (follows[i * n + j] - pairs) * (follows[i * n + j] - pairs) / pairs;
        }
    // (n - 1)^2 = 121 degrees of freedom, and about n (n - 1) = 132.
    BOOST_TEST(std::abs(chi - 121) < 4 * std::sqrt(2 * 121.0));
    BOOST_TEST(std::abs(chi_pairs - 132) < 4 * std::sqrt(2 * 132.0));
}

BOOST_AUTO_TEST_CASE(the_cut_into_batches_changes_nothing) {
    const data::images set = some_images(103, 9);
    for (const bool binarise : {false, true}) {
        const data::batches from(set, {.seed = 3, .binarise = binarise});
        const auto          whole = epoch_of(from, 5, 103);
        for (const std::size_t batch : {1u, 7u, 50u, 102u}) BOOST_TEST((epoch_of(from, 5, batch) == whole));
        BOOST_TEST((epoch_of(from, 6, 103) != whole));
        BOOST_TEST((epoch_of(data::batches(set, {.seed = 4, .binarise = binarise}), 5, 103) != whole));
    }
    const data::batches from(set, {});
    BOOST_TEST(from.count(50) == 3u);
    BOOST_TEST(from.count(103) == 1u);
}

BOOST_AUTO_TEST_CASE(grey_is_the_byte_over_255) {
    data::images set;
    set.height = 16, set.width = 16;
    for (int i = 0; i < 256; ++i) set.pixels.push_back(static_cast<std::uint8_t>(i));
    const data::batches from(set, {});
    std::vector<float>  out(256);
    from.pixels(out, 0, 0, 1);
    for (int i = 0; i < 256; ++i) BOOST_TEST(out[static_cast<std::size_t>(i)] == static_cast<float>(i) / 255.0f);
    BOOST_TEST(from.pixels_name() == std::string("grey"));
}

BOOST_AUTO_TEST_CASE(colours_stay_channels_last) {
    const data::images  set = some_images(3, 4, 3);
    const data::batches from(set, {.shuffle = false});
    const auto          out = epoch_of(from, 0, 3);
    for (std::size_t i = 0; i < 3; ++i)
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t p = 0; p < 16; ++p)
                BOOST_TEST(out[(i * 16 + p) * 3 + c] == static_cast<float>(set.pixels[(i * 16 + p) * 3 + c]) / 255.0f);
    BOOST_CHECK_THROW(data::batches(set, {.binarise = true}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(fixed_binary_stays_as_it_is) {
    data::images set = some_images(5, 8);
    set.kind         = data::pixels_are::fixed_binary;
    for (auto& p : set.pixels) p = p > 100 ? 255 : 0;
    const auto out = epoch_of(data::batches(set, {.shuffle = false, .binarise = true}), 0, 5);
    for (std::size_t i = 0; i < out.size(); ++i) BOOST_TEST(out[i] == (set.pixels[i] == 255 ? 1.0f : 0.0f));
}

BOOST_AUTO_TEST_CASE(binarised_pixels_are_zero_or_one_and_their_mean_is_the_grey_mean) {
    const data::images  set = some_images(200, 28);
    const data::batches drawn(set, {.seed = 9, .binarise = true}), grey(set, {.seed = 9});
    double              sum = 0, mean = 0, variance = 0;
    std::vector<double> per_value_sum(256), per_value_count(256);
    std::size_t         wrong = 0;
    for (std::uint64_t e = 0; e < 10; ++e) {
        const auto x = epoch_of(drawn, e, 100), p = epoch_of(grey, e, 100);
        for (std::size_t i = 0; i < x.size(); ++i) {
            wrong += (x[i] != 0.0f && x[i] != 1.0f) || (p[i] == 0.0f && x[i] != 0.0f) || (p[i] == 1.0f && x[i] != 1.0f);
            sum += static_cast<double>(x[i]), mean += static_cast<double>(p[i]);
            variance += static_cast<double>(p[i]) * (1 - static_cast<double>(p[i]));
            const auto value = static_cast<std::size_t>(std::lround(p[i] * 255));
            per_value_sum[value] += static_cast<double>(x[i]), ++per_value_count[value];
        }
    }
    BOOST_TEST(wrong == 0u);
    BOOST_TEST(std::abs(sum - mean) < 4 * std::sqrt(variance));
    double chi = 0;
    for (std::size_t v = 1; v < 255; ++v) {
        const double p = static_cast<double>(v) / 255, n = per_value_count[v];
        chi += (per_value_sum[v] - n * p) * (per_value_sum[v] - n * p) / (n * p * (1 - p));
    }
    BOOST_TEST(std::abs(chi - 254) < 4 * std::sqrt(2 * 254.0));
    BOOST_TEST(drawn.pixels_name() == std::string("dynamically binarised"));
}

// The lanes are core's philox, word for word, and the pixel's place among them is as written.
BOOST_AUTO_TEST_CASE(a_drawn_pixel_is_a_function_of_seed_epoch_image_and_place) {
    data::images set = some_images(3, 13);  // 169 pixels: two groups and a rest
    for (std::size_t i = 64; i < 169; ++i) set.pixels[169 + i] = i % 3 == 0 ? 255 : 0;  // where chance has no say
    const data::batches from(set, {.seed = 6, .shuffle = false, .binarise = true});
    const auto          out = epoch_of(from, 4, 3);
    const draws         random(6, "binarise");
    for (std::uint32_t image = 0; image < 3; ++image)
        for (std::uint32_t pixel = 0; pixel < 169; ++pixel) {
            const std::uint32_t group = pixel / 64, k = pixel % 64 / 16, half = pixel % 16 / 8, lane = pixel % 8;
            const std::uint32_t u = (random.words(4, image, 0, 8 * group + lane)[k] >> (16 * half)) & 0xFFFF;
            const double        p = set.pixels[image * 169 + pixel] / 255.0;
            BOOST_TEST(out[image * 169 + pixel] == (u < std::lround(65536 * p) ? 1.0f : 0.0f));
        }
}

BOOST_AUTO_TEST_CASE(labels_follow_their_images) {
    data::images set = some_images(40, 2);
    for (std::size_t i = 0; i < 40; ++i) set.pixels[4 * i] = set.labels[i];
    const data::batches from(set, {.seed = 2});
    std::vector<float>  x(40 * 4), y(40), h(400);
    from.pixels(x, 1, 0, 40), from.labels(y, 1, 0, 40), from.one_hot(h, 1, 0, 40);
    bool moved = false;
    for (std::size_t i = 0; i < 40; ++i) {
        BOOST_TEST(x[4 * i] == y[i] / 255.0f);
        for (std::size_t c = 0; c < 10; ++c) BOOST_TEST(h[10 * i + c] == (static_cast<float>(c) == y[i] ? 1.0f : 0.0f));
        moved = moved || y[i] != static_cast<float>(i % 10);
    }
    BOOST_TEST(moved);
    set.labels.clear();
    BOOST_CHECK_THROW(from.labels(y, 1, 0, 40), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(wrong_sizes_are_refused) {
    const data::images  set = some_images(5, 2);
    const data::batches from(set, {});
    std::vector<float>  out(8);
    BOOST_CHECK_THROW(from.pixels(out, 0, 0, 3), std::invalid_argument);
    BOOST_CHECK_THROW(from.pixels(out, 0, 4, 2), std::out_of_range);
    BOOST_CHECK_THROW(from.pixels(out, 0, std::size_t(-1), 2), std::out_of_range);
}

BOOST_AUTO_TEST_CASE(holding_out_splits_without_loss) {
    data::images set    = some_images(50, 2);
    set.attribute_names = {"size", "slope"};
    for (int i = 0; i < 100; ++i) set.attributes.push_back(static_cast<float>(i));
    for (std::size_t i = 0; i < 50; ++i) set.pixels[4 * i] = static_cast<std::uint8_t>(i);
    const auto parts = data::hold_out(set, 12, 1), again = data::hold_out(set, 12, 1),
               other = data::hold_out(set, 12, 2);
    BOOST_TEST(parts.held.size() == 12u);
    BOOST_TEST(parts.rest.size() == 38u);
    BOOST_TEST((parts.held.pixels == again.held.pixels));
    BOOST_TEST((parts.held.pixels != other.held.pixels));
    std::vector<int> seen(50);
    for (const data::images* part : {&parts.rest, &parts.held}) {
        BOOST_TEST(part->labels.size() == part->size());
        for (std::size_t i = 0; i < part->size(); ++i) {
            const std::size_t image = (*part)[i][0];
            ++seen[image];
            BOOST_TEST(part->labels[i] == image % 10);
            BOOST_TEST(part->attributes[2 * i + 1] == static_cast<float>(2 * image + 1));
            if (i > 0) BOOST_TEST((*part)[i][0] > (*part)[i - 1][0]);
        }
    }
    BOOST_TEST(std::accumulate(seen.begin(), seen.end(), 0) == 50);
    BOOST_TEST(*std::min_element(seen.begin(), seen.end()) == 1);
    BOOST_CHECK_THROW(data::hold_out(set, 51, 1), std::invalid_argument);
    BOOST_TEST(data::hold_out(set, 50, 1).rest.size() == 0u);
}
