// SPDX-License-Identifier: MIT
// The importance weighted autoencoder with two stochastic layers, Burda et al. (2016).
#define BOOST_TEST_MODULE iwae
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

using image = shape<1, 4, 4>;

struct encoder_1 : stack<image, flatten, linear<8>, act::tanh, linear<8>, to<diagonal_normal<4>>> {};
struct encoder_2 : stack<shape<4>, linear<6>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct decoder_2 : stack<shape<2>, linear<6>, act::tanh, linear<8>, to<diagonal_normal<4>>> {};
struct decoder_1 : stack<shape<4>, linear<8>, act::tanh, linear<16>, reshape<image>, to<bernoulli>> {};

template <int K>
struct iwae {
    using inputs   = list<image>;
    using networks = list<net<"encoder_1", encoder_1>, net<"encoder_2", encoder_2>, net<"decoder_2", decoder_2>,
                          net<"decoder_1", decoder_1>>;

    static constexpr auto log_weights(auto& record) {  // log p(x, h) / q(h | x), K of each row: eq. 2-4
        const auto x  = input<image>(record);
        const auto q1 = run<encoder_1>(record, x);
        const auto h1 = q1.template sample<K>(record, "h1");
        const auto q2 = run<encoder_2>(record, h1);
        const auto h2 = q2.sample(record, "h2");
        const auto p2 = standard_normal_like(h2);
        const auto p1 = run<decoder_2>(record, h2);
        const auto px = run<decoder_1>(record, h1);
        return px.log_density(x) + p1.log_density(h1) + p2.log_density(h2) - q1.log_density(h1) - q2.log_density(h2);
    }
    static constexpr auto objective(auto& record) {  // eq. 8
        const auto weights = log_weights(record);
        output(record, "weights", weights);
        return minimise(term("bound", log(constant(record, K)) - logsumexp(as_columns<K>(weights))));
    }
};

BOOST_AUTO_TEST_CASE(two_stochastic_layers) {
    laws::obeys_the_law<iwae<1>>("iwae, k = 1");
    laws::obeys_the_law<iwae<5>>("iwae, k = 5");
}

// -L_k is the mean over the rows of the log of the mean weight.
BOOST_AUTO_TEST_CASE(the_bound_is_that_of_its_weights) {
    const laws::replayed<double> seen(programs::training<iwae<5>>(), {laws::some_numbers(3 * 16, 0.5)},
                                      laws::some_numbers(parameter_count<iwae<5>>, 0.3), {1, 3, 0, 0});
    const auto weights = seen["weights"];
    BOOST_TEST(weights.size() == 15u);
    double bound = 0;
    for (std::size_t row = 0; row < 3; ++row) {
        double mean = 0;
        for (std::size_t k = 0; k < 5; ++k) mean += std::exp(weights[row * 5 + k]) / 5;
        bound -= std::log(mean) / 3;
    }
    BOOST_TEST(std::abs(seen["loss"][0] - bound) <= 1e-13 * std::abs(bound));
}

}  // namespace
