// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/list.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

// Elementwise formulas. One text serves float, double, SIMD batches and device code: unqualified calls after
// `using std::exp`, `select` instead of ?:, constants through number<T>.
//
// A formula of one argument states what its derivative is a formula of (its input, its output, or nothing) and gives
// the derivative as another formula, so that it can be differentiated again. A formula of two arguments gives one
// derivative for each. Constants of a formula are its members, at most two.

namespace elbo::formulas {

template <class T>
ELBO_HD constexpr T select(bool condition, T yes, T no) {
    return condition ? yes : no;
}

template <class T>
ELBO_HD constexpr T number(double constant) {
    if constexpr (std::is_arithmetic_v<T>) return static_cast<T>(constant);
    else return T(static_cast<typename T::value_type>(constant));
}

enum class needs : std::uint8_t { nothing, input, output };

// No slope: the derivative is zero wherever it exists.
struct flat {};
// No slope was written: asking for it is an error that says so.
struct unknown {};

// ---- polynomials ---------------------------------------------------------------------------------------------------

struct level {  // p
    static constexpr auto backward_needs = needs::nothing;
    double                p              = 0;
    constexpr auto        slope() const { return flat{}; }
    template <class T>
    ELBO_HD T operator()(T) const {
        return number<T>(p);
    }
};

struct affine {  // p x + q
    static constexpr auto backward_needs = needs::nothing;
    double                p = 1, q = 0;
    constexpr auto        slope() const { return level{p}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return number<T>(p) * x + number<T>(q);
    }
};

struct quadratic {  // p x^2 + q x
    static constexpr auto backward_needs = needs::input;
    double                p = 1, q = 0;
    constexpr auto        slope() const { return affine{2 * p, q}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return (number<T>(p) * x + number<T>(q)) * x;
    }
};

struct one_minus_square {  // 1 - x^2
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return affine{-2, 0}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return number<T>(1) - x * x;
    }
};

// ---- powers, exponentials -------------------------------------------------------------------------------------------

struct over {  // p / x;  slope -p / x^2 = -y^2 / p
    static constexpr auto backward_needs = needs::output;
    double                p              = 1;
    constexpr auto        slope() const { return quadratic{-1 / p, 0}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return number<T>(p) / x;
    }
};

struct root {  // sqrt(x);  slope 1 / (2 y)
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return over{0.5}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::sqrt;
        return sqrt(x);
    }
};

struct exponential {
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return affine{1, 0}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::exp;
        return exp(x);
    }
};

struct logarithm {
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return over{1}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::log;
        return log(x);
    }
};

// 1 / (e^x - 1), x > 0;  slope -(y + y^2)
struct bose {
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return quadratic{-1, -1}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::expm1;
        return number<T>(1) / expm1(x);
    }
};

// log(1 - e^-x), x > 0, exact at both ends
struct log_one_minus_exp {
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return bose{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::exp, std::expm1, std::log, std::log1p;
        return select(x < number<T>(0.6931471805599453), log(-expm1(-x)), log1p(-exp(-x)));
    }
};

// ---- squashing ------------------------------------------------------------------------------------------------------

struct hyperbolic_tangent {  // slope 1 - y^2
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return one_minus_square{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::tanh;
        return tanh(x);
    }
};

struct sigmoid {  // slope y - y^2
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return quadratic{-1, 1}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::exp;
        return number<T>(1) / (number<T>(1) + exp(-x));
    }
};

struct one_minus_exp_minus {  // 1 - e^-x;  slope 1 - y
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return affine{-1, 1}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::expm1;
        return -expm1(-x);
    }
};

// log(1 + e^x), exact for large |x|.  slope sigmoid(x) = 1 - e^-y
// log(1 + e^x), x <= 0. Packs have a quicker one of their own.
template <class T>
ELBO_HD T log1p_exp(T x) {
    using std::exp, std::log1p;
    return log1p(exp(x));
}

struct softplus {
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return one_minus_exp_minus{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::abs;
        return select(x > number<T>(0), x, number<T>(0)) + log1p_exp(-abs(x));
    }
};

// ---- kinks ----------------------------------------------------------------------------------------------------------

struct where_positive {  // p where x > 0, else q
    static constexpr auto backward_needs = needs::nothing;
    double                p = 1, q = 0;
    constexpr auto        slope() const { return flat{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return select(x > number<T>(0), number<T>(p), number<T>(q));
    }
};

struct relu {  // what is no number stays none, so that it shows in the loss
    static constexpr auto backward_needs = needs::output;
    constexpr auto        slope() const { return where_positive{1, 0}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return select(x < number<T>(0), number<T>(0), x);
    }
};

struct leaky_relu {  // p x below zero, p > 0: the output has the sign of the input
    static constexpr auto backward_needs = needs::output;
    double                p              = 0.01;
    constexpr auto        slope() const { return where_positive{1, p}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return select(x > number<T>(0), x, number<T>(p) * x);
    }
};

struct elu_slope {  // of the output: 1 above zero, y + p below
    static constexpr auto backward_needs = needs::input;
    double                p              = 1;
    constexpr auto        slope() const { return where_positive{0, 1}; }
    template <class T>
    ELBO_HD T operator()(T y) const {
        return select(y > number<T>(0), number<T>(1), y + number<T>(p));
    }
};

struct elu {
    static constexpr auto backward_needs = needs::output;
    double                p              = 1;
    constexpr auto        slope() const { return elu_slope{p}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::expm1;
        return select(x > number<T>(0), x, number<T>(p) * expm1(select(x > number<T>(0), number<T>(0), x)));
    }
};

struct magnitude {
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return where_positive{1, -1}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::abs;
        return abs(x);
    }
};

