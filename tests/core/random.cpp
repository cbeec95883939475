// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE random
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

using namespace elbo;

// The known answers published with Random123 (Salmon et al. 2011) for philox4x32, ten rounds.
static_assert(philox({0, 0, 0, 0}, {0, 0}) == random_words{0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8});
static_assert(philox({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {0xFFFFFFFF, 0xFFFFFFFF}) ==
              random_words{0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD});
static_assert(philox({0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344}, {0xA4093822, 0x299F31D0}) ==
              random_words{0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1});

// FNV-1a's own test vectors.
static_assert(name_hash("") == 0xCBF29CE484222325u && name_hash("a") == 0xAF63DC4C8601EC8Cu);
static_assert(name_hash("foobar") == 0x85944171F73967E8u);

static_assert(uniform_from<float>(0) > 0.0f && uniform_from<float>(0xFFFFFFFF) < 1.0f);
static_assert(uniform_from<double>(0) > 0.0 && uniform_from<double>(0xFFFFFFFF) < 1.0);

BOOST_AUTO_TEST_CASE(the_known_answers_hold_at_run_time) {
    volatile std::uint32_t zero = 0;
    const random_words     got  = philox({zero, zero, zero, zero}, {zero, zero});
    BOOST_TEST(got[0] == 0x6627E8D5u);
    BOOST_TEST(got[3] == 0x9B00DBD8u);
}

BOOST_AUTO_TEST_CASE(every_part_of_a_key_matters) {
    std::set<std::uint32_t> seen;
    for (std::uint64_t seed : {0u, 1u, 2u})
        for (const char* purpose : {"shuffle", "noise"})
            for (std::uint64_t loop : {0u, 1u}) {
                const draws d(seed, purpose, loop);
                for (std::uint32_t i = 0; i < 2; ++i)
                    for (const auto& w :
                         {d.words(i + 1), d.words(9, i + 1), d.words(9, 0, i + 1), d.words(9, 0, 0, i + 1)})
                        seen.insert(w[0]);
            }
    BOOST_TEST(seen.size() == 3u * 2u * 2u * 2u * 4u);
}

BOOST_AUTO_TEST_CASE(one_bit_of_the_counter_flips_half_of_the_output) {
    double flipped = 0;
    for (std::uint32_t bit = 0; bit < 128; ++bit) {
        random_words counter{1, 2, 3, 4};
        const auto   before = philox(counter, {5, 6});
        counter[bit / 32] ^= 1u << (bit % 32);
        const auto after = philox(counter, {5, 6});
        for (std::size_t i = 0; i < 4; ++i) flipped += std::popcount(before[i] ^ after[i]);
    }
    // 16384 fair coins: mean 8192, standard deviation 64
    BOOST_TEST(std::abs(flipped - 8192) < 4 * 64);
}

BOOST_AUTO_TEST_CASE(uniforms_fill_the_unit_interval_evenly) {
    constexpr std::size_t    bins = 256, n = 1 << 19;
    const draws              d(3, "uniform test");
    std::array<double, bins> hits{};
    for (std::uint32_t i = 0; i < n; ++i) ++hits[static_cast<std::size_t>(d.uniform(i) * bins)];
    double chi = 0;
    for (const double h : hits) chi += (h - n / bins) * (h - n / bins) / (n / bins);
    // chi square with 255 degrees of freedom: mean 255, standard deviation 22.6
    BOOST_TEST(std::abs(chi - 255) < 4 * 22.6);
}

template <class T>
void check_normals(const char* purpose) {
    constexpr std::size_t n = 1 << 19;
    const draws           d(7, purpose);
    double                m1 = 0, m2 = 0, m3 = 0, m4 = 0, cross = 0, neighbours = 0, before = 0, beyond_two = 0;
    for (std::uint32_t i = 0; i < n; ++i) {
        const random_words w    = d.words(i);
        const auto         pair = normals_from<T>(w[0], w[1]);
        const double       x = static_cast<double>(pair[0]), y = static_cast<double>(pair[1]);
        BOOST_REQUIRE(std::isfinite(x) && std::isfinite(y));
        for (const double v : {x, y}) {
            m1 += v, m2 += v * v, m3 += v * v * v, m4 += v * v * v * v;
            beyond_two += std::abs(v) > 2;
        }
        cross += x * y;
        neighbours += x * before;
        before = x;
    }
    // Standard errors of N(0, 1): 1, sqrt 2, sqrt 15, sqrt 96 over sqrt of the count.
    const double count = 2.0 * n, root = std::sqrt(count);
    BOOST_TEST(std::abs(m1 / count) < 4 / root);
    BOOST_TEST(std::abs(m2 / count - 1) < 4 * std::sqrt(2.0) / root);
    BOOST_TEST(std::abs(m3 / count) < 4 * std::sqrt(15.0) / root);
    BOOST_TEST(std::abs(m4 / count - 3) < 4 * std::sqrt(96.0) / root);
    BOOST_TEST(std::abs(cross / n) < 4 / std::sqrt(double(n)));
    BOOST_TEST(std::abs(neighbours / n) < 4 / std::sqrt(double(n)));
    const double p = std::erfc(std::sqrt(2.0));
    BOOST_TEST(std::abs(beyond_two / count - p) < 4 * std::sqrt(p * (1 - p)) / root);
}
BOOST_AUTO_TEST_CASE(normals_have_the_moments_of_normals) {
    check_normals<double>("normal test");
    check_normals<float>("normal test in float");
}

BOOST_AUTO_TEST_CASE(below_stays_below_and_is_even) {
    const draws           d(11, "below test");
    std::array<double, 7> hits{};
    constexpr int         n = 70000;
    for (std::uint32_t i = 0; i < n; ++i) {
        const std::uint32_t x = d.below(7, i);
        BOOST_REQUIRE(x < 7);
        ++hits[x];
    }
    double chi = 0;
    for (const double h : hits) chi += (h - n / 7.0) * (h - n / 7.0) / (n / 7.0);
    BOOST_TEST(chi < 6 + 4 * std::sqrt(12.0));
    BOOST_TEST(d.below(1, 5) == 0u);
}
