// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE likelihood
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/elbo.hpp>
#include <elbo/eval.hpp>
#include <elbo/host.hpp>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

// A model whose likelihood is known: x = W z + b (+ b of its class) + s e. The columns of W are orthogonal, so that the
// posterior is diagonal and an encoder can have it exactly.

using namespace elbo;

namespace {

constexpr std::size_t seen = 6, hidden = 2, classes = 3;
constexpr double      s = 0.5, s2 = s * s;  // the noise
constexpr double      two_pi = 6.283185307179586;

struct decoder : stack<shape<hidden>, linear<seen>, to<normal<fixed<1, 2>>>> {};
struct encoder : stack<shape<seen>, linear<2 * hidden>, to<diagonal_normal<hidden>>> {};
struct linear_gaussian : vae<encoder, decoder> {};

struct labelled_decoder : stack<shape<hidden>, join<label<classes>>, linear<seen>, to<normal<fixed<1, 2>>>> {};
struct labelled_encoder : stack<shape<seen>, join<label<classes>>, linear<2 * hidden>, to<diagonal_normal<hidden>>> {};
struct labelled : vae<labelled_encoder, labelled_decoder> {};

double W(std::size_t i, std::size_t j) {  // (seen, hidden)
    constexpr double first[seen] = {1, 1, 1, -1, -1, -1}, second[seen] = {1, -1, 0, 1, -1, 0};
    return j == 0 ? 0.7 * first[i] : 0.9 * second[i];
}
double square_of_column(std::size_t j) {
    double sum = 0;
    for (std::size_t i = 0; i < seen; ++i) sum += W(i, j) * W(i, j);
    return sum;
}
double b(std::size_t i) { return 0.1 * static_cast<double>(i); }
double b(std::size_t i, int y) { return b(i) + (y < 0 ? 0.0 : static_cast<double>(y) * (i % 2 == 0 ? 0.5 : -0.25)); }

// W'W + s2 I is diagonal, and so log N(x; b, W W' + s2 I) has this form.
double log_density(const float* x, int y = -1) {
    double square = 0, log_det = (seen - hidden) * std::log(s2), along[hidden] = {};
    for (std::size_t i = 0; i < seen; ++i) {
        const double d = static_cast<double>(x[i]) - b(i, y);
        square += d * d;
        for (std::size_t j = 0; j < hidden; ++j) along[j] += W(i, j) * d;
    }
    double quadratic = square / s2;
    for (std::size_t j = 0; j < hidden; ++j) {
        const double c = square_of_column(j);
        quadratic -= along[j] * along[j] / (s2 * (c + s2));
        log_det += std::log(c + s2);
    }
    return -0.5 * (quadratic + log_det + seen * std::log(two_pi));
}

// Weights as the arena has them: (in, out). A posterior `wider` than the true one is exact only where wider is 1.
template <class Model>
void set_weights(built_model<Model, host>& m, double wider) {
    constexpr bool with_label = Model::conditions::size > 0;
    for (float& p : m.parameters()) p = 0;
    const std::string number = with_label ? "1" : "0";
    const auto dw = m.tensor("decoder." + number + ".weight"), db = m.tensor("decoder." + number + ".bias");
    const auto ew = m.tensor("encoder." + number + ".weight"), eb = m.tensor("encoder." + number + ".bias");
    for (std::size_t i = 0; i < seen; ++i) {
        db[i] = static_cast<float>(b(i));
        for (std::size_t j = 0; j < hidden; ++j) dw[j * seen + i] = static_cast<float>(W(i, j));
        for (std::size_t y = 0; with_label && y < classes; ++y)
            dw[(hidden + y) * seen + i] = static_cast<float>(b(i, static_cast<int>(y)) - b(i));
    }
    for (std::size_t j = 0; j < hidden; ++j) {
        const double c = square_of_column(j) + s2;
        eb[hidden + j] = static_cast<float>(std::log(s2 / c * wider));
        for (std::size_t i = 0; i < seen; ++i) {
            ew[i * 2 * hidden + j] = static_cast<float>(W(i, j) / c);
            eb[j] -= static_cast<float>(W(i, j) * b(i) / c);
            for (std::size_t y = 0; with_label && y < classes; ++y)
                ew[(seen + y) * 2 * hidden + j] -= static_cast<float>(W(i, j) * (b(i, static_cast<int>(y)) - b(i)) / c);
        }
    }
}

constexpr std::size_t count = 130;  // more than one batch of a program
std::vector<float> samples_of_x() {
    std::vector<float> x(count * seen);
    const draws        noise(11, "x");
    for (std::size_t n = 0; n < x.size(); ++n) x[n] = static_cast<float>(1.2 * noise.normal(static_cast<std::uint32_t>(n)));
    return x;
}
double exact(const std::vector<float>& x) {
    double sum = 0;
    for (std::size_t n = 0; n < count; ++n) sum -= log_density(&x[n * seen]);
    return sum / count;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_exact_posterior_gives_the_likelihood_at_once) {
    host                               machine({.threads = 1});
    built_model<linear_gaussian, host> m(machine);
    set_weights(m, 1);
    const auto x = samples_of_x();
    const auto w = m.log_weights<2>(x, 3, 0);
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t k = 0; k < 2; ++k) BOOST_TEST(std::abs(static_cast<double>(w[2 * n + k]) - log_density(&x[n * seen])) < 2e-4);
    const auto one = eval::negative_log_likelihood<1>(m, x, 1);
    BOOST_TEST(std::abs(one.value - exact(x)) < 2e-4);
    BOOST_TEST(one.images == count);
    BOOST_TEST(one.samples == 1u);
}

