// SPDX-License-Identifier: MIT
// Sums of rows of any width, and numbers that are added where an index says: against sums in double, one after another.
#define BOOST_TEST_MODULE sums
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>
#include <elbo/machine/host/rows.hpp>

#include <cmath>
#include <vector>

using namespace elbo;

namespace {

std::vector<float> some_numbers(std::size_t n, const char* purpose) {
    const draws        random(7, purpose);
    std::vector<float> x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = random.normal<float>(static_cast<std::uint32_t>(i));
    return x;
}

bool is_close(const std::vector<float>& got, const std::vector<double>& expected, double size) {
    for (std::size_t i = 0; i < got.size(); ++i)
        if (!(std::abs(static_cast<double>(got[i]) - expected[i]) <= 1e-6 * size)) return false;
    return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(rows_of_any_width_are_summed) {
    for (std::size_t width = 1; width <= 6 * simd::width + 3; ++width)
        for (const std::size_t rows : {std::size_t{1}, std::size_t{5}, simd::width, 3 * simd::width + 2, std::size_t{200}})
            for (const std::size_t apart : {width, width + 7})
                for (const bool after : {false, true}) {
                    const auto          a = some_numbers(rows * apart, "rows"), before = some_numbers(width, "before");
                    std::vector<float>  got(before);
                    std::vector<double> expected(width, 0);
                    for (std::size_t k = 0; k < width; ++k) {
                        if (after) expected[k] = static_cast<double>(before[k]);
                        for (std::size_t r = 0; r < rows; ++r) expected[k] += static_cast<double>(a[r * apart + k]);
                    }
                    kernels::sum_rows(got.data(), a.data(), rows, apart, width, after ? got.data() : nullptr);  // y may be `before`
                    if (!is_close(got, expected, static_cast<double>(rows)))
                        BOOST_ERROR("width " << width << ", " << rows << " rows " << apart << " apart" << (after ? ", onto what was there" : ""));
                }
}

BOOST_AUTO_TEST_CASE(numbers_are_added_where_they_belong) {
    for (const std::size_t cols : {1, 7, 784, 1024, 1025})
        for (const std::size_t blocks : {std::size_t{3}, cols, 4 * cols, 4 * cols + 3})
            for (const std::size_t size : {1, 3}) {
                const auto         from = some_numbers(blocks * size, "from");
                std::vector<float> at(blocks), got(cols * size, -1);
                const draws        random(8, "where");
                for (std::size_t k = 0; k < blocks; ++k)  // several in a row go to one place, and all may
                    at[k] = static_cast<float>(blocks % 2 == 0 ? (k / 3) % cols : random.below(static_cast<std::uint32_t>(cols), static_cast<std::uint32_t>(k)));
                std::vector<double> expected(cols * size, 0);
                for (std::size_t k = 0; k < blocks; ++k)
                    for (std::size_t w = 0; w < size; ++w) expected[static_cast<std::size_t>(at[k]) * size + w] += static_cast<double>(from[k * size + w]);
                kernels::scatter_row(got.data(), cols * size, from.data(), at.data(), blocks, size);
                BOOST_TEST(is_close(got, expected, static_cast<double>(blocks)), cols << " columns, " << blocks << " blocks of " << size);
            }
}
