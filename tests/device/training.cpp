// SPDX-License-Identifier: MIT
// Training on a device machine beside the same on the host: every optimiser, clipping, averages, what goes wrong.
#define BOOST_TEST_MODULE device_training
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/device.hpp>
#include <elbo/eval.hpp>

#include "laws/worse.hpp"
#include "train/small.hpp"

#include <cmath>
#include <limits>

using namespace elbo;
using namespace elbo::tests;

namespace {

double apart(std::span<const float> got, std::span<const float> want) {
    double most = 0, worst = 0;
    for (float w : want) most = std::max(most, static_cast<double>(std::abs(w)));
    if (got.size() != want.size()) return std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < want.size(); ++i) worst = laws::worse(worst, std::abs(static_cast<double>(got[i]) - static_cast<double>(want[i])));
    return worst / most;
}

template <class Machine>
struct trained : trainer<small_vae, Machine> {
    explicit trained(const trainer_options& o) : trainer<small_vae, Machine>(o) { this->fit(bars(100), epochs(1)); }
};

void go_the_same_way(const std::string& name, const trainer_options& o) {
    trained<host>   on_host(o);
    trained<device> on_device(o);
    const double parameters = apart(on_device.model().parameters(), on_host.model().parameters());
    on_host.swap_average(), on_device.swap_average();
    const double averages = apart(on_device.model().parameters(), on_host.model().parameters());
    std::printf("%-28s parameters %.0e apart, averages %.0e\n", name.c_str(), parameters, averages);
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST(on_device.step() == 5u);
        BOOST_TEST(parameters <= 2e-5);
        BOOST_TEST(averages <= 2e-5);
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_optimiser) {
    const auto with = [](any_optimizer o, double rate) { return trainer_options{.batch = 20, .optimizer = o, .learning_rate = schedules::constant{rate}, .weight_decay = 0.01}; };
    go_the_same_way("adam", with(adam{}, 1e-2));
    go_the_same_way("adam_w", with(adam_w{}, 1e-2));
    go_the_same_way("sgd", with(sgd{.momentum = 0.9}, 1e-3));
    go_the_same_way("sgd, nesterov", with(sgd{.momentum = 0.9, .nesterov = true}, 1e-3));
    go_the_same_way("rms_prop", with(rms_prop{.momentum = 0.5}, 1e-3));
    go_the_same_way("adagrad", with(adagrad{}, 1e-2));
    go_the_same_way("ada_delta", with(ada_delta{}, 1));
}
BOOST_AUTO_TEST_CASE(clipped_and_averaged) {
    go_the_same_way("clipped", {.batch = 20, .clip_norm = 0.5});
    go_the_same_way("averaged", {.batch = 20, .average = 0.9});
    go_the_same_way("both, and a smaller batch", {.batch = 23, .clip_norm = 1, .average = 0.9});
}
BOOST_AUTO_TEST_CASE(clipping_bites) {  // or the test above would say nothing
    trainer<small_vae, device> free{{.batch = 20, .optimizer = sgd{}}}, clipped{{.batch = 20, .optimizer = sgd{}, .clip_norm = 0.5}};
    const std::vector<float>   before(free.model().parameters().begin(), free.model().parameters().end());
    for (auto* t : {&free, &clipped}) t->fit(bars(20), epochs(1));
    const auto moved = [&](auto& t) {
        double square = 0;
        for (std::size_t i = 0; i < before.size(); ++i) square += std::pow(static_cast<double>(t.model().parameters()[i]) - static_cast<double>(before[i]), 2);
        return std::sqrt(square);
    };
    BOOST_TEST(moved(clipped) <= 0.5 * 1e-3 * 1.001);
    BOOST_TEST(moved(free) > 2 * moved(clipped));
}

// A trained model does on the one machine what it does on the other.
BOOST_AUTO_TEST_CASE(weights_change_machines) {
    const scratch   at("device");
    trained<device> source({.batch = 20});
    const auto      file = (at.folder / "small.safetensors").string();
    save(source.model(), file);
    host                         processor({1});
    built_model<small_vae, host> here(processor);
    load(here, file);
    BOOST_TEST(apart(here.parameters(), source.model().parameters()) == 0);

    const auto          images = bars(50, 2);
    const data::batches set(images, {1, false, false});
    std::vector<float>  x(50 * small_image::size);
    set.pixels(x, 0, 0, 50);
    BOOST_TEST(apart(source.model().encode(x), here.encode(x)) <= 1e-5);
    BOOST_TEST(apart(source.model().reconstruct(x), here.reconstruct(x)) <= 1e-5);
    BOOST_TEST(apart(source.model().sample(130), here.sample(130)) <= 1e-5);  // more than a batch, the last smaller
    BOOST_TEST(apart(source.model().log_weights<5>(x, 3, 0), here.log_weights<5>(x, 3, 0)) <= 1e-5);
    trainer<small_vae, host> judge{{.batch = 20}};
    load(judge.model(), file);
    BOOST_TEST(std::abs(source.evaluate(images)[0].value - judge.evaluate(images)[0].value) <= 1e-4);
}

// What both machines say of a parameter that is not finite: in the loss, or in its gradient alone.
BOOST_AUTO_TEST_CASE(what_is_not_finite_is_named) {
    const auto said = []<class Machine>(type_of<Machine>, const char* tensor, float value) {
        trainer<small_vae, Machine> t{{.batch = 20}};
        t.model().tensor(tensor)[3] = value;
        try {
            t.fit(bars(20), epochs(1));
        } catch (const diverged& e) {
            BOOST_TEST(t.step() == 0u);
            return std::string(e.what());
        }
        return std::string("nothing");
    };
    const float none = std::numeric_limits<float>::quiet_NaN(), endless = std::numeric_limits<float>::infinity();
    BOOST_TEST(said(type_of<device>{}, "decoder.2.bias", none) == "the loss is not finite at step 1: first in the output of decoder.2");
    BOOST_TEST(said(type_of<device>{}, "decoder.2.bias", none) == said(type_of<host>{}, "decoder.2.bias", none));
    BOOST_TEST(said(type_of<device>{}, "decoder.0.weight", endless).starts_with("a gradient is not finite at step 1: first in the gradient of "));
    BOOST_TEST(said(type_of<device>{}, "decoder.0.weight", endless) == said(type_of<host>{}, "decoder.0.weight", endless));
}
BOOST_AUTO_TEST_CASE(a_batch_beyond_the_capacity_is_refused) {
    device          on;
    device::program small(on, programs::training<small_vae>(), {1, 4, 4, 4});
    device::buffer  parameters(parameter_count<small_vae>), gradients(parameter_count<small_vae>);
    auto            b = bindings_for<float>(small.code());
    b.parameters = parameters.data(), b.gradients = gradients.data(), b.counts = {1, 5, 5, 5};
    BOOST_CHECK_THROW(small.replay(b), recording_error);
}
