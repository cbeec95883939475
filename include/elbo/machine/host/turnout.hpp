// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <algorithm>

ELBO_COMPILED_ONCE

namespace elbo {

// Whether a job that is done again and again is for all threads or for the caller alone. Where something else keeps a processor
// busy, all wait for the thread that shares it, each time for a slice of the scheduler's: a training step of 0.4 ms took 1.5 ms on
// two threads and 0.55 on one.
//
// What counts is what being many has lost: sleep at barriers beyond what one alone would take longer. When that is more than a
// hiccup the caller goes on alone, and twice as long each time that it happens again. Where alone turned out slower (parts that are
// uneven by nature), it takes much more to be tried again.
class turnout {
public:
    explicit turnout(int threads) : threads_(threads) {}

    bool alone() const { return alone_for_ > 0; }

    // Seconds that the last one took, and that its threads slept, all of them.
    ELBO_OUTLINE void took(double seconds, double asleep) {
        if (alone()) return took_alone(seconds);
        const double others = threads_ - 1, lost = asleep * threads_ / (others * others) - seconds;
        if (lost > 0 || lost_ > 0) lost_ = std::max(lost_ + lost, std::min(lost_, 0.0));
        if (lost_ > 0) together_.add(seconds), quiet_ = 0;
        else together_ = {}, quiet_ += seconds;
        if (quiet_ > 25 * hiccup) patience_ = 1;
        if (lost_ <= hiccup + 2 * seconds) return;
        alone_for_ = patience_ * lost_;
        patience_  = std::min(2 * patience_, 64.0);
    }

private:
    static constexpr double hiccup = 0.004;

    struct mean {
        double all = 0, count = 0;

        void   add(double x) { all += x, ++count; }
        double value() const { return all / count; }
    };

    void took_alone(double seconds) {
        alone_.add(seconds), alone_for_ -= seconds;
        if (alone()) return;
        const bool better = alone_.value() < together_.value();
        lost_ = better ? 0 : -256 * (hiccup + seconds);
        if (!better) patience_ = 1;
        alone_ = together_ = {}, quiet_ = 0;
    }

    double threads_, alone_for_ = 0, lost_ = 0, patience_ = 1, quiet_ = 0;
    mean   together_, alone_;  // since something was lost; since alone
};

}  // namespace elbo