struct inside {  // 1 where p < x < q, else 0
    static constexpr auto backward_needs = needs::nothing;
    double                p = 0, q = 1;
    constexpr auto        slope() const { return flat{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return select(x > number<T>(p), select(x < number<T>(q), number<T>(1), number<T>(0)), number<T>(0));
    }
};

struct clamp {
    static constexpr auto backward_needs = needs::input;
    double                p = 0, q = 1;
    constexpr auto        slope() const { return inside{p, q}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        return select(x < number<T>(p), number<T>(p), select(x > number<T>(q), number<T>(q), x));
    }
};

struct floor_of {
    static constexpr auto backward_needs = needs::nothing;
    constexpr auto        slope() const { return flat{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::floor;
        return floor(x);
    }
};

// ---- Gaussian error linear unit, x Phi(x) ---------------------------------------------------------------------------

struct gelu_curvature {  // 2 phi(x) - x^2 phi(x)
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return unknown{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::exp;
        return number<T>(0.3989422804014327) * exp(number<T>(-0.5) * x * x) * (number<T>(2) - x * x);
    }
};

struct gelu_slope {  // Phi(x) + x phi(x)
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return gelu_curvature{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::erf, std::exp;
        return number<T>(0.5) + number<T>(0.5) * erf(x * number<T>(0.7071067811865476)) +
               x * number<T>(0.3989422804014327) * exp(number<T>(-0.5) * x * x);
    }
};

struct gelu {
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return gelu_slope{}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::erf;
        return number<T>(0.5) * x * (number<T>(1) + erf(x * number<T>(0.7071067811865476)));
    }
};

// ---- waves ----------------------------------------------------------------------------------------------------------

struct cosine;
struct sine {  // p sin(x)
    static constexpr auto     backward_needs = needs::input;
    double                    p              = 1;
    constexpr inline auto     slope() const;
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::sin;
        return number<T>(p) * sin(x);
    }
};
struct cosine {  // p cos(x)
    static constexpr auto backward_needs = needs::input;
    double                p              = 1;
    constexpr auto        slope() const { return sine{-p}; }
    template <class T>
    ELBO_HD T operator()(T x) const {
        using std::cos;
        return number<T>(p) * cos(x);
    }
};
constexpr inline auto sine::slope() const { return cosine{p}; }

// ---- the continuous Bernoulli's normaliser, Loaiza-Ganem and Cunningham (2019) ---------------------------------------
// With l the logit, log C(l) = log(l / tanh(l / 2)); even, log 2 at zero. Series below |l| = 1/2 (Bernoulli numbers).

struct continuous_bernoulli_curvature {  // -1/l^2 + cosh(l) / sinh(l)^2
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return unknown{}; }
    template <class T>
    ELBO_HD T operator()(T l) const {
        using std::abs, std::exp;
        const T s      = l * l;
        const T series = number<T>(1.0 / 6) +
                         s * (number<T>(-7.0 / 120) + s * (number<T>(31.0 / 3024) + s * (number<T>(-127.0 / 86400) +
                         s * (number<T>(73.0 / 380160) + s * number<T>(-1414477.0 / 59439744000)))));
        const T small = exp(-abs(l));
        const T sinh2 = number<T>(1) - small * small;  // 2 e^-|l| sinh|l|
        const T far   = number<T>(2) * small * (number<T>(1) + small * small) / (sinh2 * sinh2) - number<T>(1) / s;
        return select(s < number<T>(0.25), series, far);
    }
};

struct continuous_bernoulli_slope {  // 1/l - 1/sinh(l)
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return continuous_bernoulli_curvature{}; }
    template <class T>
    ELBO_HD T operator()(T l) const {
        using std::abs, std::exp;
        const T s      = l * l;
        const T series = l * (number<T>(1.0 / 6) +
                         s * (number<T>(-7.0 / 360) + s * (number<T>(31.0 / 15120) + s * (number<T>(-127.0 / 604800) +
                         s * (number<T>(73.0 / 3421440) + s * number<T>(-1414477.0 / 653837184000))))));
        const T small = exp(-abs(l));
        const T sinh1 = (number<T>(1) - small * small) / (number<T>(2) * small);
        const T far   = number<T>(1) / l - select(l > number<T>(0), number<T>(1), number<T>(-1)) / sinh1;
        return select(s < number<T>(0.25), series, far);
    }
};

struct continuous_bernoulli_norm {
    static constexpr auto backward_needs = needs::input;
    constexpr auto        slope() const { return continuous_bernoulli_slope{}; }
    template <class T>
    ELBO_HD T operator()(T l) const {
        using std::abs, std::exp, std::log;
        const T s      = l * l;
        const T series = number<T>(0.6931471805599453) +
                         s * (number<T>(1.0 / 12) + s * (number<T>(-7.0 / 1440) + s * (number<T>(31.0 / 90720) +
                         s * (number<T>(-127.0 / 4838400) + s * number<T>(73.0 / 34214400)))));
        const T small = exp(-abs(l));
        const T far   = log(abs(l) * (number<T>(1) + small) / (number<T>(1) - small));
        return select(s < number<T>(0.25), series, far);
    }
};

}  // namespace elbo::formulas
