// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/linear_svm.hpp>

namespace elbo::eval {

// A boundary of linear_svm.hpp by dual coordinate descent with shrinking: Hsieh et al. (2008), algorithms 1 and 3. Quick to a rough answer.
//     min over a >= 0 of  |w|^2 / 2 + sum_i a_i^2 / 4C - sum_i a_i,  w = sum_i a_i y_i x_i
// Stops when the projected gradients of a pass lie within `tolerance` of each other, as liblinear does.
struct svm_by_dual_descent : svm_weights {
    std::vector<double>      multipliers;
    std::vector<signed char> sign;
    double                   c;

    template <class IsPositive>
    svm_by_dual_descent(points x, IsPositive is_positive, const svm_options& how, std::uint64_t number = 0)
        : svm_weights{std::vector<double>(x.width + 1, 0.0), how.constant}, multipliers(x.size(), 0.0), sign(x.size()), c(how.c) {
        constexpr double           none = std::numeric_limits<double>::infinity();
        const std::size_t          n = x.size();
        const double               added = 1 / (2 * how.c);
        std::vector<double>        curvature(n);
        std::vector<std::uint32_t> order(n);
        for (std::size_t i = 0; i < n; ++i) {
            curvature[i] = added + how.constant * how.constant;
            for (const float v : x[i]) curvature[i] += static_cast<double>(v) * static_cast<double>(v);
            order[i] = static_cast<std::uint32_t>(i);
            sign[i]  = is_positive(i) ? 1 : -1;
        }
        const draws random(how.seed, "svm", number);
        std::size_t active = n;
        double      shrunk_above = none;
        for (; passes < how.passes; ++passes) {
            double most = -none, least = none;
            for (std::size_t s = 0; s + 1 < active; ++s)
                std::swap(order[s], order[s + random.below(static_cast<std::uint32_t>(active - s), static_cast<std::uint32_t>(passes), static_cast<std::uint32_t>(s))]);
            for (std::size_t s = 0; s < active;) {
                const std::size_t i = order[s];
                double&           a = multipliers[i];
                const double      y = sign[i], slope = y * value(x[i]) - 1 + added * a;
                if (a == 0 && slope > shrunk_above) {  // its constraint is slack and will stay so
                    std::swap(order[s], order[--active]);
                    continue;
                }
                const double projected = a == 0 ? std::min(slope, 0.0) : slope, before = a;
                most = std::max(most, projected), least = std::min(least, projected);
                a = std::max(a - slope / curvature[i], 0.0);
                if (a != before) move(x[i], (a - before) * y);
                ++s;
            }
            shrunk_above = most > 0 ? most : none;
            if (active > 0 && most - least > how.tolerance) continue;
            if (active == n) {
                converged = true;
                break;
            }
            active = n, shrunk_above = none;
        }
    }

    // The primal less the dual objective on the rows it was fitted to: 0 at the optimum, never negative.
    double duality_gap(points x) const {
        double gap = 0;
        for (const double w : weight) gap += w * w;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double a = multipliers[i], short_of = std::max(0.0, 1 - sign[i] * value(x[i]));
            gap += c * short_of * short_of + a * a / (4 * c) - a;
        }
        return gap;
    }
};

}  // namespace elbo::eval
