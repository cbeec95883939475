// SPDX-License-Identifier: MIT
// What a trainer and a model refuse, in words, before it does harm; and what they survive.
#define BOOST_TEST_MODULE refusals
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "train/small.hpp"

#include <cmath>
#include <limits>

using namespace elbo;
using namespace elbo::tests;

namespace {

struct told_encoder : stack<small_image, flatten, join<label<3>>, linear<4>, to<diagonal_normal<2>>> {};
struct told_decoder : stack<shape<2>, join<label<3>>, linear<64>, reshape<small_image>, to<bernoulli>> {};
struct told_vae : vae<told_encoder, told_decoder> {};

struct kinked_encoder : stack<small_image, flatten, linear<16>, act::relu, linear<4>, to<diagonal_normal<2>>> {};
struct kinked_decoder : stack<shape<2>, linear<16>, act::relu, linear<64>, reshape<small_image>, to<bernoulli>> {};
struct kinked_vae : vae<kinked_encoder, kinked_decoder> {};

template <class Do>
std::string complaint(Do act) {
    try {
        act();
    } catch (const std::exception& e) {
        return e.what();
    }
    return "";
}
bool says(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

struct all_terms {
    std::vector<double> values;
    int                 times = 0;
    void                log(const progress_event& e) {
        ++times;
        for (const named_value& v : e.terms) values.push_back(v.value);
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(options_that_make_no_sense) {
    const auto with = [](trainer_options o) { return complaint([&] { trainer<small_vae, host> train(o, {.threads = 1}); }); };
    BOOST_TEST(says(with({.batch = 0}), "expected a batch of 1 or more"));
    BOOST_TEST(says(with({.learning_rate = {}}), "expected a learning rate"));
    BOOST_TEST(says(with({.slots = {{"beta", {}}}}), "expected a schedule for each slot"));
    BOOST_TEST(says(with({.average = 1}), "expected a decay of the average"));
    BOOST_TEST(says(with({.average = std::numeric_limits<double>::quiet_NaN()}), "expected a decay of the average"));
    BOOST_TEST(with({}) == "");
    host machine({.threads = 1});
    BOOST_TEST(says(complaint([&] { built_model<small_vae, host> model(machine, 1, 0); }), "expected a batch of 1 or more"));
}
BOOST_AUTO_TEST_CASE(a_log_at_the_ends_of_epochs_alone) {
    trainer<small_vae, host> train({.batch = 10, .log_every = 0}, {.threads = 1});
    all_terms                log;
    train.fit(bars(30), epochs(2), log);
    BOOST_TEST(log.times == 2);
}
BOOST_AUTO_TEST_CASE(classes_that_there_are_not) {
    host                        machine({.threads = 1});
    built_model<told_vae, host> model(machine, 1, 10);
    const auto                  of = [&](float a, float b) {
        const std::vector<float> labels{a, b};
        return complaint([&] { model.sample(2, 1, with<label<3>>(labels)); });
    };
    BOOST_TEST(of(0, 2) == "");
    for (const float wrong : {3.0f, -1.0f, 0.5f, 1e30f, std::numeric_limits<float>::quiet_NaN()})
        BOOST_TEST(says(of(1, wrong), "expected classes from 0 to 2"), "for " << wrong);

    trainer<told_vae, host> train({.batch = 2}, {.threads = 1});
    std::ranges::fill(train.input(1), 3.0f);
    BOOST_TEST(says(complaint([&] { train.take_step(2, 0); }), "expected classes from 0 to 2"));
}
BOOST_AUTO_TEST_CASE(sets_that_lack_labels) {
    trainer<told_vae, host> train({.batch = 4}, {.threads = 1});
    const auto              fit = [&](const data::images& set) { return complaint([&] { train.fit(set, epochs(1)); }); };
    data::images            set = bars(12);
    set.labels.pop_back();
    BOOST_TEST(says(fit(set), "expected 12 labels, got 11"));
    set.labels.push_back(3);
    BOOST_TEST(says(fit(set), "expected labels below 3, got 3"));
    set.labels.back() = 2;
    BOOST_TEST(fit(set) == "");
}
BOOST_AUTO_TEST_CASE(a_run_goes_on_with_its_own_optimiser) {
    const scratch           s("optimiser");
    const checkpoint_folder folder(s.folder, "small_vae", 2);
    trainer<small_vae, host> by_adam({.batch = 10}, {.threads = 1});
    keep_checkpoints         keep(by_adam, folder);
    by_adam.fit(bars(20), epochs(1), keep);
    trainer<small_vae, host> other({.batch = 10, .optimizer = rms_prop{}}, {.threads = 1}), same({.batch = 10}, {.threads = 1});
    BOOST_TEST(says(complaint([&] { resume(other, folder); }), "it was trained with optimizer"));
    BOOST_TEST(complaint([&] { resume(same, folder); }) == "");
    BOOST_TEST(same.step() == 2u);
}
// The seconds of a second call of fit begin anew.
BOOST_AUTO_TEST_CASE(checkpoints_of_a_second_fit) {
    const scratch            s("second");
    const checkpoint_folder  folder(s.folder, "small_vae", 2);
    trainer<small_vae, host> train({.batch = 10}, {.threads = 1});
    keep_checkpoints         keep(train, folder, 60);
    const auto               after = [&](double seconds) {
        train.take_step(10, 0);
        progress_event e;
        e.step = train.step(), e.seconds = seconds;
        keep.after_step(e);
        return keep.path();
    };
    const std::string first = after(1000);
    BOOST_TEST(first != "");
    BOOST_TEST(after(1) == first);
    BOOST_TEST(after(62) != first);
}
// What is no number shows in the loss, and no relu hides it.
BOOST_AUTO_TEST_CASE(a_weight_that_is_no_number_is_seen) {
    for (const int threads : {1, 2}) {
        trainer<kinked_vae, host> train({.batch = 10}, {.threads = threads});
        std::ranges::fill(train.input(0), 0.5f);
        train.take_step(10, 0);
        train.model().tensor("decoder.0.weight")[3] = std::numeric_limits<float>::quiet_NaN();
        BOOST_CHECK_THROW(train.take_step(10, 0), diverged);
    }
}
// A step that was not finite leaves nothing behind.
BOOST_AUTO_TEST_CASE(after_a_divergence_it_goes_on) {
    const scratch            s("diverged");
    const checkpoint_folder  folder(s.folder, "small_vae", 2);
    trainer<small_vae, host> train({.batch = 10}, {.threads = 1});
    keep_checkpoints         keep(train, folder);
    train.fit(bars(20), epochs(1), keep);
    std::ranges::fill(train.input(0), std::numeric_limits<float>::quiet_NaN());
    BOOST_CHECK_THROW(train.take_step(10, 1), diverged);
    resume(train, folder);
    all_terms log;
    train.fit(bars(20), epochs(2), log);
    BOOST_TEST(!log.values.empty());
    for (const double v : log.values) BOOST_TEST(std::isfinite(v));
}
