// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>

#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

namespace elbo {

// How many values feed an output and how many an input feeds; and the matrix a parameter is.
struct fans {
    std::size_t in, out, rows, cols;
};

// Initialisers are part of a layer's type. Each fills one parameter, as a function of its place in the model and the
// seed alone. Constants are ratios, so that they can be template arguments everywhere: normal_init<1, 100> is N(0, .01^2).

template <int Numerator, int Denominator = 1>
struct constant_init {
    static void fill(std::span<float> to, fans, const draws&) {
        for (float& v : to) v = static_cast<float>(Numerator) / Denominator;
    }
};
using zeros = constant_init<0>;
using ones  = constant_init<1>;

template <int Numerator, int Denominator>
struct normal_init {
    static void fill(std::span<float> to, fans, const draws& random) {
        for (std::size_t i = 0; i < to.size(); ++i)
            to[i] = static_cast<float>(random.normal(static_cast<std::uint32_t>(i)) * Numerator / Denominator);
    }
};

namespace detail {
inline void fill_uniform(std::span<float> to, double limit, const draws& random) {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<float>((2 * random.uniform(static_cast<std::uint32_t>(i)) - 1) * limit);
}
inline void fill_normal(std::span<float> to, double deviation, const draws& random) {
    for (std::size_t i = 0; i < to.size(); ++i)
        to[i] = static_cast<float>(random.normal(static_cast<std::uint32_t>(i)) * deviation);
}
}  // namespace detail

struct glorot_uniform {  // Glorot and Bengio (2010), eq. 16
    static void fill(std::span<float> to, fans f, const draws& random) {
        detail::fill_uniform(to, std::sqrt(6.0 / static_cast<double>(f.in + f.out)), random);
    }
};
struct glorot_normal {
    static void fill(std::span<float> to, fans f, const draws& random) {
        detail::fill_normal(to, std::sqrt(2.0 / static_cast<double>(f.in + f.out)), random);
    }
};
struct he_uniform {  // He et al. (2015), eq. 10
    static void fill(std::span<float> to, fans f, const draws& random) {
        detail::fill_uniform(to, std::sqrt(6.0 / static_cast<double>(f.in)), random);
    }
};
struct he_normal {
    static void fill(std::span<float> to, fans f, const draws& random) {
        detail::fill_normal(to, std::sqrt(2.0 / static_cast<double>(f.in)), random);
    }
};
struct fan_in_uniform {  // U(-1/sqrt(in), 1/sqrt(in)): PyTorch's default for linear layers
    static void fill(std::span<float> to, fans f, const draws& random) {
        detail::fill_uniform(to, 1.0 / std::sqrt(static_cast<double>(f.in)), random);
    }
};
struct orthogonal {  // Saxe et al. (2014): the shorter side's vectors are orthonormal
    static void fill(std::span<float> to, fans f, const draws& random) {
        const bool        wide  = f.cols > f.rows;
        const std::size_t count = wide ? f.rows : f.cols, length = wide ? f.cols : f.rows;
        std::vector<double> v(count * length);
        for (std::size_t i = 0; i < v.size(); ++i) v[i] = random.normal(static_cast<std::uint32_t>(i));
        for (std::size_t a = 0; a < count; ++a) {  // modified Gram-Schmidt
            double* x = &v[a * length];
            for (std::size_t b = 0; b < a; ++b) {
                const double* y   = &v[b * length];
                double        dot = 0;
                for (std::size_t i = 0; i < length; ++i) dot += x[i] * y[i];
                for (std::size_t i = 0; i < length; ++i) x[i] -= dot * y[i];
            }
            double norm = 0;
            for (std::size_t i = 0; i < length; ++i) norm += x[i] * x[i];
            for (std::size_t i = 0; i < length; ++i) x[i] /= std::sqrt(norm);
        }
        for (std::size_t r = 0; r < f.rows; ++r)
            for (std::size_t c = 0; c < f.cols; ++c)
                to[r * f.cols + c] = static_cast<float>(wide ? v[r * length + c] : v[c * length + r]);
    }
};

}  // namespace elbo
