// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE trainer
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/digits.hpp>
#include <elbo/train/optimizer_named.hpp>

#include "train/small.hpp"

#include <limits>

using namespace elbo;
using namespace elbo::tests;

namespace {

using small_trainer = trainer<small_vae, host>;

// An objective of its own: from an image its class and two numbers that are known of it.
using pose = attribute<"pose", shape<2>>;
struct look : stack<small_image, flatten, linear<12>, act::tanh, linear<4>> {};
struct reader {
    using inputs   = list<small_image, label<2>, pose>;
    using networks = list<net<"look", look>>;

    static constexpr auto objective(auto& record) {
        const auto x    = input<small_image>(record);
        const auto y    = input<label<2>>(record);
        const auto at   = input<pose>(record);
        const auto told = run<look>(record, x);
        return minimise(term("class", sum(square(slice<0, 2>(told) - y))), term("pose", sum(square(slice<2, 2>(told) - at))));
    }
};

// What a callback was told.
struct heard {
    std::uint64_t                    stop_at = ~std::uint64_t{0};
    std::vector<double>              losses{}, rates{};  // by step
    std::vector<std::size_t>         batches{};
    std::vector<std::uint64_t>       logged{}, epoch_ends{};
    std::vector<std::string>         names{};
    std::vector<std::vector<double>> means{};

    bool after_step(const progress_event& e) {
        losses.push_back(e.terms[0].value), rates.push_back(e.learning_rate), batches.push_back(e.batch);
        return e.step < stop_at;
    }
    void log(const progress_event& e) {
        logged.push_back(e.step);
        names.clear();
        auto& line = means.emplace_back();
        for (const named_value& t : e.terms) names.push_back(t.name), line.push_back(t.value);
    }
    void after_epoch(const progress_event& e) { epoch_ends.push_back(e.step); }
};

double largest_change(std::span<const float> a, std::span<const float> b) {
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i])));
    return most;
}
std::vector<float> copy_of(std::span<const float> v) { return {v.begin(), v.end()}; }

template <class Act>
std::string complaint_of(Act act) {
    try {
        act();
    } catch (const std::exception& e) {
        return e.what();
    }
    return "none";
}
const char* const threads_names[] = {"", "one", "two", "three"};

}  // namespace

BOOST_AUTO_TEST_CASE(the_loss_falls_and_everything_is_told) {
    const auto    set = bars(130), test = bars(50, 2);
    small_trainer train({.batch = 32, .learning_rate = schedules::constant{3e-3}, .log_every = 3}, {.threads = 1});
    const double  before = train.evaluate(test)[0].value;
    heard         ear;
    BOOST_TEST(train.fit(set, epochs(40), ear));
    const auto after = train.evaluate(test);

    BOOST_TEST(after[0].value < 0.75 * before);
    BOOST_TEST(after[0].name == "loss");
    BOOST_TEST(after[1].name == "reconstruction");
    BOOST_TEST(after[2].name == "kl");
    BOOST_TEST(std::abs(after[0].value - after[1].value - after[2].value) < 1e-4);

    BOOST_TEST(train.step() == 40u * 5u);
    BOOST_TEST(ear.losses.size() == 200u);
    for (std::size_t i = 0; i < 200; ++i) BOOST_TEST(ear.batches[i] == (i % 5 == 4 ? 2u : 32u));  // 130 = 4 x 32 + 2
    BOOST_TEST(ear.epoch_ends.size() == 40u);
    BOOST_TEST(ear.epoch_ends.back() == 200u);
    // Every three steps and at the end of an epoch; what is told is the mean since then.
    const std::vector<std::uint64_t> first(ear.logged.begin(), ear.logged.begin() + 6), expected{3, 5, 6, 9, 10, 12};
    BOOST_TEST(first == expected);
    BOOST_TEST(std::abs(ear.means[0][0] - (ear.losses[0] + ear.losses[1] + ear.losses[2]) / 3) < 1e-9);
    BOOST_TEST(std::abs(ear.means[1][0] - (ear.losses[3] + ear.losses[4]) / 2) < 1e-9);
    BOOST_TEST(ear.names[0] == "loss");
}

// A mean over held-out images whatever the batches are, also where the last is smaller.
BOOST_AUTO_TEST_CASE(evaluation_does_not_depend_on_the_batch) {
    const auto test = bars(50, 2);
    double     values[2];
    for (const std::size_t batch : {50u, 16u}) {
        small_trainer train({.batch = batch}, {.threads = 1});
        values[batch == 16] = train.evaluate(test)[0].value;
        BOOST_TEST(train.evaluate(test)[0].value == values[batch == 16]);
    }
    BOOST_TEST(std::abs(values[0] - values[1]) < 1e-4);
}

