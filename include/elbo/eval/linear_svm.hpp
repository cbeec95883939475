// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/eval/points.hpp>
#include <elbo/machine/triangle.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbo::eval {

// min over w of  |w|^2 / 2 + C sum_i max(0, 1 - y_i w x_i)^2,  y_i = +-1, x with a constant beside it: the bias is
// regularised as every weight, as in liblinear.
struct svm_options {
    double        c         = 1;
    double        tolerance = 1e-4;  // of the solver: see there
    std::size_t   passes    = 1000;
    double        constant  = 1;     // what stands beside x
    std::uint64_t seed      = 1;
};

// A boundary: w, the last number of it the constant's.
struct svm_weights {
    std::vector<double> weight;
    double              constant  = 1;
    std::size_t         passes    = 0;
    bool                converged = false;

    double value(std::span<const float> x) const { return inner_product(weight.data(), x) + weight.back() * constant; }
    void   move(std::span<const float> x, double by) {
        for (std::size_t j = 0; j < x.size(); ++j) weight[j] += by * static_cast<double>(x[j]);
        weight.back() += by * constant;
    }
};

// X' X of some rows of x with the constant beside them, kept up as rows come and go: what goes is taken away again. Blocks of rows are
// multiplied in float and added up in double.
class squares_of_rows {
public:
    squares_of_rows(points x, double constant)
        : x_(x), constant_(static_cast<float>(constant)), wide_((x.width + lanes) / lanes * lanes), has_(x.size(), false), sums_(wide_ * wide_, 0.0),
          rows_(together * wide_, 0.0f), signs_(together, 0.0f), product_(wide_ * wide_) {}

    // From now on of the rows for whose number it is true.
    template <class Wanted>
    void keep(Wanted wanted) {
        for (std::size_t i = 0; i < x_.size(); ++i)
            if (wanted(i) != has_[i]) {
                put(i, has_[i] ? -1.0f : 1.0f);
                has_[i] = !has_[i];
            }
        add();
    }
    double operator()(std::size_t i, std::size_t j) const { return sums_[std::min(i, j) * wide_ + std::max(i, j)]; }

private:
    static constexpr std::size_t lanes = 16, several = 8, tile = 32, together = 256;

    void put(std::size_t i, float sign) {
        std::copy_n(x_[i].data(), x_.width, &rows_[count_ * wide_]);
        rows_[count_ * wide_ + x_.width] = constant_;
        signs_[count_] = sign;
        if (++count_ == together) add();
    }
    // Row i of the product from column i on, a tile of i at a time, so that it stays near while rows go by.
    void add() {
        if (count_ == 0) return;
        for (; count_ % several != 0; ++count_) signs_[count_] = 0;
        std::fill(product_.begin(), product_.end(), 0.0f);
        for (std::size_t first = 0; first < wide_; first += tile)
            for (std::size_t r = 0; r < count_; r += several)
                for (std::size_t i = first; i < std::min(wide_, first + tile); ++i) add_products(i, r);
        for (std::size_t i = 0; i < wide_; ++i)
            for (std::size_t j = i; j < wide_; ++j) sums_[i * wide_ + j] += static_cast<double>(product_[i * wide_ + j]);
        count_ = 0;
    }
    void add_products(std::size_t i, std::size_t r) {
        const float* const rows = &rows_[r * wide_];
        float              factor[several];
        for (std::size_t k = 0; k < several; ++k) factor[k] = signs_[r + k] * rows[k * wide_ + i];
        for (std::size_t j = i / lanes * lanes; j < wide_; j += lanes) {
            float* const to = &product_[i * wide_ + j];
            float        sum[lanes];
            for (std::size_t l = 0; l < lanes; ++l) sum[l] = to[l];
            for (std::size_t k = 0; k < several; ++k)
                for (std::size_t l = 0; l < lanes; ++l) sum[l] += factor[k] * rows[k * wide_ + j + l];
            for (std::size_t l = 0; l < lanes; ++l) to[l] = sum[l];
        }
    }

    points              x_;
    float               constant_;
    std::size_t         wide_, count_ = 0;  // wide_: whole lanes, the last of them zeros
    std::vector<bool>   has_;
    std::vector<double> sums_;
    std::vector<float>  rows_, signs_, product_;
};

