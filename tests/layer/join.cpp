// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE join
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
using pose = attribute<"pose", shape<2>>;
using mask = attribute<"mask", shape<1, 2, 2>>;

struct labelled : stack<shape<2>, join<label<3>>> {};
struct posed : stack<shape<1, 2, 2>, join<pose>> {};
struct masked : stack<shape<1, 2, 2>, join<mask>> {};
struct tagged_image : stack<shape<1, 2, 2>, join<label<2>>> {};

struct flat_net : stack<shape<2>, linear<4>, act::tanh, join<label<3>>, linear<3>, join<pose>, linear<2>> {};
struct image_net : stack<shape<1, 4, 4>, conv<2, 3>, act::tanh, join<label<3>>, join<mask>, conv<2, 2>> {};
struct joined_first : stack<shape<2>, join<label<3>>, linear<4>> {};
struct both_at_once : stack<shape<2>, linear_with<label<3>, 4>> {};
struct of_a_mask : stack<shape<2>, linear_with<mask, 4>, act::tanh, linear_with<pose, 2>> {};
struct scaled : stack<shape<2>, modulate<pose, normal_init<1, 2>>> {};
struct tinted : stack<shape<2, 1, 2>, modulate<label<2>, normal_init<1, 2>>> {};
struct tinted_twice : stack<shape<1, 4, 4>, conv<3, 2>, modulate<label<3>, normal_init<1, 2>>, act::tanh, flatten, modulate<mask, normal_init<1, 2>>, linear<2>> {};
struct same_twice : stack<shape<2>, join<label<3>>, linear<4>, act::tanh, join<label<3>>, linear<2>> {};
struct in_branches : stack<shape<2>, concatenated<branch<join<label<3>>, linear<2>>, branch<join<pose>, linear<2>>>, linear<2>> {};
struct joined_to_branches : stack<shape<1, 2, 2>, join<mask>, concatenated<branch<conv<2, 1>>, branch<join<mask>>>> {};

// Two samples of an image beside one of the mask, and one beside two.
struct image_then_mask {
    using inputs   = list<shape<1, 2, 2>, mask>;
    using networks = list<net<"masked", masked>>;
    static constexpr void program(auto& record) {
        const auto x = input<shape<1, 2, 2>>(record);
        const auto m = input<mask>(record);
        output(record, "images", run<masked>(record, repeat<2>(x), given<mask>(m)));
        output(record, "masks", run<masked>(record, x, given<mask>(repeat<2>(m))));
    }
};
}  // namespace

