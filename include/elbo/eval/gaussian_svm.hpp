// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/linear_svm.hpp>

namespace elbo::eval {

// Boundaries that bend, for as many rows as a matrix of all pairs of them has room for: each class against the rest, with the
// kernel k(x, x') = exp(-gamma |x - x'|^2) + constant^2, the largest value wins.
//     min over a >= 0 of  sum_ij a_i a_j y_i y_j k(x_i, x_j) / 2 + sum_i a_i^2 / 4C - sum_i a_i
// by coordinate descent, as svm_dual.hpp's, with the value at each row kept up to date instead of a weight.
class gaussian_svm {
public:
    gaussian_svm(points x, class_labels y, double gamma, const svm_options& how = {})
        : values_(x.values.begin(), x.values.end()), width_(x.width), gamma_(gamma), constant_(how.constant) {
        one_label_a_row(x, y);
        const std::size_t  n = x.size();
        std::vector<float> kernel(n * n);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j <= i; ++j) kernel[i * n + j] = kernel[j * n + i] = static_cast<float>(similarity(x[i], x[j]));
        for (std::size_t c = 0, count = class_count(y); c < count; ++c) fit(kernel, y, c, how);
    }

    std::uint8_t class_of(std::span<const float> x) const {
        const points        rows(values_, width_);
        std::vector<double> sum(weight_.size(), 0.0);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const double k = similarity(rows[i], x);
            for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight_[c][i] * k;
        }
        return static_cast<std::uint8_t>(std::max_element(sum.begin(), sum.end()) - sum.begin());
    }
    std::vector<std::uint8_t> classes_of(points x) const {
        as_wide(width_, x);
        return classes_by(x, [&](std::span<const float> row) { return class_of(row); });
    }
    double accuracy(points x, class_labels y) const {
        one_label_a_row(x, y);
        return agreement(classes_of(x), y);
    }
    bool converged() const { return converged_; }
    // The primal less the dual objective, summed over classes: 0 at the optimum, never negative.
    double duality_gap() const { return gap_; }

private:
    double similarity(std::span<const float> a, std::span<const float> b) const { return std::exp(-gamma_ * squared_distance(a, b)) + constant_ * constant_; }

    void fit(const std::vector<float>& kernel, class_labels y, std::size_t of, const svm_options& how) {
        const std::size_t   n = y.size();
        const double        added = 1 / (2 * how.c);
        std::vector<double> a(n, 0.0), value(n, 0.0), weight(n, 0.0);
        const auto          sign = [&](std::size_t i) { return y[i] == of ? 1.0 : -1.0; };
        std::vector<std::uint32_t> order(n);
        for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
        const draws random(how.seed, "gaussian svm", of);
        bool        done = n == 0;
        for (std::size_t pass = 0; pass < how.passes && !done; ++pass) {
            double most = 0, least = 0;
            for (std::size_t s = 0; s + 1 < n; ++s)
                std::swap(order[s], order[s + random.below(static_cast<std::uint32_t>(n - s), static_cast<std::uint32_t>(pass), static_cast<std::uint32_t>(s))]);
            for (const std::size_t i : order) {
                const double slope = sign(i) * value[i] - 1 + added * a[i], projected = a[i] == 0 ? std::min(slope, 0.0) : slope, before = a[i];
                most = std::max(most, projected), least = std::min(least, projected);
                a[i] = std::max(a[i] - slope / (static_cast<double>(kernel[i * n + i]) + added), 0.0);
                if (a[i] == before) continue;
                const double by = (a[i] - before) * sign(i);
                const float* k  = kernel.data() + i * n;
                for (std::size_t j = 0; j < n; ++j) value[j] += by * static_cast<double>(k[j]);
            }
            done = most - least <= how.tolerance;
        }
        for (std::size_t i = 0; i < n; ++i) {
            weight[i]             = a[i] * sign(i);
            const double short_of = std::max(0.0, 1 - sign(i) * value[i]);
            gap_ += weight[i] * value[i] + how.c * short_of * short_of + a[i] * a[i] / (4 * how.c) - a[i];
        }
        converged_ = converged_ && done;
        weight_.push_back(std::move(weight));
    }

    std::vector<float>               values_;
    std::size_t                      width_;
    double                           gamma_, constant_;
    std::vector<std::vector<double>> weight_;  // by class, by row
    bool                             converged_ = true;
    double                           gap_       = 0;
};

}  // namespace elbo::eval
