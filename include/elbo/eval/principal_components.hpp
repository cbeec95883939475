// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/points.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace elbo::eval {

// Eigenvalues from large to small, and an eigenvector for each: row i of `vectors`, of length one.
struct eigen_system {
    std::vector<double> values, vectors;
};

// Of a small symmetric matrix (n, n): Jacobi's rotations, until what is off the diagonal is nothing beside it.
inline eigen_system symmetric_eigen(std::vector<double> a, std::size_t n) {
    std::vector<double> v(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1;
    const auto rotate = [n](double* x, double* y, std::size_t step, double c, double s) {
        for (std::size_t k = 0; k < n; ++k) {
            const double p = x[k * step], q = y[k * step];
            x[k * step] = c * p - s * q, y[k * step] = s * p + c * q;
        }
    };
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0, on = 0;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) (i == j ? on : off) += a[i * n + j] * a[i * n + j];
        if (off <= 1e-30 * on) break;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) {
                if (a[p * n + q] == 0) continue;
                const double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);  // cot 2 phi
                const double t     = (theta < 0 ? -1 : 1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                const double c = 1 / std::sqrt(t * t + 1), s = t * c;
                rotate(&a[p * n], &a[q * n], 1, c, s);
                rotate(&a[p], &a[q], n, c, s);
                rotate(&v[p * n], &v[q * n], 1, c, s);
            }
    }
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) { return a[i * n + i] > a[j * n + j]; });
    eigen_system found{std::vector<double>(n), std::vector<double>(n * n)};
    for (std::size_t i = 0; i < n; ++i) {
        found.values[i] = a[order[i] * n + order[i]];
        std::copy_n(&v[order[i] * n], n, &found.vectors[i * n]);
    }
    return found;
}

namespace spectral {

inline double dot(const double* a, const double* b, std::size_t n) {
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i) sum += a[i] * b[i];
    return sum;
}
// Rows become orthonormal: Gram and Schmidt, twice, which is enough (Giraud et al. 2005).
inline void orthonormalise(std::vector<double>& rows, std::size_t count, std::size_t n) {
    for (std::size_t i = 0; i < count; ++i) {
        double* x = &rows[i * n];
        for (int time = 0; time < 2; ++time)
            for (std::size_t j = 0; j < i; ++j) {
                const double* y = &rows[j * n];
                const double  d = dot(x, y, n);
                for (std::size_t k = 0; k < n; ++k) x[k] -= d * y[k];
            }
        const double norm = std::sqrt(dot(x, x, n));
        for (std::size_t k = 0; k < n && norm > 0; ++k) x[k] /= norm;
    }
}

}  // namespace spectral

// The `wanted` largest of a positive semidefinite matrix (n, n): subspace iteration with Rayleigh and Ritz's step, on more
// vectors than are wanted, until the residual |A v - lambda v| of each is nothing beside the largest eigenvalue.
inline eigen_system largest_eigen(const std::vector<double>& a, std::size_t n, std::size_t wanted, std::uint64_t seed = 1) {
    const std::size_t p = std::min(n, 2 * wanted + 8);
    eigen_system      found;
    if (n <= 32) found = symmetric_eigen(a, n);
    else {
        const draws         random(seed, "subspace");
        std::vector<double> basis(p * n), image(p * n), small(p * p), turned(p * n), turned_image(p * n);
        for (std::size_t i = 0; i < basis.size(); ++i) basis[i] = random.normal(static_cast<std::uint32_t>(i));
        for (int turn = 0; turn < 1000; ++turn) {
            spectral::orthonormalise(basis, p, n);
            for (std::size_t i = 0; i < p; ++i)
                for (std::size_t r = 0; r < n; ++r) image[i * n + r] = spectral::dot(&a[r * n], &basis[i * n], n);
            for (std::size_t i = 0; i < p; ++i)
                for (std::size_t j = 0; j < p; ++j) small[i * p + j] = (spectral::dot(&basis[i * n], &image[j * n], n) + spectral::dot(&basis[j * n], &image[i * n], n)) / 2;
            const eigen_system inner = symmetric_eigen(small, p);
            std::fill(turned.begin(), turned.end(), 0.0), std::fill(turned_image.begin(), turned_image.end(), 0.0);
            for (std::size_t i = 0; i < p; ++i)
                for (std::size_t j = 0; j < p; ++j)
                    for (std::size_t k = 0; k < n; ++k) {
                        turned[i * n + k] += inner.vectors[i * p + j] * basis[j * n + k];
                        turned_image[i * n + k] += inner.vectors[i * p + j] * image[j * n + k];
                    }
            found       = {inner.values, turned};
            double most = 0;
            for (std::size_t i = 0; i < wanted && i < p; ++i)
                for (std::size_t k = 0; k < n; ++k) most = std::max(most, std::abs(turned_image[i * n + k] - inner.values[i] * turned[i * n + k]));
            if (most <= 1e-10 * inner.values[0]) break;
            basis = turned_image;
        }
    }
    found.values.resize(wanted), found.vectors.resize(wanted * n);
    return found;
}

