// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE arrange
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
using image = shape<3, 2, 2>;
struct flat_image : stack<image, flatten> {};
struct made_image : stack<shape<12>, reshape<image>> {};
struct other_image : stack<image, reshape<shape<2, 3, 2>>> {};
struct there_and_back : stack<image, flatten, reshape<image>> {};
struct vector_to_matrix : stack<shape<12>, reshape<shape<3, 4>>, flatten> {};
struct middle : stack<shape<6>, take<2, 3>> {};
struct all : stack<shape<6>, take<0, 6>> {};
struct inner : stack<shape<3>, linear<12>, reshape<image>, conv<2, 2>, flatten, take<0, 1>, linear<3>> {};

numbers counting(std::size_t n) {
    numbers x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i);
    return x;
}
template <class Network>
numbers ran(const numbers& memory, std::int64_t rows = 1) {
    laws::replay_data d{.inputs = {memory}, .rows = rows};
    return laws::evaluated<Network>(d);
}
}  // namespace

// The order of a flattened tensor in PyTorch: channels, height, width. Memory has height, width, channels.
BOOST_AUTO_TEST_CASE(a_flattened_image_is_in_the_order_of_files) {
    const numbers memory = {0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11};
    BOOST_TEST(apart(ran<flat_image>(memory), counting(12)) == 0.0);
    BOOST_TEST(apart(ran<made_image>(counting(12)), memory) == 0.0);
    BOOST_TEST(apart(laws::to_memory<image>(counting(12)), memory) == 0.0);
}
// (3, 2, 2) as (2, 3, 2): number i of the one is number i of the other, channels first.
BOOST_AUTO_TEST_CASE(images_reshape_in_the_order_of_files) {
    const numbers y = ran<other_image>(laws::to_memory<image>(counting(24)), 2);
    BOOST_TEST((apart(laws::to_file<shape<2, 3, 2>>(y), counting(24))) == 0.0);
}
BOOST_AUTO_TEST_CASE(nothing_is_lost) {
    BOOST_TEST(apart(ran<there_and_back>(laws::wave(24), 2), laws::wave(24)) == 0.0);
    BOOST_TEST(apart(ran<vector_to_matrix>(laws::wave(24), 2), laws::wave(24)) == 0.0);
}
BOOST_AUTO_TEST_CASE(take_takes_columns) {
    BOOST_TEST(apart(ran<middle>(counting(12), 2), {2, 3, 4, 8, 9, 10}) == 0.0);
    BOOST_TEST(apart(ran<all>(counting(12), 2), counting(12)) == 0.0);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<laws::alone<inner>>() <= 1e-6);
}