// One class (`is_positive` of a row's number) against the rest by Newton's method: Keerthi and DeCoste (2005). Within the
// rows that fall short of their margin the objective is quadratic, and its least is the solution of as many equations as there are
// weights; a step ends where the objective is least along its line. Few passes, exact: stops when the gradient is `tolerance` of
// what it was at 0.
struct svm_by_newton : svm_weights {
    template <class IsPositive>
    svm_by_newton(points x, IsPositive is_positive, const svm_options& how, std::uint64_t = 0) : svm_weights{std::vector<double>(x.width + 1, 0.0), how.constant} {
        const std::size_t   n = x.size(), d = x.width + 1;
        std::vector<double> y(n), margin(n, 0.0), along(n), step(d), curve(d * d), lower(d * d);
        squares_of_rows     squares(x, constant);
        for (std::size_t i = 0; i < n; ++i) y[i] = is_positive(i) ? 1 : -1;
        for (double first = 0; passes < how.passes; ++passes) {
            // slope = w - 2 C sum over short rows of y (1 - m) x
            svm_weights slope{weight, constant};
            for (std::size_t i = 0; i < n; ++i)
                if (margin[i] < 1) slope.move(x[i], -2 * how.c * y[i] * (1 - margin[i]));
            const double now = norm(slope.weight);
            if (passes == 0) first = now;
            if (!std::isfinite(now)) break;
            if (now <= how.tolerance * first) {
                converged = true;
                break;
            }
            // (I + 2 C X' X of the short rows) step = -slope
            squares.keep([&](std::size_t i) { return margin[i] < 1; });
            for (std::size_t i = 0; i < d; ++i)
                for (std::size_t j = 0; j < d; ++j) curve[i * d + j] = 2 * how.c * squares(i, j) + (i == j ? 1 : 0);
            solve(curve, lower, slope.weight, step);
            const svm_weights s{step, constant};
            for (std::size_t i = 0; i < n; ++i) along[i] = y[i] * s.value(x[i]);
            const double t = least_along(margin, along, step, how.c);
            for (std::size_t j = 0; j < d; ++j) weight[j] += t * step[j];
            for (std::size_t i = 0; i < n; ++i) margin[i] += t * along[i];
        }
    }

private:
    static double norm(const std::vector<double>& v) {
        double sum = 0;
        for (const double x : v) sum += x * x;
        return std::sqrt(sum);
    }
    // step = -curve^-1 slope. Where rounding has taken more from the curve than the 1 on its diagonal, more is put there.
    static void solve(std::vector<double>& curve, std::vector<double>& lower, const std::vector<double>& slope, std::vector<double>& step) {
        const int    d       = static_cast<int>(slope.size());
        double       largest = 0;
        for (std::size_t i = 0; i < curve.size(); i += slope.size() + 1) largest = std::max(largest, curve[i]);
        for (double more = 1e-7 * largest;; more *= 10) {
            cholesky_triangle(curve.data(), lower.data(), d);
            const bool is_solved = std::all_of(lower.begin(), lower.end(), [](double v) { return std::isfinite(v); });
            if (is_solved || !(more < largest)) break;  // of rows that are not numbers nothing can be made
            for (std::size_t i = 0; i < curve.size(); i += slope.size() + 1) curve[i] += more;
        }
        std::vector<double> half(slope.size());
        solve_triangle(lower.data(), slope.data(), half.data(), d, 1, false);
        solve_triangle(lower.data(), half.data(), step.data(), d, 1, true);
        for (double& v : step) v = -v;
    }
    // The root of the slope along the line, which rises with t, piecewise linear: between two bounds by Newton's steps.
    double least_along(const std::vector<double>& margin, const std::vector<double>& along, const std::vector<double>& step, double c) const {
        double ws = 0, ss = 0, low = 0, high = 1e300, t = 1;
        for (std::size_t j = 0; j < step.size(); ++j) ws += weight[j] * step[j], ss += step[j] * step[j];
        for (int turn = 0; turn < 60; ++turn) {
            double slope = ws + t * ss, curve = ss;
            for (std::size_t i = 0; i < margin.size(); ++i)
                if (const double m = margin[i] + t * along[i]; m < 1) slope -= 2 * c * (1 - m) * along[i], curve += 2 * c * along[i] * along[i];
            (slope > 0 ? high : low) = t;
            double next = t - slope / curve;
            if (!(next > low && next < high)) next = high < 1e300 ? (low + high) / 2 : 2 * t;
            if (std::abs(next - t) <= 1e-12 * t) break;
            t = next;
        }
        return t;
    }
};

// A boundary for each class against the rest; the largest value wins.
template <class Boundary = svm_by_newton>
class linear_svm {
public:
    linear_svm(points x, class_labels y, const svm_options& how = {}) {
        one_label_a_row(x, y);
        for (std::size_t c = 0, count = class_count(y); c < count; ++c)
            boundaries_.emplace_back(x, [&](std::size_t i) { return y[i] == c; }, how, c);
    }
    std::uint8_t class_of(std::span<const float> x) const {
        std::size_t best = 0;
        double      most = -std::numeric_limits<double>::infinity();
        for (std::size_t c = 0; c < boundaries_.size(); ++c)
            if (const double v = boundaries_[c].value(x); v > most) best = c, most = v;
        return static_cast<std::uint8_t>(best);
    }
    std::vector<std::uint8_t> classes_of(points x) const {
        if (!boundaries_.empty()) as_wide(boundaries_[0].weight.size() - 1, x);
        return classes_by(x, [&](std::span<const float> row) { return class_of(row); });
    }
    double accuracy(points x, class_labels y) const {
        one_label_a_row(x, y);
        return agreement(classes_of(x), y);
    }
    std::span<const Boundary> boundaries() const { return boundaries_; }
    bool                      converged() const {
        return std::all_of(boundaries_.begin(), boundaries_.end(), [](const Boundary& b) { return b.converged; });
    }

private:
    std::vector<Boundary> boundaries_;
};

}  // namespace elbo::eval
