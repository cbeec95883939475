// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE bounds
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

using namespace elbo;
using namespace elbo::laws;

// The evidence lower bound and its relatives, on one small model whose posterior is far from the true one.

namespace {
struct encoder : stack<shape<4>, linear<6>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<6>, act::tanh, linear<4>, to<normal<fixed<3, 10>>>> {};

struct closed : vae<encoder, decoder> {};
struct sampled : vae<encoder, decoder, objective<evidence_bound<monte_carlo_kl>>> {};
struct ten : vae<encoder, decoder, objective<evidence_bound<samples<10>>>> {};
struct ten_sampled : vae<encoder, decoder, objective<evidence_bound<samples<10>, monte_carlo_kl>>> {};
struct free_50 : vae<encoder, decoder, objective<evidence_bound<free_bits<50>>>> {};
template <int K>
struct iwae : vae<encoder, decoder, objective<importance_bound<K>>> {};

constexpr std::int64_t rows = 40;
replay_data            data(std::uint32_t step = 0) {
    replay_data d{.parameters = weights(parameter_count<closed>), .inputs = {wave(rows * 4)}, .rows = rows, .step = step};
    for (double& p : d.parameters) p *= 2;
    return d;
}
double value_of(const tape& t, const char* name, std::uint32_t step = 0, numbers slots = {}) {
    replay_data d = data(step);
    d.slots       = std::move(slots);
    return replay(t, d)[name][0];
}

// The mean over steps, each with noise of its own, and its standard error.
struct estimate {
    double mean = 0, error = 0;
};
estimate over_steps(const tape& t, const char* name, std::uint32_t steps, std::uint32_t first = 0) {
    double sum = 0, squares = 0;
    for (std::uint32_t s = 0; s < steps; ++s) {
        const double v = value_of(t, name, first + s);
        sum += v, squares += v * v;
    }
    const double mean = sum / steps;
    return {mean, std::sqrt((squares / steps - mean * mean) / (steps - 1))};
}
}  // namespace

