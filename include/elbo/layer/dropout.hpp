// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

struct dropout_must_leave_something {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: dropout's percentage must be from 0 to 99");
        return true;
    }
};

// Srivastava et al. (2014): each value is dropped with a probability, the others grow so that the mean stays.
// Recorded in training only.
template <int Percent = 50>
struct dropout {
    template <class In>
    using output = In;
    template <class In>
    using rejects = unless<(Percent >= 0 && Percent < 100), dropout_must_leave_something>;

    template <class S>
    static constexpr auto apply(const S& s, auto x) {
        if constexpr (S::training && Percent > 0) {
            constexpr double drop = Percent / 100.0;
            const auto       u    = s.uniform_like(x, "dropout");
            return x * map(formulas::where_positive{1 / (1 - drop), 0}, u - drop);
        } else return x;
    }
};

}  // namespace elbo
