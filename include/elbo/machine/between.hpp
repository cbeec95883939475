// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/formula.hpp>

namespace elbo {

// The two pixels of a line that a place lies between: the first one, as a number, and what each weighs, 1 less its
// distance, or the slope of that towards larger places. Pixels that are further off weigh nothing; a place that is not a
// number makes weights that are not. One text for numbers, for as many as a register holds, and for a device.
template <class T>
struct two_pixels {
    T first, weight[2];
};
template <class T>
ELBO_HD inline two_pixels<T> pixels_around(T place, int extent, bool slope) {
    using formulas::select, formulas::number;
    using std::abs, std::floor;
    const T    zero = number<T>(0), one = number<T>(1), last = number<T>(extent > 1 ? extent - 2 : 0);
    const T    first  = floor(select(place > zero, select(place < last, place, last), zero));
    const auto weight = [&](T away) {
        if (slope) return select(away < zero, select(away < -one, zero, one), select(away < one, -one, zero));
        const T near = one - abs(away);
        return select(near < zero, zero, near);
    };
    return {first, {weight(place - first), extent > 1 ? weight(place - first - one) : zero}};
}

}  // namespace elbo
