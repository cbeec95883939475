// SPDX-License-Identifier: MIT
// The contractive autoencoder, Rifai et al. (2011): a penalty on the encoder's derivative, differentiated again.
#define BOOST_TEST_MODULE contractive
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

using image                  = shape<2, 2, 3>;
constexpr std::size_t hidden = 4;

struct one_layer : stack<image, flatten, linear<hidden>, act::sigmoid> {};
struct two_layers : stack<image, flatten, linear<5>, act::sigmoid, linear<hidden>, act::sigmoid> {};
struct three_layers
    : stack<image, conv<2, 2>, act::softplus, flatten, linear<5>, act::tanh, linear<hidden>, act::sigmoid> {};
struct decoder : stack<shape<hidden>, linear<12>, reshape<image>, to<bernoulli>> {};

template <class Encoder>
struct contractive {
    using inputs   = list<image>;
    using networks = list<net<"encoder", Encoder>, net<"decoder", decoder>>;

    // |dh/dx|^2 of each row: the Jacobian's rows are the gradients of each hidden unit.
    static constexpr auto contraction(auto& record, auto x) {
        const auto each     = repeat<hidden>(x);
        const auto h        = run<Encoder>(record, each);
        const auto jacobian = gradient(h, unit_vectors<hidden>(record), each);
        return fold<hidden>(sum(square(jacobian)));
    }
    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto h = run<Encoder>(record, x);
        return minimise(term("reconstruction", -run<decoder>(record, h).log_density(x)),
                        term("contraction", slot(record, "lambda", 3.0), contraction(record, x)));
    }
};

BOOST_AUTO_TEST_CASE(the_penalty_has_a_gradient) {
    laws::obeys_the_law<contractive<one_layer>>("contractive, 1 layer");
    laws::obeys_the_law<contractive<two_layers>>("contractive, 2 layers");
    laws::obeys_the_law<contractive<three_layers>>("contractive, 3 layers");
}

// sum_j (h_j (1 - h_j))^2 sum_i W_ij^2 for one sigmoid layer: eq. 7
BOOST_AUTO_TEST_CASE(one_layer_has_a_closed_form) {
    using model                = contractive<one_layer>;
    constexpr std::size_t in   = image::size, rows = 3;
    const auto            x    = laws::some_numbers(rows * in), w = laws::some_numbers(parameter_count<model>);
    const laws::replayed<double> seen(programs::training<model>(), {x}, w, {1, rows, 0, 0});
    double expected = 0;
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t j = 0; j < hidden; ++j) {
            double a = w[in * hidden + j], squares = 0;
            for (std::size_t i = 0; i < in; ++i) {
                const std::size_t pixel = i % 6 * 2 + i / 6;  // flatten puts the channels first
                a += x[r * in + pixel] * w[i * hidden + j], squares += w[i * hidden + j] * w[i * hidden + j];
            }
            const double h = 1 / (1 + std::exp(-a));
            expected += h * (1 - h) * h * (1 - h) * squares / rows;
        }
    BOOST_TEST(std::abs(seen["contraction"][0] - expected) <= 1e-14 * expected);
}

}  // namespace
