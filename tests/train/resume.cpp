// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE resume
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/exit_codes.hpp>

#include "train/small.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <fstream>
#include <thread>

// What becomes of a training process that is killed, asked to stop, or finds the disk full. Each runs in a process of
// its own, as a trainer does.

using namespace elbo;
using namespace elbo::tests;
namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t all_epochs = 100;  // of 10 steps
constexpr int           kills      = 20;

void sleep_ms(double ms) { std::this_thread::sleep_for(std::chrono::duration<double, std::milli>(ms)); }

// So slow that a kill comes in the middle: forty steps, then it waits for its end.
struct slowly {
    int  steps = 0;
    void after_step(const progress_event&) {
        sleep_ms(0.3);
        if (++steps < 40) return;
        sleep_ms(60000);
        _exit(9);
    }
};
// The disk is full from this step on.
struct full_disk_at {
    std::uint64_t step;
    void          after_step(const progress_event& e) const {
        if (e.step != step) return;
        const rlimit limit{2000, 2000};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
};

// A trainer's life, as the examples live it.
template <class... More>
int train_in(const fs::path& folder, double seconds, More... more) {
    try {
        const auto               set = bars(75);
        trainer<small_vae, host> train({.batch = 8, .seed = 5, .learning_rate = schedules::cosine{1e-2, 1e-4, all_epochs},
                                        .average = 0.99, .binarise = true, .log_every = 4}, {.threads = 2});
        const checkpoint_folder  checkpoints(folder, "small_vae", 2);
        const resumed            from = resume(train, checkpoints);
        std::ofstream(folder / "starts", std::ios::app) << train.step() << ' ' << from.warnings.size() << '\n';
        keep_checkpoints keep(train, checkpoints, seconds);
        history          log((folder / "metrics.jsonl").string(), train.step());
        train.fit(set, epochs(all_epochs), log, more..., keep);
        if (keep.stopped()) return exit_codes::done;
        std::ofstream(folder / "fingerprint") << fingerprint_of(train);
        return exit_codes::done;
    } catch (const std::exception& e) {
        std::ofstream(folder / "complaint") << e.what();
        return exit_codes::bad_file;
    }
}

template <class Life>
pid_t start(Life life) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGTERM, SIG_DFL);
        std::signal(SIGXFSZ, SIG_IGN);
        _exit(life());
    }
    return child;
}
int status_of(pid_t child) {
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    return status;
}
std::string text_of(const fs::path& file) {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}
std::vector<std::string> leftovers(const fs::path& folder) {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(folder))
        if (entry.path().filename().string().front() == '.') found.push_back(entry.path().filename().string());
    return found;
}

}  // namespace

BOOST_AUTO_TEST_CASE(killed_twenty_times_it_ends_where_it_would_have) {
    const scratch whole("whole"), killed("killed");
    BOOST_REQUIRE(status_of(start([&] { return train_in(whole.folder, 60); })) == 0);
    const std::string expected = text_of(whole.folder / "fingerprint");
    BOOST_REQUIRE(expected.size() == 16u);

    const draws wait(static_cast<std::uint64_t>(getpid()), "wait");
    for (int life = 0; life < kills; ++life) {
        const pid_t child = start([&] { return train_in(killed.folder, 0.004, slowly{}); });
        // Not before it has begun: what is to be tested is the middle of training and of writing.
        const std::string starts = text_of(killed.folder / "starts");
        for (int i = 0; i < 20000 && text_of(killed.folder / "starts") == starts; ++i) sleep_ms(0.5);
        sleep_ms(50 * wait.uniform(static_cast<std::uint32_t>(life)));
        kill(child, SIGKILL);
        BOOST_REQUIRE(WIFSIGNALED(status_of(child)));
    }
    BOOST_REQUIRE(status_of(start([&] { return train_in(killed.folder, 60); })) == 0);
    BOOST_TEST(text_of(killed.folder / "fingerprint") == expected);

    // Every life began where a checkpoint was, none of them behind the one before, and some further on.
    std::ifstream starts(killed.folder / "starts");
    std::uint64_t last = 0, damaged = 0, moved = 0, lives = 0;
    for (std::uint64_t step, warnings; starts >> step >> warnings; last = step, ++lives) {
        BOOST_TEST(step >= last);
        moved += step > last;
        damaged += warnings;
    }
    BOOST_TEST(lives == kills + 1u);
    BOOST_TEST(damaged == 0u);
    BOOST_TEST(moved >= kills / 4u);

    // The history is that of one run: the same steps, once each, with the same numbers.
    const auto one = read_metrics((whole.folder / "metrics.jsonl").string()), many = read_metrics((killed.folder / "metrics.jsonl").string());
    const auto loss = [](const auto& lines) { return series(lines, "loss"); };
    std::size_t different = 0;
    std::uint64_t before = 0;
    for (const auto& line : many) {
        const auto step = static_cast<std::uint64_t>(line["step"].number());
        BOOST_TEST(step > before);
        before = step;
    }
    BOOST_TEST(before == all_epochs * 10);
    const auto losses = loss(one), again = loss(many);
    BOOST_REQUIRE(losses.size() == again.size());
    for (std::size_t i = 0; i < losses.size(); ++i) different += losses[i] != again[i];
    BOOST_TEST(different <= 2u * kills);  // a mean over steps before and after a kill knows only those after
}

BOOST_AUTO_TEST_CASE(asked_to_stop_it_writes_and_leaves_with_0) {
    const scratch asked("asked");
    const pid_t   child = start([&] { return train_in(asked.folder, 0.004, slowly{}); });
    for (int i = 0; i < 20000 && text_of(asked.folder / "metrics.jsonl").empty(); ++i) sleep_ms(0.5);
    kill(child, SIGTERM);
    const int status = status_of(child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
    BOOST_TEST(!fs::exists(asked.folder / "fingerprint"));
    BOOST_TEST(leftovers(asked.folder).empty());

    const auto newest = checkpoint_folder(asked.folder, "small_vae", 2).newest();
    BOOST_REQUIRE(newest.found);
    const auto lines = read_metrics((asked.folder / "metrics.jsonl").string());
    BOOST_TEST(newest.found->step >= static_cast<std::uint64_t>(lines.back()["step"].number()));
    BOOST_TEST(newest.found->step < all_epochs * 10);
}

BOOST_AUTO_TEST_CASE(a_full_disk_leaves_the_last_checkpoint_whole_and_says_so) {
    const scratch full("full");
    const int     status = status_of(start([&] { return train_in(full.folder, 0.004, slowly{}, full_disk_at{30}); }));
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == exit_codes::bad_file);
    const std::string complaint = text_of(full.folder / "complaint");
    BOOST_TEST(complaint.find(".safetensors: writing failed, what was there before is untouched: File too large") != std::string::npos, complaint);
    BOOST_TEST(leftovers(full.folder).empty());

    const auto newest = checkpoint_folder(full.folder, "small_vae", 2).newest();
    BOOST_REQUIRE(newest.found);
    BOOST_TEST(newest.warnings.empty());
    BOOST_TEST(newest.found->step < 31u);
    BOOST_TEST(newest.found->step > 0u);
    // With room again, it goes on from there to the end that it would have had.
    const scratch whole("room");
    BOOST_REQUIRE(status_of(start([&] { return train_in(full.folder, 60); })) == 0);
    BOOST_REQUIRE(status_of(start([&] { return train_in(whole.folder, 60); })) == 0);
    BOOST_TEST(text_of(full.folder / "fingerprint") == text_of(whole.folder / "fingerprint"));
}
