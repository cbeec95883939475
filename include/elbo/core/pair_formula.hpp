// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/formula.hpp>

// Elementwise formulas of two arguments, each with one slope for the first and one for the second.

namespace elbo::formulas {

struct plus {
    template <class T>
    ELBO_HD T operator()(T a, T b) const {
        return a + b;
    }
};
struct minus {
    template <class T>
    ELBO_HD T operator()(T a, T b) const {
        return a - b;
    }
};
struct times {
    template <class T>
    ELBO_HD T operator()(T a, T b) const {
        return a * b;
    }
};
struct divided {
    template <class T>
    ELBO_HD T operator()(T a, T b) const {
        return a / b;
    }
};

// p a^Power e^(q v): closed under both of its slopes, and the stuff that Gaussians are made of.
template <int Power>
struct power_exp {
    double         p = 1, q = 0;
    constexpr auto first_slope() const {
        if constexpr (Power == 0) return flat{};
        else return power_exp<Power - 1>{p * Power, q};
    }
    constexpr auto second_slope() const { return power_exp{p * q, q}; }
    template <class T>
    ELBO_HD T operator()(T a, T v) const {
        using std::exp;
        const T e = number<T>(p) * exp(number<T>(q) * v);
        if constexpr (Power == 0) return e;
        else if constexpr (Power == 1) return e * a;
        else return e * a * a;
    }
};

// log N(x; mu, e^v) of d = x - mu: -(d^2 e^-v + v + log 2 pi) / 2
struct normal_energy_slope {  // in v: (d^2 e^-v - 1) / 2
    constexpr auto first_slope() const { return power_exp<1>{1, -1}; }
    constexpr auto second_slope() const { return power_exp<2>{-0.5, -1}; }
    template <class T>
    ELBO_HD T operator()(T d, T v) const {
        using std::exp;
        return number<T>(0.5) * (d * d * exp(-v) - number<T>(1));
    }
};
struct normal_energy {
    constexpr auto first_slope() const { return power_exp<1>{-1, -1}; }
    constexpr auto second_slope() const { return normal_energy_slope{}; }
    template <class T>
    ELBO_HD T operator()(T d, T v) const {
        using std::exp;
        return number<T>(-0.5) * (d * d * exp(-v) + v + number<T>(1.8378770664093453));
    }
};

// KL(N(mu, e^v) || N(0, 1)) = (mu^2 + e^v - v - 1) / 2: Kingma and Welling (2013), appendix B
struct standard_kl_slope {  // in v: (e^v - 1) / 2
    constexpr auto first_slope() const { return flat{}; }
    constexpr auto second_slope() const { return power_exp<0>{0.5, 1}; }
    template <class T>
    ELBO_HD T operator()(T, T v) const {
        using std::exp;
        return number<T>(0.5) * (exp(v) - number<T>(1));
    }
};
struct standard_kl {
    constexpr auto first_slope() const { return power_exp<1>{1, 0}; }
    constexpr auto second_slope() const { return standard_kl_slope{}; }
    template <class T>
    ELBO_HD T operator()(T mu, T v) const {
        using std::exp;
        return number<T>(0.5) * (mu * mu + exp(v) - v - number<T>(1));
    }
};

// log Bernoulli(x; sigmoid(l)) = x l - softplus(l)
struct bernoulli_curvature {  // -sigmoid'(l)
    constexpr auto first_slope() const { return unknown{}; }
    constexpr auto second_slope() const { return flat{}; }
    template <class T>
    ELBO_HD T operator()(T l, T) const {
        const T s = sigmoid{}(l);
        return s * s - s;
    }
};
struct bernoulli_slope {  // x - sigmoid(l)
    constexpr auto first_slope() const { return bernoulli_curvature{}; }
    constexpr auto second_slope() const { return power_exp<0>{1, 0}; }
    template <class T>
    ELBO_HD T operator()(T l, T x) const {
        return x - sigmoid{}(l);
    }
};
struct bernoulli_log_mass {
    constexpr auto first_slope() const { return bernoulli_slope{}; }
    constexpr auto second_slope() const { return power_exp<1>{1, 0}; }
    template <class T>
    ELBO_HD T operator()(T l, T x) const {
        return x * l - softplus{}(l);
    }
};

}  // namespace elbo::formulas
