// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/train/named_value.hpp>

#include <sys/ioctl.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>

// Where a run is: a bar that redraws its line on a terminal, plain lines in a pipe.

ELBO_COMPILED_ONCE

namespace elbo {

struct progress_state {
    std::uint64_t                epoch = 0, epochs = 0;  // epoch counts from 1
    std::uint64_t                step = 0, steps = 0;    // within the epoch, done and in all
    double                       images_per_second = 0;
    double                       seconds_left      = 0;
    std::span<const named_value> terms{};
};

namespace progress_text {

// 42 s; 3:07; 2:15:09
inline std::string duration(double seconds) {
    if (!(seconds >= 0) || seconds > 359999) return "?";
    const auto s = static_cast<unsigned>(std::ceil(seconds));
    char       room[32];
    if (s < 60) std::snprintf(room, sizeof room, "%u s", s);
    else if (s < 3600) std::snprintf(room, sizeof room, "%u:%02u", s / 60, s % 60);
    else std::snprintf(room, sizeof room, "%u:%02u:%02u", s / 3600, s / 60 % 60, s % 60);
    return room;
}

// Four digits that mean something: 104.3, 0.02713, 7.1e-06.
inline std::string value(double x) {
    char room[32];
    std::snprintf(room, sizeof room, "%.4g", x);
    return room;
}

ELBO_COLD inline std::string words(const progress_state& now) {
    char room[96];
    std::snprintf(room, sizeof room, "%.0f images/s  %s left", now.images_per_second,
                  duration(now.seconds_left).c_str());
    std::string out = room;
    for (const named_value& term : now.terms) out += sentence({"  ", term.name, " ", value(term.value)});
    return out;
}

ELBO_COLD inline std::string where(const progress_state& now) {
    char room[64];
    const int digits = std::snprintf(room, sizeof room, "%llu", static_cast<unsigned long long>(now.epochs));
    std::snprintf(room, sizeof room, "epoch %*llu/%llu", digits, static_cast<unsigned long long>(now.epoch), static_cast<unsigned long long>(now.epochs));
    return room;
}

// The first `width` characters of UTF-8.
inline std::string cut(const std::string& line, std::size_t width) {
    std::size_t end = 0;
    for (std::size_t seen = 0; end < line.size(); ++end) {
        const bool begins = (static_cast<unsigned char>(line[end]) & 0xC0) != 0x80;
        if (begins && seen++ == width) break;
    }
    return line.substr(0, end);
}

// At most `width` columns: what does not fit is cut, never wrapped, since a wrapped line cannot be redrawn.
ELBO_COLD inline std::string bar(const progress_state& now, std::size_t width) {
    constexpr std::size_t cells = 20;
    const double          part  = now.steps == 0 ? 1 : static_cast<double>(now.step) / static_cast<double>(now.steps);
    const auto            full  = static_cast<std::size_t>(std::clamp(part, 0.0, 1.0) * cells);
    char                  drawn[cells + 1] = "....................";
    std::fill_n(drawn, full, '#');
    return cut(sentence({where(now), " [", drawn, "] ", words(now)}), width);
}

ELBO_COLD inline std::string plain_line(const progress_state& now) {
    return sentence({where(now), "  step ", now.step, "/", now.steps, "  ", words(now)});
}

}  // namespace progress_text

class progress_bar {
public:
    // Nothing is drawn more often than ten times a second on a terminal, or every ten seconds in a pipe, save the end
    // of an epoch.
    explicit progress_bar(std::FILE* sink = stderr) : progress_bar(sink, isatty(fileno(sink)) == 1) {}
    progress_bar(std::FILE* sink, bool terminal) : sink_(sink), terminal_(terminal), every_(terminal ? 0.1 : 10) {}
    ~progress_bar() { finish(); }
    progress_bar(const progress_bar&)            = delete;
    progress_bar& operator=(const progress_bar&) = delete;

    // Call this at every step. `images_done` counts from the start of this process, `images_in_all` likewise: from
    // both come images/s (of late, not on average) and the time left.
    void step(progress_state now, std::uint64_t images_done, std::uint64_t images_in_all) {
        step_at(now, images_done, images_in_all, std::chrono::duration<double>(clock::now() - start_).count());
    }

    // The same, `seconds` after the start.
    ELBO_COLD void step_at(progress_state now, std::uint64_t images_done, std::uint64_t images_in_all, double seconds) {
        const bool epoch_ends = now.step == now.steps;
        if (seconds < next_ && !epoch_ends) return;
        next_ = seconds + every_;
        if (const double passed = seconds - measured_at_; passed > 0) {
            const double fresh = static_cast<double>(images_done - measured_images_) / passed;
            const double trust = rate_ == 0 ? 1 : 1 - std::exp(-passed / 5);
            rate_ += trust * (fresh - rate_);
            measured_at_ = seconds, measured_images_ = images_done;
        }
        now.images_per_second = rate_;
        now.seconds_left =
            rate_ > 0 ? static_cast<double>(images_in_all - std::min(images_done, images_in_all)) / rate_ : -1;
        if (!terminal_) {
            print(sentence({progress_text::plain_line(now), "\n"}));
            return;
        }
        line_ = progress_text::bar(now, columns());
        print(sentence({"\r", line_, "\x1b[K"}));
        if (epoch_ends) finish();  // the line of a whole epoch stays
    }

    // A line of words above the bar.
    void note(std::string_view words) {
        if (!terminal_ || line_.empty()) print(sentence({words, "\n"}));
        else print(sentence({"\r\x1b[K", words, "\n", line_}));
    }

    // Leaves the bar's line; what is printed next begins its own.
    void finish() {
        if (terminal_ && !line_.empty()) print("\n");
        line_.clear();
    }

    double images_per_second() const { return rate_; }

private:
    using clock = std::chrono::steady_clock;

    // One call of fwrite and one flush a picture: a line never shows half drawn.
    void print(const std::string& text) {
        std::fwrite(text.data(), 1, text.size(), sink_);
        std::fflush(sink_);
    }
    std::size_t columns() const {
        winsize size{};
        if (ioctl(fileno(sink_), TIOCGWINSZ, &size) == 0 && size.ws_col > 1) return size.ws_col - 1u;
        return 119;
    }

    std::FILE*        sink_;
    bool              terminal_;
    double            every_;
    clock::time_point start_ = clock::now();
    std::string       line_;
    double            next_ = 0, measured_at_ = 0, rate_ = 0;
    std::uint64_t     measured_images_ = 0;
};

}  // namespace elbo