BOOST_AUTO_TEST_CASE(every_optimizer_trains) {
    const auto set = bars(96);
    for (const any_optimizer& one : all_optimizers()) {
        const std::string name = std::string(one.name());
        const double      rate = name == "ada_delta" ? 1 : name == "sgd" ? 1e-2 : name == "adagrad" ? 3e-2 : 3e-3;
        small_trainer train({.batch = 32, .optimizer = optimizer_named(name), .learning_rate = schedules::constant{rate}}, {.threads = 1});
        const double  before = train.evaluate(set)[0].value;
        train.fit(set, epochs(30));
        BOOST_TEST(train.evaluate(set)[0].value < 0.85 * before, name);
    }
    BOOST_TEST(complaint_of([] { optimizer_named("adams"); }) ==
               "no optimizer is called adams: there are adam, adam_w, sgd, rms_prop, adagrad, ada_delta");
}

BOOST_AUTO_TEST_CASE(schedules_take_effect) {
    const auto set = bars(64);
    {
        small_trainer train({.batch = 16, .learning_rate = schedules::warm_up{0, 1e-3, 2}}, {.threads = 1});
        const auto    begin = copy_of(train.model().parameters());
        heard         ear{.stop_at = 1};
        BOOST_TEST(!train.fit(set, epochs(3), ear));  // stopped after the first step, whose rate is 0
        BOOST_TEST(train.step() == 1u);
        BOOST_TEST(largest_change(begin, train.model().parameters()) == 0);
        ear.stop_at = 100;
        train.fit(set, epochs(3), ear);
        BOOST_TEST(ear.rates[0] == 0.0);
        for (std::size_t step = 0; step < 12; ++step) BOOST_TEST(std::abs(ear.rates[step] - std::min(1.0, static_cast<double>(step) / 8) * 1e-3) < 1e-12);
        BOOST_TEST(largest_change(begin, train.model().parameters()) > 0);
    }
    // Without a KL term codes use all the room there is; with a large one they carry nothing. The slot is read at each
    // step: a beta that becomes large late is as good as one from the start.
    double kl[3];
    int    which = 0;
    for (const schedule& beta : {schedule(schedules::constant{0}), schedule(schedules::constant{20}),
                                 schedule([](double t) { return t < 20 ? 0.0 : 20.0; })}) {
        small_trainer train({.batch = 16, .learning_rate = schedules::constant{1e-2}, .slots = {{"beta", beta}}}, {.threads = 1});
        train.fit(set, epochs(60));
        kl[which++] = train.evaluate(set)[2].value;
    }
    BOOST_TEST(kl[0] > 2);
    BOOST_TEST(kl[1] < 0.3);
    BOOST_TEST(kl[2] < 0.3);
    // A misspelt slot would be a schedule without effect.
    BOOST_TEST(complaint_of([] { small_trainer t({.slots = {{"betta", schedules::constant{1}}}}); }) ==
               "the model has no slot betta: it has beta");
}

BOOST_AUTO_TEST_CASE(gradients_are_clipped) {
    const auto   set   = bars(32);
    const double limit = 0.5;
    // One step of plain gradient descent of rate 1 moves by the gradient: by its limit where it is clipped.
    const auto moved = [&](double clip) {
        small_trainer train({.batch = 32, .optimizer = sgd{}, .learning_rate = schedules::constant{1}, .clip_norm = clip}, {.threads = 1});
        const auto    begin = copy_of(train.model().parameters());
        heard         ear{.stop_at = 1};
        train.fit(set, epochs(1), ear);
        double square = 0;
        for (std::size_t i = 0; i < begin.size(); ++i) square += std::pow(static_cast<double>(train.model().parameters()[i] - begin[i]), 2);
        return std::pair(std::sqrt(square), global_norm(train.gradients()));
    };
    const auto [free, norm] = moved(0);
    BOOST_TEST(norm > 2 * limit);
    BOOST_TEST(std::abs(free / norm - 1) < 1e-4);
    BOOST_TEST(std::abs(moved(limit).first / limit - 1) < 1e-4);
    BOOST_TEST(std::abs(moved(2 * norm).first / norm - 1) < 1e-4);
}

