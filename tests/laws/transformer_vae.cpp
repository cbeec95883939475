// SPDX-License-Identifier: MIT
// Poses with and without a prior, Vivé and Amit (2017).
#define BOOST_TEST_MODULE transformer_vae
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

#include <elbo/model/transformer_vae.hpp>
#include <elbo/layer/arrange.hpp>

namespace {

using namespace elbo;

using image = shape<1, 6, 5>;

struct encoder : stack<image, flatten, linear<7>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<7>, act::tanh, linear<30>, reshape<image>, to<bernoulli>> {};
template <std::size_t N>
struct sees : stack<image, flatten, linear<5>, act::tanh, linear<N>, act::tanh> {};
template <std::size_t N>
struct guesses : stack<image, flatten, linear<5>, act::tanh, linear<2 * N>, to<diagonal_normal<N>>> {};

using spline = thin_plate_pose<3>;

struct affine : transformer_vae<encoder, decoder, sees<6>> {};
struct bent : transformer_vae<encoder, decoder, sees<18>, posed_by<spline>> {};
struct twice : transformer_vae<encoder, decoder, sees<6>, upright_encoder> {};
struct bent_twice : transformer_vae<encoder, decoder, sees<8>, posed_by<thin_plate_pose<2>>, upright_encoder> {};
struct centred : transformer_vae<encoder, decoder, guesses<6>, pose_prior<centred_poses<affine_pose>>> {};
struct located : transformer_vae<encoder, decoder, guesses<6>, pose_prior<located_poses<affine_pose>>> {};
struct by_angle : transformer_vae<encoder, decoder, guesses<5>, posed_by<scaled_pose>, pose_prior<located_poses<scaled_pose>>> {};
struct correlated : transformer_vae<encoder, decoder, guesses<6>, pose_prior<correlated_poses<affine_pose>>> {};
struct of_rank_3 : transformer_vae<encoder, decoder, guesses<3>, posed_by<spline>, pose_prior<correlated_poses<spline, 3>>> {};
struct neural : transformer_vae<encoder, decoder, guesses<5>, posed_by<spline>, pose_prior<neural_poses<spline>>> {};
struct twice_drawn : transformer_vae<encoder, decoder, guesses<4>, posed_by<similarity_pose>, upright_encoder, pose_prior<centred_poses<similarity_pose>>> {};

constexpr laws::setting small_steps{.scale = 0.3, .step = 1e-5};  // bilinear sampling has a kink at every pixel

BOOST_AUTO_TEST_CASE(without_a_prior) {
    laws::obeys_the_law<affine>("affine", small_steps);
    laws::obeys_the_law<bent>("thin plate", small_steps);
    laws::obeys_the_law<twice>("double", small_steps);
    laws::obeys_the_law<bent_twice>("double, thin plate", small_steps);
}
BOOST_AUTO_TEST_CASE(with_a_prior) {
    laws::obeys_the_law<centred>("centred", small_steps);
    laws::obeys_the_law<located>("located", small_steps);
    laws::obeys_the_law<by_angle>("located, reparametrised", small_steps);
    laws::obeys_the_law<correlated>("correlated", small_steps);
    laws::obeys_the_law<of_rank_3>("rank 3, thin plate", small_steps);
    laws::obeys_the_law<neural>("neural, thin plate", small_steps);
    laws::obeys_the_law<twice_drawn>("double, centred", small_steps);
}

// The KL of codes is that of poses: of N(identity + s m, s^2 e^v) against N(identity, s^2), entry by entry.
BOOST_AUTO_TEST_CASE(a_term_is_the_divergence_of_poses) {
    const std::vector<double>    x = laws::some_numbers(3 * image::size), weights = laws::some_numbers(parameter_count<centred>, 0.4);
    const laws::replayed<double> step(programs::training<centred>(), {x}, weights, {1, 3, 0, 0});
    const auto numbers = laws::replayed<double>(programs::of<centred>([](auto& r) {
        const auto c = run<guesses<6>>(r, input<image>(r));
        output(r, "means", c.mean()), output(r, "log variances", c.log_variance);
    }), {x}, weights, {1, 3, 0, 0});
    const auto m = numbers["means"], v = numbers["log variances"];
    const auto log_s = &weights[layout<centred>::find<centred_poses<affine_pose>>().parameters];
    double     sum   = 0;
    for (std::size_t i = 0; i < m.size(); ++i) {
        const double s = std::exp(log_s[i % 6]), mean = s * m[i], variance = s * s * std::exp(v[i]);
        sum += (std::log(s * s / variance) + (variance + mean * mean) / (s * s) - 1) / 2;
    }
    BOOST_TEST(std::abs(step["kl of poses"][0] - sum / 3) < 1e-12);
}

// Programs agree: a reconstruction is what was decoded upright, moved by the pose; and at the identity it is not moved.
BOOST_AUTO_TEST_CASE(what_is_reconstructed_is_moved) {
    const std::vector<double> x = laws::some_numbers(2 * image::size), weights = laws::some_numbers(parameter_count<twice>, 0.4);
    const auto program = [&](auto f) { return laws::replayed<double>(programs::of<twice>(f), {x}, weights, {1, 2, 0, 0}); };
    const auto whole   = program([](auto& r) { twice::reconstruct(r); })["mean"];
    const auto upright = program([](auto& r) { twice::reconstruct_upright(r); })["result"];
    const auto poses   = program([](auto& r) { twice::poses(r); })["result"];
    const auto seen    = program([](auto& r) { twice::unposed(r); })["result"];
    const auto codes   = program([](auto& r) { twice::encode(r); })["mean"];
    struct mover {
        using inputs   = list<image, shape<6>>;
        using networks = list<>;
    };
    const auto mover_tape = programs::of<mover>([](auto& r) {
        output(r, "moved", warp<affine_pose>(input<image>(r), input<shape<6>>(r)));
        output(r, "undone", unwarp<affine_pose>(input<image>(r), input<shape<6>>(r)));
    });
    BOOST_TEST((laws::replayed<double>(mover_tape, {upright, poses}, {}, {1, 2, 0, 0})["moved"] == whole));
    const auto undone = laws::replayed<double>(mover_tape, {x, poses}, {}, {1, 2, 0, 0})["undone"];
    for (std::size_t i = 0; i < seen.size(); ++i) BOOST_TEST(std::abs(undone[i] - seen[i]) < 1e-9);
    BOOST_TEST(whole != upright);
    const laws::replayed<double> decoded(programs::of<twice>([](auto& r) { twice::decode(r); }), {codes}, weights, {1, 2, 0, 0});
    BOOST_TEST((decoded["mean"] == upright));
}

// One weight is a bound of one sample: its mean over many is the loss, up to the error of sampling.
template <class Model>
void weights_agree_with_the_loss() {
    const std::vector<double> x = laws::example_inputs<Model>({.batch = 2})[0], weights = laws::some_numbers(parameter_count<Model>, 0.3);
    double                    sum = 0, square = 0, loss = 0;
    constexpr int             draws_in_all = 400, K = 20;
    const tape                step = programs::evaluation<Model>(), of_weights = programs::of<Model>([](auto& r) { Model::template log_weights<K>(r); });
    for (int turn = 0; turn < draws_in_all / K; ++turn) {
        auto run_it = [&](const tape& t, const char* name) {
            auto with = bindings_for<double>(t);
            std::vector<double> p = weights;
            with.parameters = p.data(), with.counts = {1, 2, 0, 0}, with.seed = 100 + static_cast<std::uint64_t>(turn), with.inputs[0] = x.data();
            plain<double> machine(t);
            machine.replay(with);
            for (const named_output& o : t.outputs)
                if (same_name(o.name, name)) return std::vector<double>(machine[o.id].begin(), machine[o.id].end());
            return std::vector<double>();
        };
        for (const double w : run_it(of_weights, "log weights")) sum -= w, square += w * w;
        loss += run_it(step, "loss")[0] / (draws_in_all / K);
    }
    const double n = 2 * draws_in_all, mean = sum / n, error = std::sqrt((square / n - mean * mean) / n);
    BOOST_TEST(std::abs(mean - loss) < 5 * error * std::sqrt(1.0 + K), mean << " " << loss << " " << error);
}
BOOST_AUTO_TEST_CASE(weights_are_those_of_the_bound) {
    weights_agree_with_the_loss<affine>();
    weights_agree_with_the_loss<located>();
    weights_agree_with_the_loss<twice_drawn>();
}

}  // namespace
