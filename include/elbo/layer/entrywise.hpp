// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

// y_i = e^(s_i) x_i: a linear map whose matrix is diagonal, and positive.
template <class LogScale = zeros>
struct scale_each {
    template <class In>
    using output = In;
    template <class In>
    using parameters = list<parameter<"log_scale", shape<In::size>, LogScale>>;

    static constexpr auto apply(const auto&, auto x, auto log_scale) { return x * exp(log_scale); }
};

// y_i = x_i + b_i
template <class Bias = zeros>
struct shift_each {
    template <class In>
    using output = In;
    template <class In>
    using parameters = list<parameter<"bias", shape<In::size>, Bias>>;

    static constexpr auto apply(const auto&, auto x, auto bias) { return x + bias; }
};

}  // namespace elbo