BOOST_AUTO_TEST_CASE(the_average_stands_in_and_goes_again) {
    const auto    set = bars(64);
    small_trainer train({.batch = 16, .learning_rate = schedules::constant{1e-2}, .average = 0.9}, {.threads = 1});
    // What the average is, from the parameters after every step.
    std::vector<double> expected(parameter_count<small_vae>, 0.0);
    struct follow {
        small_trainer&       of;
        std::vector<double>& average;
        std::uint64_t        t = 0;
        void                 after_step(const progress_event&) {
            const double w = exponential_average{0.9}.weight(++t);
            for (std::size_t i = 0; i < average.size(); ++i) average[i] += w * (static_cast<double>(of.model().parameters()[i]) - average[i]);
        }
    } each{train, expected};
    train.fit(set, epochs(5), each);
    const auto last = copy_of(train.model().parameters());
    train.swap_average();
    double most = 0;
    for (std::size_t i = 0; i < last.size(); ++i) most = std::max(most, std::abs(expected[i] - static_cast<double>(train.model().parameters()[i])));
    BOOST_TEST(most < 1e-5);
    BOOST_TEST(largest_change(last, train.model().parameters()) > 1e-3);
    train.swap_average();
    BOOST_TEST(largest_change(last, train.model().parameters()) == 0);
}

BOOST_AUTO_TEST_CASE(same_seed_same_bits_for_any_threads) {
    const auto  set = bars(130);
    std::string prints[4];
    for (const int threads : {1, 2, 3}) {
        small_trainer train({.batch = 60, .seed = 7, .clip_norm = 1, .average = 0.99, .binarise = true}, {.threads = threads});
        train.fit(set, epochs(4));
        prints[threads] = fingerprint_of(train);
        BOOST_TEST(prints[threads] == prints[1], threads_names[threads]);
    }
    small_trainer other({.batch = 60, .seed = 8, .clip_norm = 1, .average = 0.99, .binarise = true}, {.threads = 1});
    other.fit(set, epochs(4));
    BOOST_TEST(fingerprint_of(other) != prints[1]);
}

// A batch that is worth it is made by all threads.
BOOST_AUTO_TEST_CASE(a_large_batch_is_the_same_for_any_threads) {
    const auto               set = data::procedural_digits(std::size_t{150}, 3);
    const data::batches      from(set, {.seed = 5, .binarise = true});
    const input_outline      pixels = outlining::input<shape<1, 28, 28>>();
    constexpr std::size_t    first = 40, n = 101;
    std::vector<float>       expected(n * 784);
    from.pixels(expected, 2, first, n);
    for (const int threads : {1, 2, 3}) {
        host               machine({.threads = threads});
        std::vector<float> got(n * 784, -1);
        outlining::fill(machine, pixels, got, from, 2, first, n);
        BOOST_TEST((got == expected), threads_names[threads]);
    }
}

// Stopped anywhere and restored into a new trainer, it goes on bit for bit.
BOOST_AUTO_TEST_CASE(restored_it_goes_on) {
    const scratch         folder("restored");
    const auto            set = bars(100);
    const trainer_options how{.batch = 16, .seed = 3, .learning_rate = schedules::cosine{1e-2, 1e-4, 4}, .average = 0.9, .binarise = true};
    small_trainer         whole(how, {.threads = 1});
    whole.fit(set, epochs(4));
    const checkpoint_folder checkpoints(folder.path(""), "small_vae", 2);
    {
        small_trainer    first(how, {.threads = 1});
        keep_checkpoints keep(first, checkpoints);
        heard            ear{.stop_at = 11};
        BOOST_TEST(!first.fit(set, epochs(4), ear));
        keep.write();
    }
    small_trainer second(how, {.threads = 1});
    const auto    from = resume(second, checkpoints);
    BOOST_TEST(from.warnings.empty());
    BOOST_TEST(second.step() == 11u);
    heard ear;
    second.fit(set, epochs(4), ear);
    BOOST_TEST(ear.losses.size() == 28u - 11u);
    BOOST_TEST(fingerprint_of(second) == fingerprint_of(whole));

    trainer_options other = how;
    other.seed            = 4;
    small_trainer third(other, {.threads = 1});
    BOOST_TEST(complaint_of([&] { resume(third, checkpoints); }).ends_with("000000011.safetensors: it was trained with seed \"3\", not 4"));
    other.seed = 3, other.batch = 17;
    small_trainer fourth(other, {.threads = 1});
    BOOST_TEST(complaint_of([&] { resume(fourth, checkpoints); }).ends_with(": it was trained with batch \"16\", not 17"));
    other.batch = 16, other.average = 0;  // what is in the file beyond the model's own is left there
    small_trainer fifth(other, {.threads = 1});
    resume(fifth, checkpoints);
    BOOST_TEST(fifth.step() == 11u);
    other.optimizer = sgd{}, other.average = 0.9;  // a file that lacks something changes nothing
    save(fifth.model(), folder.path("weights.safetensors"));
    small_trainer sixth(other, {.threads = 1});
    const auto    begin = copy_of(sixth.model().parameters());
    BOOST_TEST(complaint_of([&] {
        const std::string path = folder.path("weights.safetensors");
        sixth.restore(path, io::read_safetensors(path), 5);
    }).ends_with("weights.safetensors: expected a tensor optimizer.0.encoder.1.weight, got none"));
    BOOST_TEST(largest_change(begin, sixth.model().parameters()) == 0);
    BOOST_TEST(sixth.step() == 0u);
}

