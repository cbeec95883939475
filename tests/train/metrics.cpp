// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE metrics
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/metrics.hpp>

#include <unistd.h>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

using namespace elbo;

namespace {

struct scratch {
    std::filesystem::path folder =
        std::filesystem::temp_directory_path() / ("elbo-metrics-" + std::to_string(getpid()));
    scratch() { std::filesystem::create_directories(folder); }
    ~scratch() { std::filesystem::remove_all(folder); }
    std::string file() const { return (folder / "metrics.jsonl").string(); }
};

std::string text_of(const std::string& path) {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
}
void append(const std::string& path, const std::string& text) { std::ofstream(path, std::ios::app) << text; }

void add(metrics_log& log, std::uint64_t step, double loss) {
    log.add(step, step / 10, 0.5 * static_cast<double>(step),
            std::vector<named_value>{{"loss", loss}, {"kl", loss / 4}});
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_line_is_on_its_way_at_once) {
    scratch     s;
    metrics_log log(s.file());
    add(log, 10, 100);
    BOOST_TEST(text_of(s.file()) == "{\"step\": 10, \"epoch\": 1, \"seconds\": 5, \"loss\": 100, \"kl\": 25}\n");
    add(log, 20, std::nan(""));
    const auto lines = read_metrics(s.file());
    BOOST_TEST(lines.size() == 2u);
    BOOST_TEST(lines[1]["loss"].is_null());
    BOOST_TEST(series(lines, "loss").size() == 1u);
    BOOST_TEST((series_names(lines) == std::vector<std::string>{"loss", "kl"}));
}

BOOST_AUTO_TEST_CASE(of_two_terms_of_one_name_the_last_is_kept) {
    scratch     s;
    metrics_log log(s.file());
    log.add(10, 1, 5, std::vector<named_value>{{"kl", 1}, {"loss", 2}, {"kl", 3}});
    const auto lines = read_metrics(s.file());
    BOOST_TEST(lines[0]["kl"].number() == 3);
    BOOST_TEST(lines[0]["loss"].number() == 2);
}

BOOST_AUTO_TEST_CASE(a_new_run_begins_anew) {
    scratch s;
    append(s.file(), "old\n");
    metrics_log log(s.file());
    BOOST_TEST(text_of(s.file()).empty());
}

BOOST_AUTO_TEST_CASE(a_resumed_run_drops_what_came_after_and_half_a_line) {
    scratch s;
    {
        metrics_log log(s.file());
        for (std::uint64_t step = 10; step <= 50; step += 10) add(log, step, 100.0 / static_cast<double>(step));
    }
    append(s.file(), "{\"step\": 60, \"lo");
    metrics_log log(s.file(), 30);
    BOOST_TEST(log.seconds_before() == 15);
    add(log, 40, 7.25);
    const auto lines = read_metrics(s.file());
    const auto loss  = series(lines, "loss");
    BOOST_TEST(loss.size() == 4u);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(loss[i].first == 10.0 * static_cast<double>(i + 1));
    BOOST_TEST(loss[2].second == 100.0 / 30);
    BOOST_TEST(loss[3].second == 7.25);
}

BOOST_AUTO_TEST_CASE(resuming_without_a_history_begins_one) {
    scratch     s;
    metrics_log log(s.file(), 30);
    BOOST_TEST(log.seconds_before() == 0);
    add(log, 40, 1);
    BOOST_TEST(read_metrics(s.file()).size() == 1u);
}

BOOST_AUTO_TEST_CASE(a_broken_line_within_is_a_bad_file) {
    scratch s;
    append(s.file(), "{\"step\": 1}\n{\"step\": }\n{\"step\": 3}\n");
    try {
        read_metrics(s.file());
        BOOST_TEST(false);
    } catch (const io::bad_file& problem) {
        BOOST_TEST(std::string(problem.what()).find("line 2: at byte 9: expected a value") != std::string::npos);
    }
    append(s.file() + "2", "[]\n");
    BOOST_CHECK_THROW(read_metrics(s.file() + "2"), io::bad_file);
    BOOST_CHECK_THROW(read_metrics(s.file() + "3"), io::bad_file);
}

BOOST_AUTO_TEST_CASE(a_place_that_cannot_be_written_says_so) {
    scratch s;
    BOOST_CHECK_THROW(metrics_log((s.folder / "none" / "metrics.jsonl").string()), std::system_error);
}

BOOST_AUTO_TEST_CASE(a_full_disk_says_so) {
    if (!std::filesystem::exists("/dev/full")) return;
    metrics_log log("/dev/full");
    BOOST_CHECK_THROW(add(log, 1, 1), std::system_error);
}