// The directions in which rows vary most, fitted to these rows.     x -> V (x - mean), V (kept, width)
class principal_components {
public:
    principal_components(points x, std::size_t kept) : mean_(x.width, 0.0) {
        const std::size_t d = x.width, n = x.size();
        if (kept == 0 || kept > d || n < 2) throw std::invalid_argument("expected from 1 to " + std::to_string(d) + " components of 2 rows or more, got " + std::to_string(kept) + " of " + std::to_string(n));
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < d; ++j) mean_[j] += static_cast<double>(x[i][j]) / static_cast<double>(n);
        std::vector<double> covariance(d * d, 0.0), off(d);
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < d; ++j) off[j] = static_cast<double>(x[i][j]) - mean_[j];
            for (std::size_t r = 0; r < d; ++r)
                for (std::size_t c = r; c < d; ++c) covariance[r * d + c] += off[r] * off[c];
        }
        for (std::size_t r = 0; r < d; ++r)
            for (std::size_t c = r; c < d; ++c) covariance[c * d + r] = covariance[r * d + c] /= static_cast<double>(n - 1);
        for (std::size_t j = 0; j < d; ++j) total_ += covariance[j * d + j];
        found_ = largest_eigen(covariance, d, kept);
    }

    std::size_t             kept() const { return found_.values.size(); }
    std::span<const double> mean() const { return mean_; }
    std::span<const double> variances() const { return found_.values; }
    std::span<const double> direction(std::size_t i) const { return std::span(found_.vectors).subspan(i * mean_.size(), mean_.size()); }
    // The part of all variance that lies along the directions kept.
    double explained() const { return std::accumulate(found_.values.begin(), found_.values.end(), 0.0) / total_; }

    std::vector<float> project(points x) const {
        as_wide(mean_.size(), x);
        std::vector<float> codes(x.size() * kept());
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t k = 0; k < kept(); ++k) {
                double sum = 0;
                for (std::size_t j = 0; j < x.width; ++j) sum += direction(k)[j] * (static_cast<double>(x[i][j]) - mean_[j]);
                codes[i * kept() + k] = static_cast<float>(sum);
            }
        return codes;
    }
    // The nearest point of the plane that the directions span: V' code + mean.
    std::vector<float> restore(points codes) const {
        as_wide(kept(), codes);
        std::vector<float> x(codes.size() * mean_.size());
        for (std::size_t i = 0; i < codes.size(); ++i)
            for (std::size_t j = 0; j < mean_.size(); ++j) {
                double sum = mean_[j];
                for (std::size_t k = 0; k < kept(); ++k) sum += direction(k)[j] * static_cast<double>(codes[i][k]);
                x[i * mean_.size() + j] = static_cast<float>(sum);
            }
        return x;
    }

private:
    std::vector<double> mean_;
    eigen_system        found_;
    double              total_ = 0;
};

}  // namespace elbo::eval