BOOST_AUTO_TEST_CASE(stops_when_held_out_images_get_no_better) {
    const scratch folder("early");
    const auto    set = bars(12), held = bars(60, 9);  // few images: overfitting is quick
    small_trainer train({.batch = 12, .learning_rate = schedules::constant{2e-2}}, {.threads = 1});
    const checkpoint_folder best(folder.path(""), "small_vae", 2);
    stop_early    stop(train, held, {.patience = 25}, best);
    BOOST_TEST(!train.fit(set, epochs(5000), stop));
    BOOST_TEST(train.step() == stop.rule().best_at + 25);
    BOOST_TEST(stop.loss() > stop.rule().best);
    const auto files = list_checkpoints(folder.path(""));
    BOOST_REQUIRE(files.size() == 1u);
    BOOST_TEST(files[0].kind == "best");
    BOOST_TEST(files[0].step == stop.rule().best_at);
    load(train.model(), best.path_of(files[0]));
    BOOST_TEST(std::abs(train.evaluate(held)[0].value - stop.rule().best) < 1e-9);
}
// A run that is cut in two stops where the whole one does.
BOOST_AUTO_TEST_CASE(a_resumed_run_counts_on) {
    const auto            set = bars(12), held = bars(60, 9);
    const trainer_options options{.batch = 12, .learning_rate = schedules::constant{2e-2}};
    std::uint64_t         whole = 0;
    {
        const scratch folder("early whole");
        small_trainer train(options, {.threads = 1});
        stop_early    stop(train, held, {.patience = 25}, checkpoint_folder(folder.path(""), "small_vae", 2));
        train.fit(set, epochs(5000), stop);
        whole = train.step();
    }
    for (const std::uint64_t cut : {whole - 30, whole - 10, whole - 1}) {
        const scratch           folder("early cut");
        const checkpoint_folder files(folder.path(""), "small_vae", 2);
        {
            small_trainer    train(options, {.threads = 1});
            stop_early       stop(train, held, {.patience = 25}, files);
            keep_checkpoints keep(train, files);
            train.fit(set, epochs(cut), stop, keep);
        }
        small_trainer train(options, {.threads = 1});
        BOOST_TEST(resume(train, files).path != "");
        BOOST_TEST(train.step() == cut);
        stop_early stop(train, held, {.patience = 25}, files);
        BOOST_TEST(!train.fit(set, epochs(5000), stop));
        BOOST_TEST(train.step() == whole);
    }
}

// ---- what goes wrong says so, in one line ----

BOOST_AUTO_TEST_CASE(data_that_do_not_fit) {
    small_trainer train({.batch = 8}, {.threads = 1});
    BOOST_TEST(complaint_of([&] { train.fit(bars(9, 1, 9), epochs(1)); }) == "bars: expected images of 1 x 8 x 8, got 1 x 9 x 9");
    BOOST_TEST(complaint_of([&] { train.evaluate(bars(9, 1, 8, 3)); }) == "bars: expected images of 1 x 8 x 8, got 3 x 8 x 8");
    BOOST_TEST(complaint_of([&] { train.fit(bars(0), epochs(1)); }) == "bars: there are no images to train on");
    BOOST_TEST(complaint_of([&] { train.evaluate(bars(0)); }) == "bars: there are no images to evaluate on");
    BOOST_TEST(train.step() == 0u);
}

