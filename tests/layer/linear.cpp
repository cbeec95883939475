// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE linear
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
struct one : stack<shape<4>, linear<3>> {};
struct two : stack<shape<4>, linear<5>, act::tanh, linear<3>> {};
}  // namespace

// torch.nn.Linear(4, 3), its parameters weights(0...), on wave(0...).
BOOST_AUTO_TEST_CASE(it_is_pytorchs) {
    const numbers expected = {0.189434733974,   -0.703245481141, 0.182001278173,
                              0.00413260305633, -0.532073808368, 0.046261159445};
    BOOST_TEST(apart(laws::output_in_file_order<one>(2), expected) < 1e-9);
}

BOOST_AUTO_TEST_CASE(its_gradient_is_its_finite_difference) {
    BOOST_TEST(laws::gradient_error<laws::alone<one>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<two>>() <= 1e-6);
}

// Files hold (out, in); every number of the arena has one place there.
BOOST_AUTO_TEST_CASE(a_file_holds_the_transpose) {
    using weight = at<0, one::parameters>;
    BOOST_TEST(weight::file_extents[0] == 3u);
    BOOST_TEST(weight::file_extents[1] == 4u);
    for (std::size_t in = 0; in < 4; ++in)
        for (std::size_t out = 0; out < 3; ++out) BOOST_TEST(weight::order::file_index(in * 3 + out) == out * 4 + in);
}
