// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE normalisation
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
using image = shape<2, 2, 2>;
struct of_images : stack<image, batch_norm<>> {};
struct of_rows : stack<shape<3>, batch_norm<>> {};
struct quick : stack<shape<3>, batch_norm<25>> {};
struct of_a_sample : stack<image, layer_norm> {};
struct of_a_row : stack<shape<4>, layer_norm> {};

struct behind_rows : stack<shape<3>, linear<4>, batch_norm<>, act::tanh, linear<2>> {};
struct behind_images : stack<shape<1, 4, 4>, conv<3, 2>, batch_norm<>, act::tanh, conv<2, 2>> {};
struct behind_sample : stack<shape<3>, linear<8>, reshape<image>, layer_norm, act::tanh, conv<2, 2>> {};

// The state of a batch norm: means, variances, batches seen.
numbers fresh(std::size_t channels) {
    numbers state(2 * channels + 1, 0.0);
    for (std::size_t c = 0; c < channels; ++c) state[channels + c] = 1;
    return state;
}

// One network, run twice in one step.
struct ran_twice {
    using networks = list<net<"norm", of_rows>>;
    using inputs   = list<shape<3>>;
    static constexpr auto objective(auto& record) {
        const auto x = input<shape<3>>(record);
        const auto a = run<of_rows>(record, x);
        const auto b = run<of_rows>(record, 2.0 * x + 1.0);
        return minimise(term("loss", sum(square(a) * 0.1 + b)));
    }
};
}  // namespace

// torch.nn.BatchNorm2d(2).train() on (3, 2, 2, 2), then on twice that plus one; then in eval()
BOOST_AUTO_TEST_CASE(batch_norm_is_pytorchs) {
    const numbers expected = {0.488195478194,  0.814445780469,  0.353686749811,   -0.219068554422, -0.416855519355,
                              0.341167062639,  0.568184627638,  -0.0683840889266, -0.254156062429, 0.0336548746518,
                              0.678316985021,  0.735398766704,  -0.201698229275,  -0.647768762738, -0.176051012189,
                              0.522387412701,  0.662490750316,  0.0133256384056,  -0.24920592149,  0.259505420922,
                              0.576678131294,  0.319132643251,  -0.437137385763,  -0.584194591489};
    laws::replay_data d{.parameters = laws::weights(4), .state = fresh(2), .inputs = {laws::to_memory<image>(laws::wave(24))}, .rows = 3};
    BOOST_TEST(apart(laws::to_file<image>(laws::trained<of_images>(d)), expected) < 1e-9);

    for (double& x : d.inputs[0]) x = 2 * x + 1;
    laws::trained<of_images>(d);
    BOOST_TEST(apart(d.state, {0.128770768726, 0.129983026181, 0.878051051176, 0.876512977095, 2}) < 1e-9);

    laws::replay_data e{.parameters = d.parameters, .state = d.state, .inputs = {laws::to_memory<image>(laws::wave(8))}};
    const numbers evaluated = {0.344841934906,  0.469073146577, 0.29362303276,  0.0755264212319,
                               -0.180246084741, 0.105367470387, 0.190904887551, -0.0489463497866};
    BOOST_TEST(apart(laws::to_file<image>(laws::evaluated<of_images>(e)), evaluated) < 1e-9);
    BOOST_TEST(apart(e.state, d.state) == 0.0);  // evaluating changes nothing
}
// torch.nn.BatchNorm1d(3).train() on (4, 3)
BOOST_AUTO_TEST_CASE(batch_norm_of_rows_is_pytorchs) {
    const numbers expected = {0.196605245867,  0.229982201927,  -0.348188586142,  -0.50365645228,
                              -0.879467416358, -0.174937146026, 0.492306437768,   -0.49930216098,
                              -0.792709686169, -0.253435135426, 0.0581989776779,  -0.0690390392097};
    laws::replay_data d{.parameters = laws::weights(6), .state = fresh(3), .inputs = {laws::wave(12)}, .rows = 4};
    BOOST_TEST(apart(laws::trained<of_rows>(d), expected) < 1e-9);
    BOOST_TEST(apart(d.state, {0.0095541937213, 0.0228202867759, 0.0173046296691, 0.917315379187, 0.913939376741,
                               0.916222156868, 1}) < 1e-9);
}
// A batch of one row has no unbiased variance; the running one must stay finite.
BOOST_AUTO_TEST_CASE(a_batch_of_one_row_stays_finite) {
    laws::replay_data d{.parameters = laws::weights(6), .state = fresh(3), .inputs = {laws::wave(3)}};
    const numbers     y = laws::trained<of_rows>(d);
    BOOST_TEST(apart(y, {laws::weights(6)[3], laws::weights(6)[4], laws::weights(6)[5]}) < 1e-12);  // the bias
    for (double s : d.state) BOOST_TEST(std::isfinite(s));
}
BOOST_AUTO_TEST_CASE(momentum_is_how_much_a_batch_counts) {
    laws::replay_data slow{.parameters = laws::weights(6), .state = fresh(3), .inputs = {laws::wave(12)}, .rows = 4};
    laws::replay_data fast = slow;
    laws::trained<of_rows>(slow);
    laws::trained<quick>(fast);
    for (std::size_t c = 0; c < 3; ++c) {
        BOOST_TEST(std::abs(fast.state[c] - 2.5 * slow.state[c]) < 1e-12);
        BOOST_TEST(std::abs(fast.state[3 + c] - 1 - 2.5 * (slow.state[3 + c] - 1)) < 1e-12);
    }
}
// The second run begins from what the first left: as two batches, one after the other, would.
BOOST_AUTO_TEST_CASE(a_network_that_runs_twice_updates_twice) {
    laws::replay_data together{.parameters = laws::weights(6), .state = fresh(3), .inputs = {laws::wave(12)}, .rows = 4};
    laws::replay_data apart_ = together;
    laws::replay(programs::training<ran_twice>(), together);
    laws::trained<of_rows>(apart_);
    for (double& x : apart_.inputs[0]) x = 2 * x + 1;
    laws::trained<of_rows>(apart_);
    BOOST_TEST(apart(together.state, apart_.state) < 1e-13);
    BOOST_TEST(together.state[6] == 2.0);
    BOOST_TEST(laws::gradient_error<ran_twice>() <= 1e-6);
}

// torch.nn.LayerNorm([2, 2, 2]) and (4)
BOOST_AUTO_TEST_CASE(layer_norm_is_pytorchs) {
    const numbers image_ = {0.483859166913,  1.00378249504,   0.299752778846,  0.0606490761654,
                            0.0986959750062, -0.564017682111, -0.464056338441, 0.00739232953069};
    const numbers rows   = {-0.139292158333, 0.19232331736,    -0.200415422495, 0.119031368401,
                            -0.806835112384, -0.0715079084016, 0.141299464664,  0.100500892966};
    BOOST_TEST(apart(laws::output_in_file_order<of_a_sample>(1), image_) < 1e-9);
    BOOST_TEST(apart(laws::output_in_file_order<of_a_row>(2), rows) < 1e-9);
}

BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<laws::alone<behind_rows>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<behind_images>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<behind_sample>>() <= 1e-6);
}