// Burda et al. (2016), theorem 1: log p(x) >= L_50 >= L_5 >= L_1. The loss is minus the bound; a loose posterior makes
// the steps large: they must be seen, not only allowed.
BOOST_AUTO_TEST_CASE(more_samples_bound_more_tightly) {
    const estimate l1 = over_steps(programs::training<closed>(), "loss", 400);
    const estimate l5 = over_steps(programs::training<iwae<5>>(), "loss", 150, 1000);
    const estimate l50 = over_steps(programs::training<iwae<50>>(), "loss", 60, 2000);
    BOOST_TEST(l5.mean <= l1.mean + 3 * std::hypot(l1.error, l5.error));
    BOOST_TEST(l50.mean <= l5.mean + 3 * std::hypot(l5.error, l50.error));
    BOOST_TEST(l50.mean < l1.mean - 10 * std::hypot(l1.error, l50.error));
}
// log p(x) itself, by the midpoint rule over the latent plane: every bound is below it.
BOOST_AUTO_TEST_CASE(no_bound_exceeds_the_likelihood) {
    constexpr int    side = 120;
    constexpr double span = 6, step = 2 * span / side;
    numbers          codes;
    for (int i = 0; i < side; ++i)
        for (int j = 0; j < side; ++j) codes.push_back(-span + (i + 0.5) * step), codes.push_back(-span + (j + 0.5) * step);
    replay_data d{.parameters = data().parameters, .inputs = {codes}, .rows = side * side};
    const numbers means = replay(programs::of<closed>([](auto& record) { closed::decode(record); }), d)["mean"];
    const numbers x = data().inputs[0];
    double        log_likelihood = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        double p = 0;
        for (std::size_t g = 0; g < side * side; ++g) {
            double energy = 0.5 * (codes[2 * g] * codes[2 * g] + codes[2 * g + 1] * codes[2 * g + 1]) + std::log(2 * std::acos(-1.0));
            for (std::size_t c = 0; c < 4; ++c) {
                const double off = (x[4 * r + c] - means[4 * g + c]) / 0.3;
                energy += 0.5 * off * off + std::log(0.3) + 0.5 * std::log(2 * std::acos(-1.0));
            }
            p += std::exp(-energy) * step * step;
        }
        log_likelihood += std::log(p) / rows;
    }
    const estimate l50 = over_steps(programs::training<iwae<50>>(), "loss", 60);
    const estimate l1000 = over_steps(programs::evaluation<iwae<1000>>(), "loss", 8);
    BOOST_TEST(-l50.mean <= log_likelihood + 3 * l50.error);
    BOOST_TEST(std::abs(-l1000.mean - log_likelihood) < 4 * l1000.error + 0.01);
}
// The same noise: the same number.
BOOST_AUTO_TEST_CASE(one_importance_sample_is_the_sampled_bound) {
    const double expected = value_of(programs::training<sampled>(), "loss");
    BOOST_TEST(std::abs(value_of(programs::training<iwae<1>>(), "loss") - expected) < 1e-12 * std::abs(expected));
}
// The bound is that of its weights, and so is a probe of them.
BOOST_AUTO_TEST_CASE(the_importance_bound_is_the_log_mean_weight) {
    replay_data   d = data();
    const numbers w = replay(programs::of<iwae<5>>([](auto& record) { iwae<5>::log_weights<5>(record); }), d)["log weights"];
    BOOST_TEST_REQUIRE(w.size() == 5u * rows);
    double bound = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        double mean = 0;
        for (std::size_t k = 0; k < 5; ++k) mean += std::exp(w[5 * r + k]) / 5;
        bound += std::log(mean) / rows;
    }
    BOOST_TEST(std::abs(value_of(programs::training<iwae<5>>(), "loss") + bound) < 1e-12 * std::abs(bound));
}
BOOST_AUTO_TEST_CASE(the_sampled_kl_is_the_closed_one_on_average) {
    const double   closed_kl_ = value_of(programs::training<closed>(), "kl");
    const estimate one = over_steps(programs::training<sampled>(), "kl", 400), many = over_steps(programs::training<ten_sampled>(), "kl", 100);
    BOOST_TEST(std::abs(one.mean - closed_kl_) < 4 * one.error);
    BOOST_TEST(std::abs(many.mean - closed_kl_) < 4 * many.error);
    BOOST_TEST(closed_kl_ > 0.1);
    // Ten samples a row are worth ten rows: the standard error of one step is sqrt(10) times smaller.
    BOOST_TEST(std::abs(many.error * std::sqrt(100.0) / (one.error * std::sqrt(400.0)) - std::sqrt(0.1)) < 0.08);
}
BOOST_AUTO_TEST_CASE(samples_do_not_change_what_is_estimated) {
    const estimate one = over_steps(programs::training<closed>(), "reconstruction", 400);
    const estimate many = over_steps(programs::training<ten>(), "reconstruction", 100);
    BOOST_TEST(std::abs(one.mean - many.mean) < 4 * std::hypot(one.error, many.error));
    BOOST_TEST(many.error * 10 < one.error * 20);
}
// beta weighs the KL in the loss, and leaves the terms that are reported as they are.
BOOST_AUTO_TEST_CASE(beta_weighs_the_kl) {
    const tape t = programs::training<closed>();
    BOOST_TEST_REQUIRE(t.slots.size() == 1u);
    BOOST_TEST(same_name(t.slots[0].name, "beta"));
    const double reconstruction = value_of(t, "reconstruction"), kl_ = value_of(t, "kl");
    BOOST_TEST(std::abs(value_of(t, "loss") - (reconstruction + kl_)) < 1e-13);
    for (double beta : {0.0, 0.5, 4.0}) {
        BOOST_TEST(std::abs(value_of(t, "loss", 0, {beta}) - (reconstruction + beta * kl_)) < 1e-12);
        BOOST_TEST(value_of(t, "kl", 0, {beta}) == kl_);
        BOOST_TEST(value_of(t, "reconstruction", 0, {beta}) == reconstruction);
    }
}
// Gradients are those of the weighed loss: affine in beta.
BOOST_AUTO_TEST_CASE(beta_weighs_the_gradient) {
    const tape t        = programs::training<closed>();
    const auto gradient = [&](double beta) {
        replay_data d = data();
        d.slots       = {beta};
        replay(t, d);
        return d.gradients;
    };
    const numbers none = gradient(0), one = gradient(1), three = gradient(3);
    numbers       expected(none.size());
    for (std::size_t i = 0; i < none.size(); ++i) expected[i] = none[i] + 3 * (one[i] - none[i]);
    BOOST_TEST(apart(three, expected) < 1e-12);
    BOOST_TEST(apart(none, one) > 0.01);
}
// sum_j max(lambda, mean KL_j), by hand from the posterior's numbers
BOOST_AUTO_TEST_CASE(free_bits_are_free) {
    replay_data   d = data();
    const results q = replay(programs::of<closed>([](auto& record) {
                                 const auto posterior = closed::posterior(record, input<shape<4>>(record));
                                 output(record, "mean", posterior.location);
                                 output(record, "log variance", posterior.log_variance);
                             }),
                             d);
    numbers of_dimension(2, 0.0);
    for (std::size_t i = 0; i < 2 * rows; ++i) {
        const double m = q["mean"][i], v = q["log variance"][i];
        of_dimension[i % 2] += 0.5 * (m * m + std::exp(v) - v - 1) / rows;
    }
    BOOST_TEST((of_dimension[0] < 0.5) != (of_dimension[1] < 0.5));  // one is below, one above
    const double expected = std::max(0.5, of_dimension[0]) + std::max(0.5, of_dimension[1]);
    BOOST_TEST(std::abs(value_of(programs::training<free_50>(), "kl") - expected) < 1e-12);
    BOOST_TEST(std::abs(value_of(programs::training<closed>(), "kl") - of_dimension[0] - of_dimension[1]) < 1e-12);
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(gradient_error<closed>() <= 1e-6);
    BOOST_TEST(gradient_error<ten_sampled>() <= 1e-6);
    BOOST_TEST(gradient_error<free_50>() <= 1e-6);
    BOOST_TEST(gradient_error<iwae<5>>() <= 1e-6);
}
