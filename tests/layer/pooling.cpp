// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE pooling
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
struct largest : stack<shape<2, 4, 4>, max_pool<3, 2, 1>> {};
struct average : stack<shape<2, 4, 4>, average_pool<3, 2, 1>> {};
struct larger : stack<shape<2, 1, 2>, upsample<2>> {};

template <class Layer>
struct behind : stack<shape<1, 6, 6>, conv<2, 3, 1, 1>, act::tanh, Layer, conv<2, 2>> {};
// At these parameters no two values of a window are so close that a finite step changes which is the larger.
template <class Layer>
double error_behind() {
    return laws::gradient_error<laws::alone<behind<Layer>>>({.scale = 0.7});
}

// Down and up again by the same factor: the windows' averages, unchanged by a second round.
struct there_and_back : stack<shape<1, 4, 6>, average_pool<2>, upsample<2>> {};
struct twice : stack<shape<1, 4, 6>, average_pool<2>, upsample<2>, average_pool<2>, upsample<2>> {};
}  // namespace

// torch.nn.functional.max_pool2d(x, 3, 2, 1): padding is never the largest
BOOST_AUTO_TEST_CASE(the_largest_is_pytorchs) {
    const numbers expected = {0.595832405226, 0.595832405226, 0.389219882194, 0.57036527834,
                              0.577142547246, 0.371637834616, 0.598120964377, 0.598120964377};
    BOOST_TEST(apart(laws::output_in_file_order<largest>(1), expected) < 1e-9);
}
// torch.nn.functional.avg_pool2d(x, 3, 2, 1): zeros of the padding count
BOOST_AUTO_TEST_CASE(the_average_is_pytorchs) {
    const numbers expected = {0.11823645996,  0.158924337909,   -0.0872826842124, 0.222299470278,
                              0.140085970787, -0.0727991552818, 0.193572230179,   0.157806943239};
    BOOST_TEST(apart(laws::output_in_file_order<average>(1), expected) < 1e-9);
}
// torch.nn.functional.interpolate(x, scale_factor=2)
BOOST_AUTO_TEST_CASE(upsampling_is_pytorchs_nearest) {
    const double  a = 0.294709171154, b = 0.595832405226, c = 0.17056000403, d = -0.358082968375;
    const numbers expected = {a, a, b, b, a, a, b, b, c, c, d, d, c, c, d, d};
    BOOST_TEST(apart(laws::output_in_file_order<larger>(1), expected) < 1e-9);
}
// A window that sees only negative numbers and padding.
BOOST_AUTO_TEST_CASE(padding_does_not_win) {
    laws::replay_data d{.inputs = {numbers(32, -2.0)}};
    BOOST_TEST(apart(laws::evaluated<largest>(d), numbers(8, -2.0)) == 0.0);
}
BOOST_AUTO_TEST_CASE(averages_stay_themselves) {
    const numbers once_ = laws::output_in_file_order<there_and_back>(2);
    BOOST_TEST(apart(laws::output_in_file_order<twice>(2), once_) < 1e-15);
    BOOST_TEST(apart(once_, laws::wave(48)) > 0.1);
}

BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(error_behind<max_pool<2>>() <= 1e-6);
    BOOST_TEST((error_behind<max_pool<3, 2, 1>>()) <= 1e-6);
    BOOST_TEST(error_behind<average_pool<2>>() <= 1e-6);
    BOOST_TEST((error_behind<average_pool<3, 1, 1>>()) <= 1e-6);
    BOOST_TEST(error_behind<upsample<3>>() <= 1e-6);
}
