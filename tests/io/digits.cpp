// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE digits
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>
#include <elbo/io/digits.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <string>
#include <vector>

using namespace elbo;

namespace {

std::uint64_t hash_of(const std::vector<std::uint8_t>& bytes, std::uint64_t hash = 0xCBF29CE484222325u) {
    for (const std::uint8_t b : bytes) hash = (hash ^ b) * 0x100000001B3u;
    return hash;
}

// Multinomial logistic regression by plain gradient steps on shuffled batches, the step falling to zero.
double linear_accuracy(const data::images& train, const data::images& test) {
    constexpr std::size_t inputs = 784, classes = 10, batch = 50, epochs = 12;
    std::vector<float>    weight((inputs + 1) * classes, 0.0f), slope(weight.size());
    const auto            scores = [&](std::span<const std::uint8_t> image, std::array<float, classes>& out) {
        std::copy_n(weight.end() - classes, classes, out.begin());
        for (std::size_t i = 0; i < inputs; ++i) {
            if (image[i] == 0) continue;
            const float v = static_cast<float>(image[i]) / 255.0f;
            for (std::size_t c = 0; c < classes; ++c) out[c] += v * weight[i * classes + c];
        }
    };
    const draws              shuffle(1, "shuffle");
    std::vector<std::size_t> order(train.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const std::size_t          steps = epochs * (train.size() / batch);
    std::array<float, classes> out{};
    for (std::size_t step = 0, epoch = 0; epoch < epochs; ++epoch) {
        for (std::size_t i = order.size(); i > 1; --i)
            std::swap(order[i - 1],
                      order[shuffle.below(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(epoch),
                                          static_cast<std::uint32_t>(i))]);
        for (std::size_t first = 0; first + batch <= order.size(); first += batch, ++step) {
            std::fill(slope.begin(), slope.end(), 0.0f);
            for (std::size_t b = first; b < first + batch; ++b) {
                const auto image = train[order[b]];
                scores(image, out);
                const float most = *std::max_element(out.begin(), out.end());
                float       sum  = 0;
                for (float& s : out) sum += s = std::exp(s - most);
                for (float& s : out) s /= sum;
                out[train.labels[order[b]]] -= 1;
                for (std::size_t i = 0; i < inputs; ++i) {
                    if (image[i] == 0) continue;
                    const float v = static_cast<float>(image[i]) / 255.0f;
                    for (std::size_t c = 0; c < classes; ++c) slope[i * classes + c] += v * out[c];
                }
                for (std::size_t c = 0; c < classes; ++c) slope[inputs * classes + c] += out[c];
            }
            const float rate = 0.5f / batch * (1 - static_cast<float>(step) / static_cast<float>(steps));
            for (std::size_t i = 0; i < weight.size(); ++i) weight[i] -= rate * slope[i];
        }
    }
    std::size_t right = 0;
    for (std::size_t i = 0; i < test.size(); ++i) {
        scores(test[i], out);
        right += static_cast<std::size_t>(std::max_element(out.begin(), out.end()) - out.begin()) == test.labels[i];
    }
    return static_cast<double>(right) / static_cast<double>(test.size());
}

std::size_t column(const data::images& set, const std::string& name) {
    const auto found = std::find(set.attribute_names.begin(), set.attribute_names.end(), name);
    BOOST_REQUIRE((found != set.attribute_names.end()));
    return static_cast<std::size_t>(found - set.attribute_names.begin());
}

double attribute(const data::images& set, std::size_t i, const std::string& name) {
    return double{set.attributes[i * set.attribute_names.size() + column(set, name)]};
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const double n      = static_cast<double>(a.size());
    const double mean_a = std::accumulate(a.begin(), a.end(), 0.0) / n,
                 mean_b = std::accumulate(b.begin(), b.end(), 0.0) / n;
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return ab / std::sqrt(aa * bb);
}

}  // namespace

// The same pixels from every compiler: a change of these numbers changes every result on this data.
BOOST_AUTO_TEST_CASE(the_first_hundred_are_these) {
    const data::images grey = data::procedural_digits(100);
    BOOST_TEST(hash_of(grey.labels, hash_of(grey.pixels)) == 0xfee30530616dfc6au);
    const data::images colour = data::procedural_digits(100, 1, {.colour = true});
    BOOST_TEST(hash_of(colour.labels, hash_of(colour.pixels)) == 0x8683d061e4e714bdu);
}

BOOST_AUTO_TEST_CASE(a_digit_is_a_function_of_seed_part_and_position) {
    const data::images few = data::procedural_digits(30, 7), many = data::procedural_digits(60, 7);
    BOOST_TEST(std::equal(few.pixels.begin(), few.pixels.end(), many.pixels.begin()));
    BOOST_TEST(std::equal(few.attributes.begin(), few.attributes.end(), many.attributes.begin()));
    BOOST_TEST(std::equal(few.labels.begin(), few.labels.end(), many.labels.begin()));
    BOOST_TEST((data::procedural_digits(30, 8).pixels != few.pixels));
    BOOST_TEST((data::procedural_digits(30, 7, {.part = 2}).pixels != few.pixels));

    const data::splits sets = data::procedural_digits({.train = 300, .validation = 200, .test = 100, .seed = 7});
    BOOST_TEST(sets.train.size() == 300u);
    BOOST_TEST(sets.validation.size() == 200u);
    BOOST_TEST(sets.test.size() == 100u);
    BOOST_TEST(std::equal(few.pixels.begin(), few.pixels.end(), sets.train.pixels.begin()));
    std::set<std::uint64_t> seen;
    for (const data::images* set : {&sets.train, &sets.validation, &sets.test})
        for (std::size_t i = 0; i < set->size(); ++i) seen.insert(hash_of({(*set)[i].begin(), (*set)[i].end()}));
    BOOST_TEST(seen.size() == 600u);  // no digit twice
}

BOOST_AUTO_TEST_CASE(the_set_is_what_it_says) {
    const data::images set = data::procedural_digits(5000);
    BOOST_TEST(set.size() == 5000u);
    BOOST_TEST(set.image_size() == 784u);
    BOOST_TEST((set.kind == data::pixels_are::grey));
    BOOST_TEST(set.classes == 10u);
    BOOST_TEST(set.attributes.size() == set.size() * set.attribute_names.size());
    std::array<std::size_t, 10>               of_class{};
    std::set<std::pair<std::uint8_t, double>> styles;
    for (std::size_t i = 0; i < set.size(); ++i) {
        ++of_class.at(set.labels[i]);
        styles.insert({set.labels[i], attribute(set, i, "style")});
        std::size_t ink = 0, edge = 0;
        for (std::size_t p = 0; p < 784; ++p) {
            ink += set[i][p] > 128;
            edge += set[i][p] > 0 && (p < 28 || p >= 756 || p % 28 == 0 || p % 28 == 27) ? set[i][p] : 0u;
        }
        BOOST_TEST((ink >= 10 && ink < 350), "image " << i << " has " << ink << " pixels of ink");
        BOOST_TEST(edge < 28u * 128u, "image " << i << " leaves the picture");
    }
    for (const std::size_t count : of_class) BOOST_TEST((count > 400 && count < 600));
    for (std::uint8_t digit = 0; digit < 10; ++digit)
        for (std::size_t style = 0; style < data::digit_styles()[digit].size(); ++style)
            BOOST_TEST(styles.count({digit, static_cast<double>(style)}) == 1u);
}

BOOST_AUTO_TEST_CASE(attributes_stay_in_range_and_fill_it) {
    const data::digit_options options;
    const data::images        set   = data::procedural_digits(5000);
    const auto                check = [&](const std::string& name, data::range r) {
        double low = 1e9, high = -1e9;
        for (std::size_t i = 0; i < set.size(); ++i)
            low = std::min(low, attribute(set, i, name)), high = std::max(high, attribute(set, i, name));
        const double slack = 1e-6, part = 0.05 * (r.high - r.low);
        BOOST_TEST((low >= r.low - slack && high <= r.high + slack), name << " from " << low << " to " << high);
        BOOST_TEST((low <= r.low + part && high >= r.high - part), name << " from " << low << " to " << high);
    };
    check("slant", options.slant);
    check("rotation", options.rotation);
    check("thickness", options.thickness);
    check("scale", options.scale);
    check("aspect", options.aspect);
    check("x", options.shift);
    check("y", options.shift);
}

// What an attribute says is seen in the pixels.
BOOST_AUTO_TEST_CASE(attributes_tell_what_the_picture_shows) {
    const data::images  set = data::procedural_digits(2000);
    std::vector<double> x, y, middle_x, middle_y, thickness, inks;
    for (std::size_t i = 0; i < set.size(); ++i) {
        double left = 28, right = 0, top = 28, bottom = 0, ink = 0;
        for (std::size_t p = 0; p < 784; ++p) {
            ink += set[i][p];
            if (set[i][p] < 100) continue;
            const double px = static_cast<double>(p % 28), py = static_cast<double>(p / 28);
            left = std::min(left, px), right = std::max(right, px), top = std::min(top, py),
            bottom = std::max(bottom, py);
        }
        middle_x.push_back((left + right) / 2), middle_y.push_back((top + bottom) / 2);
        x.push_back(attribute(set, i, "x")), y.push_back(attribute(set, i, "y"));
        thickness.push_back(attribute(set, i, "thickness")), inks.push_back(ink);
    }
    BOOST_TEST(correlation(x, middle_x) > 0.95);
    BOOST_TEST(correlation(y, middle_y) > 0.95);
    BOOST_TEST(correlation(thickness, inks) > 0.7);

    // A closed range holds its attribute still.
    const data::images calm = data::procedural_digits(200, 1, {.slant = {0, 0}, .thickness = {2, 2}, .shift = {0, 0}});
    for (std::size_t i = 0; i < calm.size(); ++i) {
        BOOST_TEST(attribute(calm, i, "slant") == 0);
        BOOST_TEST(attribute(calm, i, "thickness") == 2);
        BOOST_TEST(attribute(calm, i, "x") == 0);
    }
}

BOOST_AUTO_TEST_CASE(coloured_digits_can_be_read) {
    const data::images set = data::procedural_digits(500, 1, {.colour = true});
    BOOST_TEST(set.channels == 3u);
    BOOST_TEST((set.kind == data::pixels_are::colour));
    BOOST_TEST(set.image_size() == 3u * 784u);
    double light_paper = 0;
    for (std::size_t i = 0; i < set.size(); ++i) {
        const auto light = [&](const std::string& what) {
            return 0.30 * attribute(set, i, what + "_red") + 0.59 * attribute(set, i, what + "_green") +
                   0.11 * attribute(set, i, what + "_blue");
        };
        BOOST_TEST(std::abs(light("ink") - light("paper")) > 0.2);
        light_paper += light("paper") > light("ink");
        BOOST_TEST(std::abs(set[i][1] / 255.0 - attribute(set, i, "paper_green")) < 0.01);  // a corner is paper
    }
    BOOST_TEST((light_paper > 200 && light_paper < 300));
}

// Varied enough that a linear classifier fails on many, ordinary enough that it learns something.
BOOST_AUTO_TEST_CASE(a_linear_classifier_stays_at_or_below_92_percent) {
    const data::splits sets = data::procedural_digits();
    BOOST_TEST(sets.train.size() == 10'000u);
    BOOST_TEST(sets.test.size() == 10'000u);
    const double accuracy = linear_accuracy(sets.train, sets.test);
    BOOST_TEST_MESSAGE("linear classifier: " << 100 * accuracy << " % of 10,000 held-out digits");
    BOOST_TEST(accuracy <= 0.92);
    BOOST_TEST(accuracy >= 0.80);
}
