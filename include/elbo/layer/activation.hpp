// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

// y = f(x), element by element. The formula is an object type of core/formula.hpp; constants are ratios.
template <class Formula>
struct activation {
    template <class In>
    using output = In;

    static constexpr auto apply(const auto&, auto x) { return map(Formula{}, x); }
};

// Clevert et al. (2016), He et al. (2015), Hendrycks and Gimpel (2016).
namespace act {

struct relu : activation<formulas::relu> {};
struct tanh : activation<formulas::hyperbolic_tangent> {};
struct sigmoid : activation<formulas::sigmoid> {};
struct softplus : activation<formulas::softplus> {};
struct gelu : activation<formulas::gelu> {};

struct slopes_must_not_be_negative {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: the ratio of leaky_relu or elu must not be negative");
        return true;
    }
};
template <int Numerator, int Denominator>
using not_negative = unless<(Numerator >= 0 && Denominator > 0), slopes_must_not_be_negative>;

template <int Numerator = 1, int Denominator = 100>
struct leaky_relu {
    template <class>
    using rejects = not_negative<Numerator, Denominator>;
    template <class In>
    using output = In;
    static constexpr auto apply(const auto&, auto x) { return map(formulas::leaky_relu{1.0 * Numerator / Denominator}, x); }
};

template <int Numerator = 1, int Denominator = 1>
struct elu {
    template <class>
    using rejects = not_negative<Numerator, Denominator>;
    template <class In>
    using output = In;
    static constexpr auto apply(const auto&, auto x) { return map(formulas::elu{1.0 * Numerator / Denominator}, x); }
};

struct identity {
    template <class In>
    using output = In;
    static constexpr auto apply(const auto&, auto x) { return x; }
};

}  // namespace act

}  // namespace elbo