BOOST_AUTO_TEST_CASE(labels_and_attributes_are_read_and_missed) {
    trainer<reader, host> train({.batch = 16, .learning_rate = schedules::constant{1e-2}}, {.threads = 1});
    auto                  set   = bars(64);
    const auto            wrong = [&] { return complaint_of([&] { train.fit(set, epochs(1)); }); };
    BOOST_TEST(wrong() == "bars: expected at most 2 classes, got 3");
    const auto labels = std::exchange(set.labels, {});
    BOOST_TEST(wrong() == "bars: expected labels, got none");
    set.labels = labels, set.classes = 2;
    for (std::uint8_t& y : set.labels) y = y == 2;
    BOOST_TEST(wrong() == "bars: expected 2 attributes an image, got 0");
    set.attribute_names = {"ink", "both"};
    for (std::size_t i = 0; i < set.size(); ++i) {
        double ink = 0;
        for (const std::uint8_t p : set[i]) ink += p / 255.0 / 64;
        set.attributes.push_back(static_cast<float>(ink));
        set.attributes.push_back(static_cast<float>(set.labels[i]));
    }
    const auto before = train.evaluate(set);
    train.fit(set, epochs(100));
    const auto after = train.evaluate(set);
    BOOST_TEST(after[1].name == "class");
    BOOST_TEST(after[2].name == "pose");
    BOOST_TEST(before[0].value > 0.5);
    BOOST_TEST(after[1].value < 0.05);
    BOOST_TEST(after[2].value < 0.05);
}

// A number that is not finite stops the step it comes up in; what is on the disk stays.
BOOST_AUTO_TEST_CASE(what_is_not_finite_stops) {
    const scratch           folder("diverged");
    const auto              set = bars(64);
    const checkpoint_folder checkpoints(folder.path(""), "small_vae", 2);
    small_trainer           train({.batch = 16}, {.threads = 1});
    std::string             good;
    {
        keep_checkpoints keep(train, checkpoints, 0);
        train.fit(set, epochs(2), keep);
        good = keep.path();
    }
    const auto before = read_checkpoint(good);

    // In the data.
    auto x = train.input(0);
    for (float& v : x) v = 0.5f;
    x[5] = std::numeric_limits<float>::quiet_NaN();
    BOOST_TEST(complaint_of([&] { train.take_step(16, 2); }) == "the loss is not finite at step 9: first in the output of encoder.0");
    BOOST_TEST(train.step() == 8u);

    // In a weight of a mean. In one of a log variance, which is clamped, the loss is finite and its gradient is not.
    const auto weight = train.model().tensor("encoder.3.weight");
    const auto kept   = weight[0];
    weight[0]         = std::numeric_limits<float>::infinity();
    BOOST_TEST(complaint_of([&] { train.fit(set, epochs(3)); }) == "the loss is not finite at step 9: first in the output of encoder.3");
    weight[0] = kept;
    weight[3] = std::numeric_limits<float>::infinity();
    BOOST_TEST(complaint_of([&] { train.fit(set, epochs(3)); }) ==
               "a gradient is not finite at step 9: first in the gradient of encoder.1.bias");
    BOOST_TEST(train.step() == 8u);

    // A rate that leads nowhere: what is written meanwhile is finite, and the good one stays.
    for (const double rate : {1e10, 1e30, 1e38}) {
        small_trainer wild({.batch = 16, .optimizer = sgd{}, .learning_rate = schedules::constant{rate}}, {.threads = 1});
        load(wild.model(), good);
        keep_checkpoints keep(wild, checkpoint_folder(folder.path("wild"), "small_vae", 2), 0);
        BOOST_CHECK_THROW(wild.fit(set, epochs(30), keep), diverged);
        for (const checkpoint_name& name : list_checkpoints(folder.path("wild"))) {
            load(wild.model(), folder.path("wild/" + name.file_name()));
            BOOST_CHECK_NO_THROW(wild.check_finite());
        }
    }
    const auto after = checkpoints.newest();
    BOOST_REQUIRE(after.found);
    BOOST_TEST(after.found->path == good);
    BOOST_TEST(elbo::fingerprint_of(after.found->file.tensors) == elbo::fingerprint_of(before.tensors));
}

BOOST_AUTO_TEST_CASE(parameters_that_are_not_finite_are_not_written) {
    const scratch           folder("unwritten");
    const checkpoint_folder checkpoints(folder.path(""), "small_vae", 2);
    small_trainer           train({.batch = 16}, {.threads = 1});
    train.model().tensor("decoder.2.bias")[4] = std::numeric_limits<float>::quiet_NaN();
    keep_checkpoints keep(train, checkpoints);
    BOOST_TEST(complaint_of([&] { keep.write(); }) == "a parameter is not finite after step 0: first in decoder.2.bias");
    BOOST_TEST(list_checkpoints(folder.path("")).empty());
}
