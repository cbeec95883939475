// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cmath>
#include <cstddef>

// Numbers that change while a model learns: learning rates, the weight of a KL term, temperatures.
//
// A schedule is a small value; schedule(t) is its number at time t. Time is the count of what is already done, 0 at
// the start, in whatever unit the schedule's own lengths are given in: steps or epochs. Nothing is remembered between
// calls, so a resumed run continues exactly.

namespace elbo::schedules {

struct constant {
    double           value = 1;
    constexpr double operator()(double) const { return value; }
};

// from -> to along a line, then `to` for ever. A beta warm-up (Bowman et al. 2016; Sonderby et al. 2016) is this.
struct warm_up {
    double from = 0, to = 1, length = 1;

    constexpr double operator()(double t) const {
        if (t >= length) return to;
        return t <= 0 ? from : from + (to - from) * (t / length);
    }
};

// from -> to along half a cosine, then `to` for ever.                           Loshchilov and Hutter (2017), eq. 5
struct cosine {
    double from = 1, to = 0, length = 1;

    double operator()(double t) const {
        if (t >= length) return to;
        return t <= 0 ? from : to + (from - to) * (0.5 + 0.5 * std::cos(3.14159265358979323846 * (t / length)));
    }
};

// from, times factor once every `every`.
struct step_decay {
    double from = 1, factor = 0.1, every = 1;

    constexpr double operator()(double t) const {
        double value = from, power = factor;
        for (auto left = t <= 0 ? 0ull : static_cast<unsigned long long>(t / every); left != 0; left /= 2) {
            if (left % 2 == 1) value *= power;
            power *= power;
        }
        return value;
    }
};

// from factor^(t / every): the same decay without the stairs, never below `least`.
struct exponential {
    double from = 1, factor = 0.1, every = 1, least = 0;

    double operator()(double t) const {
        const double value = from * std::pow(factor, t <= 0 ? 0 : t / every);
        return value < least ? least : value;
    }
};

// A list of (length, value); the last value stays.
struct piece {
    double length = 1, value = 1;
};

template <std::size_t N>
struct piecewise {
    std::array<piece, N> pieces;

    constexpr double operator()(double t) const {
        for (const piece& p : pieces) {
            if (t < p.length) return p.value;
            t -= p.length;
        }
        return pieces[N - 1].value;
    }
    constexpr double length() const {
        double sum = 0;
        for (const piece& p : pieces) sum += p.length;
        return sum;
    }
};

// Eight pieces of 3^(i-1) epochs, i = 1 ... 8, together 3280, at 10^-4 round(10^(1 - (i-1)/7), one decimal):
// Burda, Grosse and Salakhutdinov (2016), section 5, with the rounding of their program.
inline constexpr piecewise<8> iwae_learning_rate{
    {{{1, 1e-3}, {3, 7.2e-4}, {9, 5.2e-4}, {27, 3.7e-4}, {81, 2.7e-4}, {243, 1.9e-4}, {729, 1.4e-4}, {2187, 1e-4}}}};

// Any schedule, multiplied by a line from 0 to 1 over its first `length`.
template <class Schedule>
struct warmed_up {
    Schedule after;
    double   length = 1;

    constexpr double operator()(double t) const { return warm_up{0, 1, length}(t)*after(t); }
};

// `cycles` saw teeth over `length`: in each, from -> to during the first `ramp` of it, then `to`; `to` for ever after.
// Fu et al. (2019), Cyclical annealing schedule, eq. 6 and 7.
struct cyclic {
    double from = 0, to = 1, length = 1, cycles = 4, ramp = 0.5;

    constexpr double operator()(double t) const {
        if (t >= length) return to;
        const double turns = (t <= 0 ? 0 : t) * cycles / length;
        const double part  = turns - static_cast<double>(static_cast<unsigned long long>(turns));
        return part >= ramp ? to : from + (to - from) * (part / ramp);
    }
};

}  // namespace elbo::schedules
