// SPDX-License-Identifier: MIT
#pragma once

#include "laws/numbers.hpp"

#include <initializer_list>
#include <numbers>

// Integrals over one or two dimensions, and sums over what is discrete: points and their weights.

namespace elbo::laws {

struct quadrature {
    std::size_t dimensions = 1;
    numbers     points = {}, weights = {};

    std::size_t size() const { return weights.size(); }
};

// Gauss and Legendre, ten nodes a panel: exact for polynomials to degree 19. Kinks belong on the panels' borders.
inline quadrature on_interval(double low, double high, std::size_t panels) {
    constexpr int n = 10;
    quadrature       m;
    const double  width = (high - low) / static_cast<double>(panels);
    for (std::size_t p = 0; p < panels; ++p)
        for (int i = 0; i < n; ++i) {
            double x = std::cos(std::numbers::pi * (i + 0.75) / (n + 0.5)), slope = 0;
            for (int step = 0; step < 50; ++step) {  // Newton on the Legendre polynomial
                double before = 1, here = x;
                for (int k = 2; k <= n; ++k) {
                    const double next = ((2 * k - 1) * x * here - (k - 1) * before) / k;
                    before = here, here = next;
                }
                slope = n * (x * here - before) / (x * x - 1);
                x -= here / slope;
            }
            m.points.push_back(low + width * (static_cast<double>(p) + (x + 1) / 2));
            m.weights.push_back(width / ((1 - x * x) * slope * slope));
        }
    return m;
}
inline quadrature on_values(const numbers& values) { return {1, values, numbers(values.size(), 1.0)}; }
inline quadrature on_classes(std::size_t n) {
    quadrature m{n, numbers(n * n, 0.0), numbers(n, 1.0)};
    for (std::size_t i = 0; i < n; ++i) m.points[i * (n + 1)] = 1;
    return m;
}
inline quadrature operator*(const quadrature& a, const quadrature& b) {
    quadrature m{a.dimensions + b.dimensions};
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = 0; j < b.size(); ++j) {
            for (std::size_t d = 0; d < a.dimensions; ++d) m.points.push_back(a.points[i * a.dimensions + d]);
            for (std::size_t d = 0; d < b.dimensions; ++d) m.points.push_back(b.points[j * b.dimensions + d]);
            m.weights.push_back(a.weights[i] * b.weights[j]);
        }
    return m;
}

}  // namespace elbo::laws
