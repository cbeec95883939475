// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE dropout
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
constexpr std::size_t wide = 500;
struct quarter : stack<shape<wide>, dropout<25>> {};
struct none : stack<shape<wide>, dropout<0>> {};
struct two : stack<shape<wide>, dropout<50>, dropout<50>> {};
struct inner : stack<shape<3>, linear<8>, dropout<40>, act::tanh, linear<2>> {};

// The same network in two turns of a loop, and twice in a step that is not a loop.
struct in_turns {
    using networks = list<net<"quarter", quarter>>;
    using inputs   = list<shape<wide>>;
    static constexpr void masks(auto& record) {
        const auto x = input<shape<wide>>(record);
        const auto a = run<quarter>(record, x, turn{0});
        const auto b = run<quarter>(record, x, turn{1});
        output(record, "first", a);
        output(record, "second", b);
    }
    static constexpr void twice_in_one_turn(auto& record) {
        const auto x = input<shape<wide>>(record);
        const auto a = run<quarter>(record, x);
        const auto b = run<quarter>(record, x);
        output(record, "sum", a + b);
    }
};

template <class Network>
numbers masks(std::uint64_t seed = 5, std::uint32_t step = 0, std::int64_t rows = 40, std::uint32_t first_row = 0) {
    laws::replay_data d{.inputs = {numbers(static_cast<std::size_t>(rows) * wide, 1.0)}, .rows = rows, .seed = seed,
                        .step = step, .first_row = first_row};
    return laws::trained<Network>(d);
}
}  // namespace

// 20,000 Bernoulli draws: the fraction kept has a standard error of 0.003.
BOOST_AUTO_TEST_CASE(a_quarter_is_dropped_and_the_mean_stays) {
    double kept = 0, total = 0;
    for (double m : masks<quarter>()) {
        BOOST_TEST((m == 0 || std::abs(m - 1 / 0.75) < 1e-15));
        kept += m != 0, total += m;
    }
    BOOST_TEST(std::abs(kept / 20000 - 0.75) < 4 * std::sqrt(0.75 * 0.25 / 20000));
    BOOST_TEST(std::abs(total / 20000 - 1) < 4 * std::sqrt(0.25 / 0.75 / 20000));
}
BOOST_AUTO_TEST_CASE(nothing_is_dropped_when_it_evaluates_or_is_nothing) {
    laws::replay_data d{.inputs = {laws::wave(wide)}};
    BOOST_TEST(apart(laws::evaluated<quarter>(d), laws::wave(wide)) == 0.0);
    BOOST_TEST(apart(laws::trained<none>(d), laws::wave(wide)) == 0.0);
    using model = laws::alone<quarter>;
    BOOST_TEST(programs::evaluation<model>().draws.empty());
}
BOOST_AUTO_TEST_CASE(a_mask_is_keyed_by_seed_and_step_and_row) {
    const numbers mask = masks<quarter>();
    BOOST_TEST(apart(masks<quarter>(), mask) == 0.0);
    BOOST_TEST(apart(masks<quarter>(6), mask) > 1.0);
    BOOST_TEST(apart(masks<quarter>(5, 1), mask) > 1.0);
    // Row 7 is row 7, whoever computes it.
    const numbers row_7(mask.begin() + 7 * wide, mask.begin() + 8 * wide);
    BOOST_TEST(apart(masks<quarter>(5, 0, 1, 7), row_7) == 0.0);
}
// Two layers drop independently: a quarter of the values survives both.
BOOST_AUTO_TEST_CASE(layers_have_masks_of_their_own) {
    double kept = 0;
    for (double m : masks<two>()) kept += m != 0;
    BOOST_TEST(std::abs(kept / 20000 - 0.25) < 4 * std::sqrt(0.25 * 0.75 / 20000));
}
BOOST_AUTO_TEST_CASE(turns_have_masks_of_their_own) {
    laws::replay_data d{.inputs = {numbers(wide, 1.0)}};
    const auto        got = laws::replay(laws::in_training<in_turns>([](auto& r) { in_turns::masks(r); }), d);
    std::size_t       both = 0;
    for (std::size_t i = 0; i < wide; ++i) both += got["first"][i] != 0 && got["second"][i] != 0;
    const double expected = 0.75 * 0.75;
    BOOST_TEST(std::abs(static_cast<double>(both) / wide - expected) < 4 * std::sqrt(expected * (1 - expected) / wide));
}
// One key for two masks would couple them: recording refuses.
BOOST_AUTO_TEST_CASE(one_turn_twice_is_rejected) {
    BOOST_CHECK_THROW(laws::in_training<in_turns>([](auto& r) { in_turns::twice_in_one_turn(r); }), recording_error);
    BOOST_CHECK_NO_THROW(programs::of<in_turns>([](auto& r) { in_turns::twice_in_one_turn(r); }));
}
BOOST_AUTO_TEST_CASE(its_gradient_is_its_finite_difference) {
    BOOST_TEST(laws::gradient_error<laws::alone<inner>>() <= 1e-6);
}
