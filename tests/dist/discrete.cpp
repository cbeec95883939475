// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE discrete
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/distribution.hpp"

using namespace elbo;
using namespace elbo::laws;

namespace {
using coins      = distribution<bernoulli, 2>;
using by_mean    = distribution<bernoulli_by_mean, 2>;
using continuous = distribution<continuous_bernoulli, 2>;
using classes    = distribution<categorical<4>, 4>;

const quadrature bits   = on_values({0, 1}) * on_values({0, 1});
const quadrature square = on_interval(0, 1, 16) * on_interval(0, 1, 16);

// Soft samples of a categorical at a temperature.
struct relaxed {
    using parameters = attribute<"parameters", shape<4>>;
    using networks   = list<net<"q", classes::network>>;
    using inputs     = list<parameters>;
    static constexpr void record_samples(auto& record) {
        const auto q = run<classes::network>(record, input<parameters>(record));
        output(record, "soft", q.template relaxed_sample<50>(record, slot(record, "temperature", 1.0), "z"));
        output(record, "hard", q.template sample<50>(record, "other"));
    }
};
// Its gradient, at two temperatures of which one is a slot.
struct relaxed_loss {
    struct network : stack<shape<3>, linear<4>, to<categorical<4>>> {};
    using networks = list<net<"q", network>>;
    using inputs   = list<shape<3>>;
    static constexpr auto objective(auto& record) {
        const auto q = run<network>(record, input<shape<3>>(record));
        const auto z = q.template relaxed_sample<3>(record, slot(record, "temperature", 0.7), "z");
        return minimise(term("path", wavy(record, z)));
    }
};
}  // namespace

BOOST_AUTO_TEST_CASE(bernoullis_are_lawful) {
    is_lawful(check_distribution<coins>({0.7, -1.6}, bits));
    is_lawful(check_distribution<coins>({0, 3}, bits));
    is_lawful(check_distribution<by_mean>({0.2, 0.7}, bits));
    is_lawful(check_distribution<by_mean>({0.5, 0.999}, bits));
}
// Logits below 1/2 take the series of the normaliser, others its closed form; at zero the density is uniform.
BOOST_AUTO_TEST_CASE(continuous_bernoullis_are_lawful) {
    is_lawful(check_distribution<continuous>({0.3, -1.6}, square));
    is_lawful(check_distribution<continuous>({-0.499, 0.501}, square));
    is_lawful(check_distribution<continuous>({0, 5}, square));
    is_lawful(check_distribution<continuous>({-9, 12}, square));
}
// Where the sampler replaces the logit by a small one, and just outside.
BOOST_AUTO_TEST_CASE(continuous_bernoullis_of_hardly_any_logit_are_sampled) {
    is_lawful(check_distribution<continuous>({0, 1e-9}, square));
    is_lawful(check_distribution<continuous>({-1e-9, 2e-3}, square));
    for (double z : samples_of<continuous>({-40, 40}, {}, 100)) BOOST_TEST((z >= 0 && z <= 1));
}
BOOST_AUTO_TEST_CASE(categoricals_are_lawful) {
    is_lawful(check_distribution<classes>({0.7, -1.6, 0.2, 1.1}, on_classes(4)));
    is_lawful(check_distribution<classes>({0, 0, 0, 0}, on_classes(4)));
    for (double z : samples_of<classes>({0.7, -1.6, 0.2, 1.1}, {}, 20)) BOOST_TEST((z == 0 || z == 1));
}
BOOST_AUTO_TEST_CASE(kl_of_discrete_ones) {
    agrees(check_kl<coins, coins>({0.7, -1.6}, {0, 0.5}, bits));
    agrees(check_kl<classes, classes>({0.7, -1.6, 0.2, 1.1}, {0, 1, 0.3, -1}, on_classes(4)));
    BOOST_TEST((least_kl<coins, coins>()) >= 0);
    BOOST_TEST((least_kl<classes, classes>()) >= 0);
    BOOST_TEST((divergences<coins, coins>({1, -2}, {1, -2})["closed"][0]) == 0.0);
    BOOST_TEST((divergences<classes, classes>({1, -2, 3, 0}, {1, -2, 3, 0})["closed"][0]) == 0.0);
}
// A relaxed sample lies in the simplex; where its largest part lies is an exact sample, at any temperature.
BOOST_AUTO_TEST_CASE(relaxed_samples_are_soft_exact_samples) {
    const numbers logits = {0.7, -1.6, 0.2, 1.1};
    double        sum = 0;
    for (double l : logits) sum += std::exp(l);
    const tape t = programs::of<relaxed>([](auto& r) { relaxed::record_samples(r); });
    for (double temperature : {1.0, 0.2}) {
        replay_data d{.inputs = {repeated(logits, 400)}, .rows = 400, .slots = {temperature}};
        const numbers soft = replay(t, d)["soft"];
        const auto    count = static_cast<double>(soft.size() / 4);
        numbers       wins(4, 0.0);
        for (std::size_t i = 0; i < soft.size(); i += 4) {
            BOOST_TEST(std::abs(soft[i] + soft[i + 1] + soft[i + 2] + soft[i + 3] - 1) < 1e-12);
            wins[static_cast<std::size_t>(std::max_element(&soft[i], &soft[i] + 4) - &soft[i])] += 1;
        }
        for (std::size_t c = 0; c < 4; ++c) {
            const double p = std::exp(logits[c]) / sum;
            BOOST_TEST(std::abs(wins[c] / count - p) < 4 * std::sqrt(p * (1 - p) / count));
        }
    }
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST((distribution_gradient_error<bernoulli, 2, false>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<continuous_bernoulli, 2>()) <= 1e-6);
    BOOST_TEST((distribution_gradient_error<categorical<4>, 4, false>()) <= 1e-6);
    BOOST_TEST(gradient_error<relaxed_loss>() <= 1e-6);
}
