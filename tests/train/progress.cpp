// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE progress
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/progress.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace elbo;

namespace {

struct sink {
    std::FILE* file = std::tmpfile();
    ~sink() { std::fclose(file); }
    std::string text() const {
        std::string out(static_cast<std::size_t>(std::ftell(file)), '\0');
        std::rewind(file);
        BOOST_REQUIRE(std::fread(out.data(), 1, out.size(), file) == out.size());
        return out;
    }
};

const std::vector<named_value> terms{{"loss", 104.28}, {"kl", 25.0012}};

progress_state at(std::uint64_t step) { return {.epoch = 3, .epochs = 20, .step = step, .steps = 600, .terms = terms}; }

}  // namespace

BOOST_AUTO_TEST_CASE(durations_read_well) {
    BOOST_TEST(progress_text::duration(0) == "0 s");
    BOOST_TEST(progress_text::duration(59) == "59 s");
    BOOST_TEST(progress_text::duration(59.5) == "1:00");
    BOOST_TEST(progress_text::duration(187) == "3:07");
    BOOST_TEST(progress_text::duration(8109) == "2:15:09");
    BOOST_TEST(progress_text::duration(-1) == "?");
    BOOST_TEST(progress_text::duration(0.0 / 0.0) == "?");
    BOOST_TEST(progress_text::duration(1e18) == "?");
}

BOOST_AUTO_TEST_CASE(a_pipe_gets_plain_lines_now_and_then) {
    sink s;
    {
        progress_bar bar(s.file);  // a file is no terminal
        for (std::uint64_t step = 1; step <= 600; ++step)
            bar.step_at(at(step), step * 100, 60000, 0.05 * static_cast<double>(step));
    }
    const std::string text = s.text();
    // 30 seconds: the first step, one every ten seconds, the end of the epoch
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 4);
    BOOST_TEST(text.find_first_of("\r\x1b") == std::string::npos);
    BOOST_TEST(text.find("epoch  3/20  step 1/600  2000 images/s  30 s left  loss 104.3  kl 25\n") == 0u);
    BOOST_TEST(text.ends_with("step 600/600  2000 images/s  0 s left  loss 104.3  kl 25\n"));
}

BOOST_AUTO_TEST_CASE(a_terminal_gets_one_line_redrawn_at_most_ten_times_a_second) {
    sink s;
    {
        progress_bar bar(s.file, true);
        for (std::uint64_t step = 1; step <= 300; ++step)
            bar.step_at(at(step), step * 100, 60000, 0.005 * static_cast<double>(step));
        bar.note("a word");
        bar.step_at(at(600), 60000, 60000, 2);
        bar.finish();
    }
    const std::string text  = s.text();
    const auto        drawn = std::count(text.begin(), text.end(), '\r');
    BOOST_TEST(drawn >= 14);
    BOOST_TEST(drawn <= 18);
    BOOST_TEST(text.find("\repoch  3/20 [....................] 20000 images/s  3 s left  loss 104.3  kl 25\x1b[K") ==
               0u);
    BOOST_TEST(text.find("\r\x1b[Ka word\nepoch  3/20 [#") != std::string::npos);
    BOOST_TEST(text.find("[####################]") != std::string::npos);
    BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 2);  // the note's, the epoch's
    BOOST_TEST(text.ends_with("\x1b[K\n"));
}

BOOST_AUTO_TEST_CASE(what_does_not_fit_is_cut) {
    const std::string whole = progress_text::bar(at(300), 1000);
    BOOST_TEST(progress_text::bar(at(300), 40) == whole.substr(0, 40));
    BOOST_TEST(progress_text::cut("\xCE\xB2\xCE\xB2"
                                  "ab",
                                  3) ==
               "\xCE\xB2\xCE\xB2"
               "a");
    BOOST_TEST(progress_text::cut("ab", 5) == "ab");
    BOOST_TEST(progress_text::cut("ab", 0).empty());
}

BOOST_AUTO_TEST_CASE(an_unfinished_line_is_left_behind) {
    sink s;
    {
        progress_bar bar(s.file, true);
        bar.step_at(at(1), 100, 60000, 1);
    }
    BOOST_TEST(s.text().ends_with("\n"));
}
