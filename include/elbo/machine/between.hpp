// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/formula.hpp>

namespace elbo {

// The two pixels of a line that a place lies between: the first one, as a number; what each weighs, 1 less its distance; and
// the slopes of that towards larger places. Pixels that are further off weigh nothing; a place that is not a number makes
// weights that are not. One text for numbers, for as many as a register holds, and for a device.
template <class T>
struct two_pixels {
    T first, weight[2], slope[2];
};

template <class T>
ELBO_HD inline T whole_part(T x) {  // of a number from 0 to a million: a pack has a quicker way
    using std::floor;
    return floor(x);
}
template <class T>
ELBO_HD inline two_pixels<T> pixels_around(T place, int extent) {
    using formulas::select, formulas::number;
    using std::abs;
    const T    zero = number<T>(0), one = number<T>(1), last = number<T>(extent > 1 ? extent - 2 : 0);
    const T    first = whole_part(select(place > zero, select(place < last, place, last), zero));
    const auto weight = [&](T away) {
        const T near = one - abs(away);
        return select(near < zero, zero, near);
    };
    const auto slope = [&](T away) { return select(away < zero, select(away < -one, zero, one), select(away < one, -one, zero)); };
    const T    from_first = place - first, from_second = from_first - one;
    if (extent == 1) return {first, {weight(from_first), zero}, {slope(from_first), zero}};
    return {first, {weight(from_first), weight(from_second)}, {slope(from_first), slope(from_second)}};
}

}  // namespace elbo