BOOST_AUTO_TEST_CASE(another_posterior_gives_it_within_its_error) {
    host                               machine({.threads = 1});
    built_model<linear_gaussian, host> m(machine);
    set_weights(m, 2.5);
    const auto            x     = samples_of_x();
    constexpr std::size_t turns = 20, draws_in_all = 50 * turns;
    const auto            e     = eval::negative_log_likelihood(m, x, turns);
    BOOST_TEST(e.samples == draws_in_all);

    // The error that draws of weights leave in the mean over images: that of log mean w is sd(w) / (mean w sqrt(draws)).
    double variance = 0;
    for (std::size_t n = 0; n < count; ++n) {
        double sum = 0, square = 0;
        for (std::size_t turn = 0; turn < turns; ++turn) {
            const auto w = m.log_weights<50>(std::span<const float>(x).subspan(n * seen, seen), 1, static_cast<std::uint32_t>(turn));
            for (const float l : w) {
                const double r = std::exp(static_cast<double>(l) - log_density(&x[n * seen]));
                sum += r, square += r * r;
            }
        }
        const double mean = sum / draws_in_all;
        variance += (square / draws_in_all - mean * mean) / (mean * mean) / draws_in_all;
    }
    const double error = std::sqrt(variance) / count;
    BOOST_TEST(error > 1e-4);
    BOOST_TEST(error < 1e-2);
    BOOST_TEST(std::abs(e.value - exact(x)) < 3 * error);

    // The reported error is that over images.
    double sum = 0, square = 0;
    for (std::size_t n = 0; n < count; ++n) sum += log_density(&x[n * seen]), square += std::pow(log_density(&x[n * seen]), 2);
    const double deviation = std::sqrt((square - sum * sum / count) / (count - 1) / count);
    BOOST_TEST(std::abs(e.standard_error / deviation - 1) < 0.02);
}

// ELBO <= L_5 <= L_50 <= log p(x), and a seed is a set of draws.
BOOST_AUTO_TEST_CASE(it_falls_with_the_number_of_draws) {
    host                               machine({.threads = 1});
    built_model<linear_gaussian, host> m(machine);
    set_weights(m, 6);
    const auto   x   = samples_of_x();
    const double one = eval::negative_log_likelihood<1>(m, x, 1).value, five = eval::negative_log_likelihood<5>(m, x, 1).value,
                 fifty = eval::negative_log_likelihood<50>(m, x, 1).value, most = eval::negative_log_likelihood<50>(m, x, 100).value;
    BOOST_TEST(one > five + 0.1);
    BOOST_TEST(five > fifty + 0.02);
    BOOST_TEST(fifty > most);
    BOOST_TEST(std::abs(most - exact(x)) < 0.005);
    BOOST_TEST(eval::negative_log_likelihood<5>(m, x, 1, 1).value == five);
    BOOST_TEST(eval::negative_log_likelihood<5>(m, x, 1, 2).value != five);
    // Turns are further draws, not the same again.
    BOOST_TEST(eval::negative_log_likelihood<5>(m, x, 2, 1).value < five);
}