BOOST_AUTO_TEST_CASE(a_label_is_seen_one_hot) {
    laws::replay_data d{.inputs = {{7, 8, 9, 10}, {2, 0}}, .rows = 2};
    BOOST_TEST(apart(laws::evaluated<labelled>(d), {7, 8, 0, 0, 1, 9, 10, 1, 0, 0}) == 0.0);
}
BOOST_AUTO_TEST_CASE(numbers_join_an_image_as_planes) {
    laws::replay_data d{.inputs = {{1, 2, 3, 4, 5, 6, 7, 8}, {70, 80, 90, 100}}, .rows = 2};
    BOOST_TEST(apart(laws::evaluated<posed>(d), {1, 70, 80, 2, 70, 80, 3, 70, 80, 4, 70, 80,  //
                                                 5, 90, 100, 6, 90, 100, 7, 90, 100, 8, 90, 100}) == 0.0);
    laws::replay_data e{.inputs = {{1, 2, 3, 4}, {1}}};
    BOOST_TEST(apart(laws::evaluated<tagged_image>(e), {1, 0, 1, 2, 0, 1, 3, 0, 1, 4, 0, 1}) == 0.0);
}
BOOST_AUTO_TEST_CASE(an_image_joins_an_image_as_channels) {
    laws::replay_data d{.inputs = {{1, 2, 3, 4}, {10, 20, 30, 40}}};
    BOOST_TEST(apart(laws::evaluated<masked>(d), {1, 10, 2, 20, 3, 30, 4, 40}) == 0.0);
}
BOOST_AUTO_TEST_CASE(samples_of_an_image_are_joined_pixel_by_pixel) {
    laws::replay_data   d{.inputs = {{1, 2, 3, 4, 5, 6, 7, 8}, {10, 20, 30, 40, 50, 60, 70, 80}}, .rows = 2};
    const laws::results seen = laws::replay(programs::of<image_then_mask>([](auto& record) { image_then_mask::program(record); }), d);
    const numbers       twice{1, 10, 2, 20, 3, 30, 4, 40, 1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80, 5, 50, 6, 60, 7, 70, 8, 80};
    BOOST_TEST(apart(seen["images"], twice) == 0.0);
    BOOST_TEST(apart(seen["masks"], twice) == 0.0);
}
// What a branch joins is what the network joins.
BOOST_AUTO_TEST_CASE(branches_hear_conditions) {
    static_assert(std::is_same_v<in_branches::conditions, list<label<3>, pose>>);
    static_assert(std::is_same_v<layers::conditions<residual<join<pose>, linear<2>>>, list<pose>>);
    laws::replay_data d{.parameters = laws::weights(parameter_count<laws::alone<in_branches>>), .inputs = {{7, 8, 7, 8, 7, 8}, {2, 0, 2}, {1, 2, 1, 2, 3, 4}}, .rows = 3};
    const numbers     y = laws::evaluated<in_branches>(d);
    BOOST_TEST((y[0] != y[2] && y[0] != y[4]));
    BOOST_TEST(laws::gradient_error<laws::alone<in_branches>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<joined_to_branches>>() <= 1e-6);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<laws::alone<flat_net>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<image_net>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<same_twice>>() <= 1e-6);
}
// Its parameters lie as those of the one matrix do.
BOOST_AUTO_TEST_CASE(linear_with_is_join_and_linear) {
    static_assert(parameter_count<laws::alone<joined_first>> == parameter_count<laws::alone<both_at_once>>);
    laws::replay_data d{.parameters = laws::weights(24), .inputs = {{7, -8, 0.9, 10}, {2, 0}}, .rows = 2};
    BOOST_TEST(apart(laws::evaluated<joined_first>(d), laws::evaluated<both_at_once>(d)) <= 1e-14);
    BOOST_TEST(laws::gradient_error<laws::alone<of_a_mask>>() <= 1e-6);
}
// Two numbers scale and shift two others: W is (2, 4), its first two columns are for scales.
BOOST_AUTO_TEST_CASE(a_condition_scales_and_shifts) {
    laws::replay_data d{.parameters = {0.1, 0.2, 0.3, 0.4, 1, 2, 3, 4, 0.5, 0, 0, -1}, .inputs = {{10, 20, 30, 40}, {1, 0, 0, 2}}, .rows = 2};
    BOOST_TEST(apart(laws::evaluated<scaled>(d), {10 * 1.6 + 0.3, 20 * 1.2 - 0.6, 30 * 3.5 + 6, 40 * 5.0 + 7}) <= 1e-13);
    // Of an image, whose pixels lie channels last, a channel.
    laws::replay_data e{.parameters = {9, 9, 9, 9, 1, 2, 3, 4, 0, 0, 0, 0}, .inputs = {{10, 20, 30, 40}, {1}}};
    BOOST_TEST(apart(laws::evaluated<tinted>(e), {10 * 2.0 + 3, 20 * 3.0 + 4, 30 * 2.0 + 3, 40 * 3.0 + 4}) <= 1e-13);
    BOOST_TEST(laws::gradient_error<laws::alone<tinted_twice>>() <= 1e-6);
}
BOOST_AUTO_TEST_CASE(it_begins_by_doing_neither) {
    struct plain : stack<shape<2>, modulate<pose>> {};
    laws::replay_data d{.parameters = laws::numbers(12, 0.0), .inputs = {{10, 20}, {1, 2}}};
    BOOST_TEST(apart(laws::evaluated<plain>(d), {10, 20}) == 0.0);
    static_assert(std::is_same_v<typename at<0, plain::parameters>::initial, zeros>);
}
