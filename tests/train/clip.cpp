// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE clip
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>
#include <elbo/train/clip.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

using namespace elbo;

BOOST_AUTO_TEST_CASE(the_norm_is_the_root_of_the_sum_of_squares) {
    BOOST_TEST(global_norm(std::span<const float>(std::vector<float>{3, -4, 12})) == 13.0);
    BOOST_TEST(global_norm(std::span<const float>()) == 0.0);
    const draws random(1, "norm");
    for (const std::size_t n : {1u, 15u, 16u, 17u, 4095u, 4096u, 4097u, 20011u}) {
        std::vector<float> x(n);
        long double        sum = 0;
        for (std::uint32_t i = 0; i < n; ++i) {
            x[i] = random.normal<float>(i);
            sum += static_cast<long double>(x[i]) * static_cast<long double>(x[i]);
        }
        BOOST_TEST(global_norm(std::span<const float>(x)) == static_cast<double>(std::sqrt(sum)),
                   boost::test_tools::tolerance(1e-14));
    }
}

BOOST_AUTO_TEST_CASE(blocks_may_be_summed_by_anybody_in_any_order) {
    constexpr std::size_t n = 3 * norm_block + 5;
    std::vector<float>    x(n);
    const draws           random(2, "norm");
    for (std::uint32_t i = 0; i < n; ++i) x[i] = random.normal<float>(i);
    const std::span<const float> view(x);
    std::vector<double>          sums(norm_blocks(n));
    BOOST_TEST(sums.size() == 4u);
    for (std::size_t b = sums.size(); b-- > 0;) sums[b] = block_square_sum(view, b);
    BOOST_TEST(norm_from(sums) == global_norm(view));
}

BOOST_AUTO_TEST_CASE(large_values_do_not_overflow_in_float) {
    const std::vector<float> x{3e30f, 4e30f};
    BOOST_TEST(global_norm(std::span<const float>(x)) == 5e30, boost::test_tools::tolerance(1e-6));
}

// PyTorch 1.13: clip_grad_norm_ of (3, -4, 12) at 6.5 in double.
BOOST_AUTO_TEST_CASE(the_scale_is_torchs) {
    BOOST_TEST(3 * clip_scale(13, 6.5) == 1.4999998846153937, boost::test_tools::tolerance(1e-15));
    BOOST_TEST(clip_scale(13, 14) == 1.0);
    BOOST_TEST(clip_scale(13, 0) == 1.0);
    BOOST_TEST(clip_scale(0, 1) == 1.0);
    BOOST_TEST(std::isnan(clip_scale(std::nan(""), 1)));
    BOOST_TEST(std::isnan(clip_scale(INFINITY, 0)));
}

BOOST_AUTO_TEST_CASE(values_are_cut_at_the_limit) {
    std::vector<float> x{-3, -1, 0.5f, 2, std::numeric_limits<float>::quiet_NaN(), -INFINITY};
    clip_values(std::span(x), 1.0f);
    BOOST_TEST(x[0] == -1.0f);
    BOOST_TEST(x[1] == -1.0f);
    BOOST_TEST(x[2] == 0.5f);
    BOOST_TEST(x[3] == 1.0f);
    BOOST_TEST(std::isnan(x[4]));
    BOOST_TEST(x[5] == -1.0f);
}
