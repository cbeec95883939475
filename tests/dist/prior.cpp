// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE prior
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/distribution.hpp"

using namespace elbo;
using namespace elbo::laws;

// Priors in their role: without parameters, with parameters of their own, and made of a condition.

namespace {
struct encoder : stack<shape<4>, linear<6>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<6>, act::tanh, linear<4>, to<normal<learned>>> {};
struct cencoder : stack<shape<4>, join<label<3>>, linear<4>, to<diagonal_normal<2>>> {};
struct cdecoder : stack<shape<2>, join<label<3>>, linear<4>, to<normal<>>> {};
struct of_the_label : stack<shape<3>, linear<4>, to<diagonal_normal<2>>> {};

struct plain_prior : vae<encoder, decoder> {};
struct of_its_own : vae<encoder, decoder, prior<trained_prior<diagonal_normal<2>, 4>>> {};
struct of_a_mixture : vae<encoder, decoder, prior<trained_prior<mixture_of_normals<3, 2>, 15>>> {};
struct conditional : vae<cencoder, cdecoder, prior<of_the_label>> {};

constexpr std::size_t networks = parameter_count<plain_prior>;

numbers with_prior(const numbers& prior) {
    numbers p = weights(networks);
    p.insert(p.end(), prior.begin(), prior.end());
    return p;
}
// log p(z) of points, samples of p, and what the model generates.
template <class Model>
numbers densities(const numbers& parameters, const numbers& points) {
    replay_data d{.parameters = parameters, .inputs = {points}, .rows = static_cast<std::int64_t>(points.size() / 2)};
    return replay(programs::of<Model>([](auto& record) {
                      const auto z = argument<shape<2>>(record, 0);
                      const auto p = Model::template prior_like<decltype(z)>(record);
                      output(record, "log density", p.log_density(z));
                  }),
                  d)["log density"];
}
template <class Model>
numbers generated(const numbers& parameters, std::int64_t rows) {
    replay_data d{.parameters = parameters, .rows = rows};
    return replay(programs::of<Model>([](auto& record) { Model::generate(record); }), d)["mean"];
}
const numbers of_mixture = {0.4, -0.2, 0.1, -1, 0.5, 1.5, -0.7, 0.2, 0.9, -0.5, 0.1, -0.9, -1.2, 0.3, 0.2};
}  // namespace

BOOST_AUTO_TEST_CASE(the_standard_normal_is_lawful) {
    const quadrature plane = on_interval(-9, 9, 18) * on_interval(-9, 9, 18);
    const numbers    log_p = densities<plain_prior>(weights(networks), plane.points);
    double           mass = 0, square = 0;
    for (std::size_t i = 0; i < plane.size(); ++i) {
        const double p = plane.weights[i] * std::exp(log_p[i]);
        mass += p, square += p * plane.points[2 * i] * plane.points[2 * i];
    }
    BOOST_TEST(std::abs(mass - 1) < 1e-10);
    BOOST_TEST(std::abs(square - 1) < 1e-10);
}
// A trained prior is its family at its parameters, for every row.
BOOST_AUTO_TEST_CASE(a_trained_prior_is_its_family) {
    const numbers points = wave(40);
    using normals        = distribution<diagonal_normal<2>, 4>;
    using mixtures       = distribution<mixture_of_normals<3, 2>, 15>;
    const numbers at     = {0.3, -0.2, -0.4, -1};
    BOOST_TEST(apart(densities<of_its_own>(with_prior(at), points), log_density_at<normals>(at, points)) < 1e-14);
    BOOST_TEST(apart(densities<of_a_mixture>(with_prior(of_mixture), points), log_density_at<mixtures>(of_mixture, points)) < 1e-14);
}
// Parts that begin alike stay alike, and a factor of zeros stays one: those families do not begin at zeros.
BOOST_AUTO_TEST_CASE(parts_of_a_trained_prior_begin_apart) {
    using begins_of = decltype([]<class F, std::size_t N>(trained_prior<F, N>) { return type_of<typename at<0, typename trained_prior<F, N>::parameters>::initial>{}; });
    static_assert(std::is_same_v<decltype(begins_of{}(trained_prior<diagonal_normal<2>, 4>{}))::type, zeros>);
    static_assert(!std::is_same_v<decltype(begins_of{}(trained_prior<low_rank_normal<4, 1>, 12>{}))::type, zeros>);
    numbers prior(15);
    std::vector<float> begin(15);
    at<0, trained_prior<mixture_of_normals<3, 2>, 15>::parameters>::initial::fill(begin, {15, 15, 1, 15}, draws(1, "prior"));
    std::copy(begin.begin(), begin.end(), prior.begin());
    replay_data d{.parameters = with_prior(prior), .inputs = {wave(12)}, .rows = 3};
    replay(programs::training<of_a_mixture>(), d);
    const double* g = d.gradients.data() + networks;
    for (std::size_t part : {1, 2}) {
        BOOST_TEST(g[0] != g[part]);
        BOOST_TEST(g[3] != g[3 + 2 * part]);
    }
}
BOOST_AUTO_TEST_CASE(a_prior_of_zeros_is_the_standard_normal) {
    replay_data d{.parameters = weights(networks), .inputs = {wave(12)}, .rows = 3}, e = d;
    e.parameters       = with_prior({0, 0, 0, 0});
    const results with = replay(programs::evaluation<of_its_own>(), e), without = replay(programs::evaluation<plain_prior>(), d);
    BOOST_TEST(std::abs(with["kl"][0] - without["kl"][0]) < 1e-14);
    BOOST_TEST(std::abs(with["loss"][0] - without["loss"][0]) < 1e-14);
}
// Whatever the prior is, generating n gives n different samples.
template <class Model>
void generates_every_row(const numbers& parameters) {
    const numbers y = generated<Model>(parameters, 5);
    BOOST_TEST_REQUIRE(y.size() == 5u * 4u);
    for (std::size_t a = 0; a < 5; ++a)
        for (std::size_t b = 0; b < a; ++b) BOOST_TEST(y[4 * a] != y[4 * b]);
}
BOOST_AUTO_TEST_CASE(generating_draws_for_every_row) {
    generates_every_row<plain_prior>(weights(networks));
    generates_every_row<of_its_own>(with_prior({0.3, -0.2, -0.4, -1}));
    generates_every_row<of_a_mixture>(with_prior(of_mixture));
}
BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(gradient_error<plain_prior>() <= 1e-6);
    BOOST_TEST(gradient_error<of_its_own>() <= 1e-6);
    BOOST_TEST(gradient_error<of_a_mixture>() <= 1e-6);
    BOOST_TEST(gradient_error<conditional>() <= 1e-6);
}
