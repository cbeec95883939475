// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/points.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbo::eval {

// min over w of  |w|^2 / 2 + C sum_i max(0, 1 - y_i w x_i)^2,  y_i = +-1, x with a constant beside it: the bias is
// regularised as every weight, as in liblinear.
struct svm_options {
    double        c         = 1;
    double        tolerance = 1e-4;  // of the projected gradient of the dual, as liblinear's
    std::size_t   passes    = 1000;
    double        constant  = 1;     // what stands beside x
    std::uint64_t seed      = 1;
};

// One class against the rest, by dual coordinate descent with shrinking: Hsieh et al. (2008), algorithms 1 and 3.
//     min over a >= 0 of  |w|^2 / 2 + sum_i a_i^2 / 4C - sum_i a_i,  w = sum_i a_i y_i x_i
class svm_boundary {
public:
    template <class IsPositive>
    svm_boundary(points x, IsPositive is_positive, const svm_options& how, std::uint64_t number = 0) : weight_(x.width + 1, 0.0), how_(how) {
        const std::size_t         n = x.size();
        const double              added = 1 / (2 * how.c);
        std::vector<double>       curvature(n);
        std::vector<std::uint32_t> order(n);
        std::vector<signed char>  sign(n);
        multipliers_.assign(n, 0.0);
        for (std::size_t i = 0; i < n; ++i) {
            curvature[i] = added + how.constant * how.constant;
            for (const float v : x[i]) curvature[i] += static_cast<double>(v) * static_cast<double>(v);
            order[i] = static_cast<std::uint32_t>(i);
            sign[i]  = is_positive(i) ? 1 : -1;
        }
        const draws random(how.seed, "svm", number);
        std::size_t active = n;
        double      shrunk_above = std::numeric_limits<double>::infinity();
        for (passes_ = 0; passes_ < how.passes; ++passes_) {
            double most = -std::numeric_limits<double>::infinity(), least = -most;
            for (std::size_t s = 0; s + 1 < active; ++s) {
                const auto left = static_cast<std::uint32_t>(active - s);
                std::swap(order[s], order[s + random.below(left, static_cast<std::uint32_t>(passes_), static_cast<std::uint32_t>(s))]);
            }
            for (std::size_t s = 0; s < active; ++s) {
                const std::size_t i = order[s];
                double&           a = multipliers_[i];
                const double      y = sign[i], slope = y * value(x[i]) - 1 + added * a;
                if (a == 0 && slope > shrunk_above) {  // its constraint is slack and will stay so
                    std::swap(order[s--], order[--active]);
                    continue;
                }
                const double projected = a == 0 ? std::min(slope, 0.0) : slope;
                most = std::max(most, projected), least = std::min(least, projected);
                if (projected == 0) continue;
                const double before = a;
                a                   = std::max(a - slope / curvature[i], 0.0);
                move(x[i], (a - before) * y);
            }
            shrunk_above = most > 0 ? most : std::numeric_limits<double>::infinity();
            if (active == 0 || most - least <= how.tolerance) {
                if (active == n) {
                    converged_ = true;
                    break;
                }
                active = n, shrunk_above = std::numeric_limits<double>::infinity();
            }
        }
        sign_ = std::move(sign);
    }

    double value(std::span<const float> x) const {
        double sum = weight_.back() * how_.constant;
        for (std::size_t j = 0; j < x.size(); ++j) sum += weight_[j] * static_cast<double>(x[j]);
        return sum;
    }
    std::span<const double> weight() const { return weight_; }  // the last is the constant's
    std::span<const double> multipliers() const { return multipliers_; }
    std::size_t             passes() const { return passes_; }
    bool                    converged() const { return converged_; }

    // The primal less the dual objective on the rows it was fitted to: 0 at the optimum, never negative.
    double duality_gap(points x) const {
        double gap = 0;
        for (const double w : weight_) gap += w * w;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double a = multipliers_[i], short_of = std::max(0.0, 1 - sign_[i] * value(x[i]));
            gap += how_.c * short_of * short_of + a * a / (4 * how_.c) - a;
        }
        return gap;
    }

private:
    void move(std::span<const float> x, double by) {
        for (std::size_t j = 0; j < x.size(); ++j) weight_[j] += by * static_cast<double>(x[j]);
        weight_.back() += by * how_.constant;
    }

    std::vector<double>      weight_, multipliers_;
    std::vector<signed char> sign_;
    svm_options              how_;
    std::size_t              passes_    = 0;
    bool                     converged_ = false;
};

// A boundary for each class against the rest; the largest value wins.
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
        if (!boundaries_.empty()) as_wide(boundaries_[0].weight().size() - 1, x);
        std::vector<std::uint8_t> found(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) found[i] = class_of(x[i]);
        return found;
    }
    double accuracy(points x, class_labels y) const {
        one_label_a_row(x, y);
        return agreement(classes_of(x), y);
    }
    std::span<const svm_boundary> boundaries() const { return boundaries_; }
    bool                          converged() const {
        return std::all_of(boundaries_.begin(), boundaries_.end(), [](const svm_boundary& b) { return b.converged(); });
    }

private:
    std::vector<svm_boundary> boundaries_;
};

}  // namespace elbo::eval
