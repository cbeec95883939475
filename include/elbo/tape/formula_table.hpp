// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/pair_formula.hpp>
#include <elbo/tape/error.hpp>

#include <array>

// The formulas by number. A tape holds numbers, so that it stays plain data; a machine makes one table of kernels out
// of each list. To add a formula, write it in core/ and name it here (at the end: the numbers enter a tape's hash).

ELBO_COMPILED_ONCE

namespace elbo {

using formula_list = list<formulas::level, formulas::affine, formulas::quadratic, formulas::one_minus_square,
                          formulas::over, formulas::root, formulas::exponential, formulas::logarithm, formulas::bose,
                          formulas::log_one_minus_exp, formulas::hyperbolic_tangent, formulas::sigmoid,
                          formulas::one_minus_exp_minus, formulas::softplus, formulas::where_positive, formulas::relu,
                          formulas::leaky_relu, formulas::elu_slope, formulas::elu, formulas::magnitude,
                          formulas::inside, formulas::clamp, formulas::floor_of, formulas::gelu_curvature,
                          formulas::gelu_slope, formulas::gelu, formulas::sine, formulas::cosine,
                          formulas::continuous_bernoulli_curvature, formulas::continuous_bernoulli_slope,
                          formulas::continuous_bernoulli_norm>;

using pair_formula_list =
    list<formulas::plus, formulas::minus, formulas::times, formulas::divided, formulas::power_exp<0>,
         formulas::power_exp<1>, formulas::power_exp<2>, formulas::normal_energy_slope, formulas::normal_energy,
         formulas::standard_kl_slope, formulas::standard_kl, formulas::bernoulli_curvature, formulas::bernoulli_slope,
         formulas::bernoulli_log_mass>;

// A formula as data: its number in its list and its constants.
struct formula {
    static constexpr int none = -1;       // flat: the derivative is zero
    static constexpr int not_written = -2;

    int    number = none;
    double p = 0, q = 0;

    constexpr bool operator==(const formula&) const = default;
};

namespace detail {

template <class F, class List>
constexpr formula as_data(F f) {
    if constexpr (std::is_same_v<F, formulas::flat>) return {formula::none, 0, 0};
    else if constexpr (std::is_same_v<F, formulas::unknown>) return {formula::not_written, 0, 0};
    else {
        static_assert(contains<F, List>, "elbo: this formula is not in the table of tape/formula_table.hpp");
        formula data{static_cast<int>(index_in<F>(List{})), 0, 0};
        if constexpr (requires { f.p; }) data.p = f.p;
        if constexpr (requires { f.q; }) data.q = f.q;
        return data;
    }
}

}  // namespace detail

template <class F>
constexpr F formula_from(double p, double q) {
    if constexpr (requires { F{p, q}; }) return F{p, q};
    else if constexpr (requires { F{p}; }) return F{p};
    else return F{};
}

template <class F>
constexpr formula unary(F f) {
    return detail::as_data<F, formula_list>(f);
}
template <class F>
constexpr formula binary(F f) {
    return detail::as_data<F, pair_formula_list>(f);
}

namespace detail {

struct slope_entry {
    formulas::needs needs;
    formula (*slope)(double, double);
};
template <class... F>
constexpr auto slope_table(list<F...>) {
    return std::array<slope_entry, sizeof...(F)>{
        slope_entry{F::backward_needs, [](double p, double q) { return unary(formula_from<F>(p, q).slope()); }}...};
}
inline constexpr auto slopes = slope_table(formula_list{});

struct pair_slope_entry {
    formula (*first)(double, double);
    formula (*second)(double, double);
};
template <class F>
constexpr pair_slope_entry pair_slopes_of() {
    if constexpr (requires(F f) { f.first_slope(); })
        return {[](double p, double q) { return binary(formula_from<F>(p, q).first_slope()); },
                [](double p, double q) { return binary(formula_from<F>(p, q).second_slope()); }};
    else {  // arithmetic: differentiate() knows it
        constexpr auto none = [](double, double) { return formula{formula::not_written}; };
        return {none, none};
    }
}
template <class... F>
constexpr auto pair_slope_table(list<F...>) {
    return std::array<pair_slope_entry, sizeof...(F)>{pair_slopes_of<F>()...};
}
inline constexpr auto pair_slopes = pair_slope_table(pair_formula_list{});

constexpr formula checked(formula f) {
    if (f.number == formula::not_written) throw recording_error("elbo: this formula's next derivative is not written");
    return f;
}

}  // namespace detail

constexpr formulas::needs backward_needs(formula f) { return detail::slopes[static_cast<std::size_t>(f.number)].needs; }
constexpr formula         slope_of(formula f) {
    return detail::checked(detail::slopes[static_cast<std::size_t>(f.number)].slope(f.p, f.q));
}
constexpr formula first_slope_of(formula f) {
    return detail::checked(detail::pair_slopes[static_cast<std::size_t>(f.number)].first(f.p, f.q));
}
constexpr formula second_slope_of(formula f) {
    return detail::checked(detail::pair_slopes[static_cast<std::size_t>(f.number)].second(f.p, f.q));
}

}  // namespace elbo
