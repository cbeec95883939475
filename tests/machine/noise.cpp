// SPDX-License-Identifier: MIT
// Random numbers on host are the numbers of their keys.
#define BOOST_TEST_MODULE noise
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"
#include "parity/replays.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

std::vector<float> row_of(std::size_t cols, random_key key, std::uint32_t step, std::uint32_t row, std::uint32_t sample, bool uniform) {
    std::vector<float> y(cols + 1, untouched);
    kernels::noise_row(y.data(), cols, key, step, row, sample, uniform);
    BOOST_REQUIRE(y.back() == untouched);
    y.pop_back();
    return y;
}

// A tape that hands out K samples of each row.
tape noise_tape(int K, int cols, bool uniform) {
    tape t;
    t.outputs = {{"noise", t.noise({1, K, cols}, uniform, 42, 3)}};
    return t;
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_block_is_sixteen_of_philox) {
    const random_key key = make_key(123, 456, 7);
    for (const std::uint32_t first : {0u, 16u, 4000000000u}) {
        std::uint32_t words[4][kernels::philox_lanes];
        kernels::philox_block(words, first, 5, 77, 0xFFFFFFFFu, key);
        for (std::size_t l = 0; l < kernels::philox_lanes; ++l) {
            const random_words want = philox({first + static_cast<std::uint32_t>(l), 5, 77, 0xFFFFFFFFu}, key);
            for (std::size_t k = 0; k < 4; ++k) BOOST_REQUIRE(words[k][l] == want[k]);
        }
    }
}
// Uniform numbers are the integers of noise_words, so that equal floats are equal integers.
BOOST_AUTO_TEST_CASE(uniform_numbers_are_the_words_bit_for_bit) {
    for (std::size_t cols = 1; cols < 140; ++cols)
        for (const std::uint32_t where : {0u, 1u, 1000u}) {
            const random_key key = make_key(where * 77, 3, where);
            const auto       got = row_of(cols, key, where, 2 * where, where % 5, true);
            for (std::size_t c = 0; c < cols; ++c) {
                const random_words words = noise_words(key, where, 2 * where, 5, where % 5, c);
                BOOST_REQUIRE(got[c] == uniform_from<float>(words[c % 4]));
            }
        }
}
BOOST_AUTO_TEST_CASE(normal_numbers_are_those_of_double_precision) {
    double worst = 0;
    for (std::size_t cols : {1, 2, 3, 4, 5, 63, 64, 65, 200})
        for (std::uint32_t row = 0; row < 50; ++row) {
            const random_key key = make_key(row, 3);
            const auto       got = row_of(cols, key, row, 9, 1, false);
            for (std::size_t c = 0; c < cols; ++c)
                worst = laws::worse(worst, std::abs(static_cast<double>(got[c]) - noise_at<double>(key, row, 9, 4, 1, c, false)));
        }
    BOOST_TEST(worst <= 3e-6);
}
// A row's numbers do not depend on the batch it comes in, on what else is in it, nor on threads.
BOOST_AUTO_TEST_CASE(rows_are_keyed_by_their_place_in_the_whole) {
    host machine({3});
    for (const bool uniform : {false, true}) {
        const tape    t = noise_tape(2, 19, uniform);
        host::program program(machine, t, {1, 113, 0, 0});
        handed_in     d;
        d.counts         = {1, 113, 0, 0};
        const auto whole = parity::replay<float>(program, program.code(), d).outputs[0];
        plain<float> meaning(t);
        const auto   want = parity::replay<float>(meaning, t, d).outputs[0];
        if (uniform) BOOST_TEST((whole == want));
        for (std::size_t i = 0; i < whole.size(); ++i) BOOST_REQUIRE(std::abs(whole[i] - want[i]) <= 5e-6f);
        for (const auto& [first, rows] : {std::pair{0, 1}, {5, 3}, {13, 100}, {112, 1}}) {
            d.counts[1]     = rows;
            d.first_row     = static_cast<std::uint32_t>(first);
            const auto part = parity::replay<float>(program, program.code(), d).outputs[0];
            BOOST_TEST(std::equal(part.begin(), part.end(), whole.begin() + first * 2 * 19), "rows " << first << " to " << first + rows);
        }
    }
}
BOOST_AUTO_TEST_CASE(every_part_of_a_key_counts) {
    host machine({1});
    const auto numbers = [&](std::uint64_t seed, std::uint32_t step, std::uint64_t purpose, int loop) {
        tape t;
        t.outputs = {{"noise", t.noise({1, 1, 8}, true, purpose, loop)}};
        handed_in d;
        d.counts = {1, 4, 0, 0}, d.seed = seed, d.step = step;
        return on(machine, t, d).outputs[0];
    };
    const std::vector<std::vector<float>> all = {numbers(1, 0, 0, 0), numbers(2, 0, 0, 0),          numbers(1, 1, 0, 0), numbers(1, 0, 1, 0),
                                                 numbers(1, 0, 0, 1), numbers(0x100000001, 0, 0, 0), numbers(0, 0, 0, 0)};
    std::vector<float> seen;
    for (const auto& x : all) seen.insert(seen.end(), x.begin(), x.end());
    std::sort(seen.begin(), seen.end());
    BOOST_TEST((std::adjacent_find(seen.begin(), seen.end()) == seen.end()));
}
BOOST_AUTO_TEST_CASE(moments) {
    host machine({2});
    handed_in d;
    d.counts = {1, 4000, 0, 0};
    const auto moment = [](const std::vector<float>& x, int power) {
        double s = 0;
        for (float v : x) s += std::pow(static_cast<double>(v), power);
        return s / static_cast<double>(x.size());
    };
    const auto   z = on(machine, noise_tape(2, 50, false), d).outputs[0];
    const double n = static_cast<double>(z.size());  // 400000
    const double of_a_mean = 4.5 / std::sqrt(n);     // four and a half standard errors of a number of variance 1
    BOOST_TEST(std::abs(moment(z, 1)) <= of_a_mean);
    BOOST_TEST(std::abs(moment(z, 2) - 1) <= of_a_mean * std::sqrt(2.0));
    BOOST_TEST(std::abs(moment(z, 3)) <= of_a_mean * std::sqrt(15.0));
    BOOST_TEST(std::abs(moment(z, 4) - 3) <= of_a_mean * std::sqrt(96.0));
    const auto u = on(machine, noise_tape(2, 50, true), d).outputs[0];
    BOOST_TEST(std::abs(moment(u, 1) - 1.0 / 2) <= of_a_mean * std::sqrt(1.0 / 12));
    BOOST_TEST(std::abs(moment(u, 2) - 1.0 / 3) <= of_a_mean * std::sqrt(4.0 / 45));
    BOOST_TEST(std::all_of(u.begin(), u.end(), [](float x) { return x > 0 && x < 1; }));
    // Neighbours know nothing of each other: the pair of one Box-Muller, the next block, the next sample, the next row.
    for (const std::size_t lag : {1u, 2u, 4u, 50u, 100u}) {
        double s = 0;
        for (std::size_t i = 0; i + lag < z.size(); ++i) s += static_cast<double>(z[i]) * static_cast<double>(z[i + lag]);
        BOOST_TEST(std::abs(s / n) <= of_a_mean, "lag " << lag);
    }
}
