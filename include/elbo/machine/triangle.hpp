// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cmath>

namespace elbo {

// Small triangular systems of one row: what `solve` and `cholesky` mean, on any machine with a cache.

template <class T>
ELBO_HD void solve_triangle(const T* lower, const T* b, T* y, int order, int columns, bool transposed) {
    for (int c = 0; c < columns; ++c)
        for (int step = 0; step < order; ++step) {
            const int r = transposed ? order - 1 - step : step;
            T         s = b[r * columns + c];
            for (int done = 0; done < step; ++done) {
                const int k = transposed ? order - 1 - done : done;
                s -= (transposed ? lower[k * order + r] : lower[r * order + k]) * y[k * columns + c];
            }
            y[r * columns + c] = s / lower[r * order + r];
        }
}

template <class T>
ELBO_HD void cholesky_triangle(const T* a, T* lower, int order) {
    using std::sqrt;
    for (int r = 0; r < order; ++r)
        for (int c = 0; c < order; ++c) {
            if (c > r) {
                lower[r * order + c] = T(0);
                continue;
            }
            T s = a[r * order + c];
            for (int k = 0; k < c; ++k) s -= lower[r * order + k] * lower[c * order + k];
            lower[r * order + c] = r == c ? sqrt(s) : s / lower[c * order + c];
        }
}

}  // namespace elbo
