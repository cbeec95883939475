// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE combine
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
struct inside : stack<shape<3>, linear<4>, act::tanh, linear<3>> {};
struct around : stack<shape<3>, residual<linear<4>, act::tanh, linear<3>>> {};
struct nothing : stack<shape<3>, residual<>> {};

struct rows : stack<shape<3>, concatenated<branch<linear<2>>, branch<take<1, 2>>>> {};
using image = shape<1, 2, 2>;
struct planes : stack<image, concatenated<branch<>, branch<conv<2, 1>>>> {};

struct deep
    : stack<shape<3>, residual<linear<5>, act::tanh, residual<linear<5>, act::sigmoid>, linear<3>>,
            concatenated<branch<linear<4>, batch_norm<>>, branch<residual<linear<3>, batch_norm<>>, act::tanh>>, linear<2>> {};
struct deep_image
    : stack<shape<1, 4, 4>, concatenated<branch<conv<2, 3, 1, 1>, act::tanh>, branch<residual<conv<1, 1>, dropout<30>>>>,
            residual<conv<3, 3, 1, 1>, batch_norm<>>, act::tanh, flatten, linear<2>> {};
}  // namespace

BOOST_AUTO_TEST_CASE(residual_adds_its_input) {
    const numbers f = laws::output_in_file_order<inside>(2), y = laws::output_in_file_order<around>(2), x = laws::wave(6);
    for (std::size_t i = 0; i < 6; ++i) BOOST_TEST(std::abs(y[i] - x[i] - f[i]) < 1e-15);
    const numbers twice = laws::output_in_file_order<nothing>(2);
    for (std::size_t i = 0; i < 6; ++i) BOOST_TEST(twice[i] == 2 * x[i]);
}
BOOST_AUTO_TEST_CASE(branches_stand_side_by_side) {
    laws::replay_data d{.parameters = {1, 0, 0, 10, 0, 0, 0.5, 0.25}, .inputs = {{1, 2, 3, 4, 5, 6}}, .rows = 2};
    BOOST_TEST(apart(laws::evaluated<rows>(d), {1.5, 20.25, 2, 3, 4.5, 50.25, 5, 6}) == 0.0);
    // Pixel by pixel: the image's channel, then two more.
    laws::replay_data e{.parameters = {10, 100, 0, 0}, .inputs = {{1, 2, 3, 4}}};
    BOOST_TEST(apart(laws::evaluated<planes>(e), {1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400}) == 0.0);
}
// Each of the two batch norms in branches has a state of its own: both count one batch.
BOOST_AUTO_TEST_CASE(branches_have_states_of_their_own) {
    static_assert(layout<laws::alone<deep>>::states == (2 * 4 + 1) + (2 * 3 + 1));
    laws::replay_data d{.parameters = laws::weights(parameter_count<laws::alone<deep>>),
                        .state      = numbers(layout<laws::alone<deep>>::states, 0.0),
                        .inputs     = {laws::wave(12)},
                        .rows       = 4};
    laws::trained<deep>(d);
    BOOST_TEST(d.state[8] == 1.0);
    BOOST_TEST(d.state[15] == 1.0);
    BOOST_TEST(d.state[0] != d.state[9]);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<laws::alone<around>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<deep>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<deep_image>>() <= 1e-6);
}
