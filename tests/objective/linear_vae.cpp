// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE linear_vae
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/numbers.hpp"

#include <numbers>

// A linear variational autoencoder has a known optimum. Its best bound is the maximum likelihood of probabilistic PCA
// (Tipping and Bishop, 1999; Lucas et al., 2019): with the covariance's eigenvalues l_1 >= ... >= l_D and q latents,
//     log p = -1/2 (D log 2 pi + sum_(i <= q) log l_i + (D - q) log s + D),   s = mean of the others.
// So training must reach that number, and must not exceed it.

using namespace elbo;
using namespace elbo::laws;

namespace {
constexpr std::size_t D = 6, latents = 2, N = 200;

struct encoder : stack<shape<D>, linear<2 * latents>, to<diagonal_normal<latents>>> {};
struct decoder : stack<shape<latents>, linear<D>, to<normal<elbo::learned>>> {};
struct linear_vae : vae<encoder, decoder, objective<evidence_bound<samples<2>>>> {};
struct judged : vae<encoder, decoder, objective<evidence_bound<samples<200>>>> {};

// x = m + W z + noise, z and noise normal
numbers factor_data() {
    const draws random(7, "factor data");
    numbers     x(N * D);
    const numbers mean = wave(D, 3), loadings = weights(D * latents, 5);
    for (std::uint32_t r = 0; r < N; ++r)
        for (std::uint32_t c = 0; c < D; ++c) {
            double v = mean[c] + 0.35 * random.normal(r, c, 1);
            for (std::uint32_t k = 0; k < latents; ++k) v += 3 * loadings[c * latents + k] * random.normal(r, k, 2);
            x[r * D + c] = v;
        }
    return x;
}
numbers covariance_of(const numbers& x) {
    numbers mean(D, 0.0), c(D * D, 0.0);
    for (std::size_t i = 0; i < x.size(); ++i) mean[i % D] += x[i] / N;
    for (std::size_t r = 0; r < N; ++r)
        for (std::size_t a = 0; a < D; ++a)
            for (std::size_t b = 0; b < D; ++b) c[a * D + b] += (x[r * D + a] - mean[a]) * (x[r * D + b] - mean[b]) / N;
    return c;
}
// Jacobi (1846): rotations that make the matrix diagonal. Largest first.
numbers eigenvalues(numbers a) {
    for (int sweep = 0; sweep < 30; ++sweep)
        for (std::size_t p = 0; p < D; ++p)
            for (std::size_t q = p + 1; q < D; ++q) {
                if (a[p * D + q] == 0) continue;
                const double angle = 0.5 * std::atan2(2 * a[p * D + q], a[q * D + q] - a[p * D + p]);
                const double c = std::cos(angle), s = std::sin(angle);
                for (std::size_t k = 0; k < D; ++k) {
                    const double x = a[k * D + p], y = a[k * D + q];
                    a[k * D + p] = c * x - s * y, a[k * D + q] = s * x + c * y;
                }
                for (std::size_t k = 0; k < D; ++k) {
                    const double x = a[p * D + k], y = a[q * D + k];
                    a[p * D + k] = c * x - s * y, a[q * D + k] = s * x + c * y;
                }
            }
    numbers values(D);
    for (std::size_t i = 0; i < D; ++i) values[i] = a[i * (D + 1)];
    std::sort(values.rbegin(), values.rend());
    return values;
}
double maximum_likelihood(const numbers& x) {
    const numbers l = eigenvalues(covariance_of(x));
    double        rest = 0, logs = 0;
    for (std::size_t i = 0; i < D; ++i) (i < latents ? logs : rest) += i < latents ? std::log(l[i]) : l[i] / (D - latents);
    return -0.5 * (D * std::log(2 * std::numbers::pi) + logs + (D - latents) * std::log(rest) + D);
}
}  // namespace

BOOST_AUTO_TEST_CASE(eigenvalues_are_those_of_the_matrix) {
    const numbers c = covariance_of(factor_data()), l = eigenvalues(c);
    double        trace = 0, squares = 0, sum = 0, sum_squares = 0;
    for (std::size_t i = 0; i < D * D; ++i) squares += c[i] * c[i], trace += i % (D + 1) == 0 ? c[i] : 0;
    for (double v : l) sum += v, sum_squares += v * v;
    BOOST_TEST(std::abs(sum - trace) < 1e-12);
    BOOST_TEST(std::abs(sum_squares - squares) < 1e-11);
}

BOOST_AUTO_TEST_CASE(training_reaches_the_maximum_likelihood_and_no_more) {
    const numbers x    = factor_data();
    const double  best = maximum_likelihood(x);
    const tape    t    = programs::training<linear_vae>();

    replay_data   d{.parameters = weights(parameter_count<linear_vae>), .inputs = {x}, .rows = N};
    plain<double> machine(t);
    numbers       m(d.parameters.size(), 0.0), v = m;
    const int     steps = 1500;
    for (int step = 1; step <= steps; ++step) {  // Adam (Kingma and Ba, 2015), its rate falling to zero
        d.step = static_cast<std::uint32_t>(step);
        machine.replay(bound_to(t, d));
        const double rate = 0.03 * (1 - static_cast<double>(step) / (steps + 1));
        for (std::size_t i = 0; i < m.size(); ++i) {
            m[i] = 0.9 * m[i] + 0.1 * d.gradients[i];
            v[i] = 0.999 * v[i] + 0.001 * d.gradients[i] * d.gradients[i];
            d.parameters[i] -= rate * (m[i] / (1 - std::pow(0.9, step))) / (std::sqrt(v[i] / (1 - std::pow(0.999, step))) + 1e-8);
        }
    }
    d.step              = 100000;
    const double before = [&] {
        replay_data untrained = d;
        untrained.parameters  = weights(parameter_count<linear_vae>);
        return -replay(programs::evaluation<judged>(), untrained)["loss"][0];
    }();
    const double bound = -replay(programs::evaluation<judged>(), d)["loss"][0];
    BOOST_TEST_MESSAGE("from " << before << " to " << bound << ", the maximum likelihood is " << best);
    BOOST_TEST(bound > best - 0.01 * std::abs(best));
    BOOST_TEST(bound < best + 0.003 * std::abs(best));  // 200 samples of each of 200 rows: their error is below that
    BOOST_TEST(before < best - 0.5 * std::abs(best));
}