BOOST_AUTO_TEST_CASE(conditions_follow_the_data) {
    host                        machine({.threads = 1});
    built_model<labelled, host> m(machine);
    set_weights(m, 1);
    const auto         x = samples_of_x();
    std::vector<float> y(count);
    double             expected = 0;
    for (std::size_t n = 0; n < count; ++n) {
        y[n] = static_cast<float>(n % classes);
        expected -= log_density(&x[n * seen], static_cast<int>(n % classes)) / count;
    }
    BOOST_TEST(std::abs(eval::negative_log_likelihood<1>(m, x, 1, 1, with<label<classes>>(y)).value - expected) < 5e-4);
    BOOST_TEST(eval::active_units(m, x, with<label<classes>>(y)) == hidden);

    const auto complaint = [](auto act) {
        try {
            act();
        } catch (const std::invalid_argument& e) {
            return std::string(e.what());
        }
        return std::string("none");
    };
    BOOST_TEST(complaint([&] { m.encode(x); }) == "the model joins a condition that it was not given: encode(x, with<label<10>>(y))");
    const auto few = std::span<const float>(y).first(100);
    BOOST_TEST(complaint([&] { m.encode(x, with<label<classes>>(few)); }) == "expected a condition for every row, 130 numbers or more, got 100");
    BOOST_TEST(complaint([&] { m.encode(std::span<const float>(x).first(15), with<label<classes>>(y)); }) ==
               "expected rows of 6 numbers, got 15 in all");
}

BOOST_AUTO_TEST_CASE(log_mean_weight_is_exact) {
    const std::array<double, 6> weights{-3, 0.5, -700, 2, 2, -1};
    for (const double shift : {0.0, 5000.0, -90000.0}) {
        eval::log_mean_weight running;
        long double           sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            running.add(weights[i] + shift);
            sum += std::exp(static_cast<long double>(weights[i]));
            const double direct = static_cast<double>(std::log(sum / static_cast<long double>(i + 1)));
            BOOST_TEST(std::abs(running.value() - shift - direct) < 1e-10 + 1e-15 * std::abs(shift));
        }
    }
    // No weight at all is a likelihood of zero, not a number that is none.
    eval::log_mean_weight nothing;
    nothing.add(-std::numeric_limits<double>::infinity());
    BOOST_TEST(nothing.value() == -std::numeric_limits<double>::infinity());
    nothing.add(1.0);
    BOOST_TEST(std::abs(nothing.value() - (1 - std::log(2.0))) < 1e-12);
}

BOOST_AUTO_TEST_CASE(means_have_their_error) {
    const auto e = eval::mean_of({1, 2, 3, 6}, 7);
    BOOST_TEST(e.value == 3.0);
    BOOST_TEST(std::abs(e.standard_error - std::sqrt((4.0 + 1 + 0 + 9) / 3 / 4)) < 1e-12);
    BOOST_TEST(e.samples == 7u);
    BOOST_TEST(eval::mean_of({5}, 1).standard_error == 0.0);
}

BOOST_AUTO_TEST_CASE(active_units_are_counted) {
    host                               machine({.threads = 1});
    built_model<linear_gaussian, host> m(machine);
    const auto                         x = samples_of_x();
    set_weights(m, 1);
    BOOST_TEST(eval::active_units(m, x) == 2u);
    // A mean that varies by less than 0.01 is as good as none, wherever it lies.
    const auto ew = m.tensor("encoder.0.weight"), eb = m.tensor("encoder.0.bias");
    for (std::size_t i = 0; i < seen; ++i) ew[i * 2 * hidden + 1] = i == 0 ? 0.07f : 0.0f;  // variance 0.07^2 1.44 = 0.007
    eb[1] = 40;
    BOOST_TEST(eval::active_units(m, x) == 1u);
    ew[1] = 0.1f;  // 0.0144
    BOOST_TEST(eval::active_units(m, x) == 2u);
}
