// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/points.hpp>

#include <algorithm>
#include <cmath>

namespace elbo::eval {

// t-SNE, van der Maaten and Hinton (2008): a plane in which neighbours stay neighbours. Exact, n^2 numbers: for a few
// thousand points.
struct tsne_options {
    double        perplexity = 30;
    std::size_t   steps = 1000, exaggerated = 250;  // of them
    double        exaggeration = 12;
    double        rate         = 0;                 // 0: n / exaggeration, at least 50
    std::uint64_t seed         = 1;
};

namespace embedding {

// p(j|i) of one row of squared distances, whose entropy is log perplexity: section 2, by bisection. Row i itself has 0.
inline void neighbourhood(std::span<const double> squared, std::size_t i, double perplexity, std::span<double> p) {
    double nearest = 1e300;
    for (std::size_t j = 0; j < squared.size(); ++j)
        if (j != i) nearest = std::min(nearest, squared[j]);
    double low = 0, high = 0, precision = 1;
    for (int turn = 0; turn < 200; ++turn) {
        double sum = 0, energy = 0;
        for (std::size_t j = 0; j < squared.size(); ++j) {
            const double d = squared[j] - nearest;
            p[j]           = j == i ? 0 : std::exp(-precision * d);
            sum += p[j], energy += p[j] * d;
        }
        const double entropy = std::log(sum) + precision * energy / sum, wanted = std::log(perplexity);
        for (double& v : p) v /= sum;
        if (std::abs(entropy - wanted) < 1e-10) break;
        if (entropy > wanted) low = precision, precision = high > 0 ? (low + high) / 2 : precision * 2;
        else high = precision, precision = (low + high) / 2;
    }
}

}  // namespace embedding

// p_ij = (p(j|i) + p(i|j)) / 2n, (n, n): eq. 1 and section 3.1
inline std::vector<float> affinities(points x, double perplexity) {
    const std::size_t n = x.size();
    if (!(perplexity > 1) || perplexity > static_cast<double>(n) - 1)
        throw std::invalid_argument("expected a perplexity between 1 and " + std::to_string(n) + " - 1, got " + std::to_string(perplexity));
    std::vector<double> squared(n), row(n);
    std::vector<float>  p(n * n, 0.0f);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j < n; ++j) squared[j] = squared_distance(x[i], x[j]);
        embedding::neighbourhood(squared, i, perplexity, row);
        for (std::size_t j = 0; j < n; ++j) {
            const float share = static_cast<float>(row[j] / (2 * static_cast<double>(n)));
            p[i * n + j] += share, p[j * n + i] += share;
        }
    }
    return p;
}

// KL(P || Q) of places y (n, 2): q_ij = w_ij / sum w,  w_ij = 1 / (1 + |y_i - y_j|^2): eq. 4
inline double divergence(std::span<const float> p, std::span<const double> y) {
    const std::size_t n   = y.size() / 2;
    double            all = 0, kl = 0, mass = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            if (i == j) continue;
            const double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1], square = dx * dx + dy * dy;
            all += 1 / (1 + square);
            if (const double v = static_cast<double>(p[i * n + j]); v > 0) kl += v * (std::log(v) + std::log1p(square)), mass += v;
        }
    return kl + mass * std::log(all);
}
// Its gradient, eq. 5, with every p times `exaggeration`: slope_i = 4 sum_j (p_ij - q_ij) w_ij (y_i - y_j).
inline void divergence_slope(std::span<const float> p, std::span<const double> y, double exaggeration, std::span<double> slope) {
    const std::size_t   n   = y.size() / 2;
    double              all = -static_cast<double>(n);  // w_ii = 1 is no pair
    std::vector<double> apart(2 * n);
    for (std::size_t i = 0; i < n; ++i) {
        double pull_x = 0, pull_y = 0, push_x = 0, push_y = 0;
        for (std::size_t j = 0; j < n; ++j) {
            const double dx = y[2 * i] - y[2 * j], dy = y[2 * i + 1] - y[2 * j + 1];
            const double w = 1 / (1 + dx * dx + dy * dy), pull = static_cast<double>(p[i * n + j]) * w;
            all += w;
            pull_x += pull * dx, pull_y += pull * dy;
            push_x += w * w * dx, push_y += w * w * dy;
        }
        slope[2 * i] = 4 * exaggeration * pull_x, slope[2 * i + 1] = 4 * exaggeration * pull_y;
        apart[2 * i] = 4 * push_x, apart[2 * i + 1] = 4 * push_y;
    }
    for (std::size_t i = 0; i < 2 * n; ++i) slope[i] -= apart[i] / all;
}

struct embedded {
    std::vector<float> places;      // (n, 2)
    double             divergence;  // KL(P || Q)
};

inline embedded tsne(points x, const tsne_options& how = {}) {
    const std::size_t        n = x.size();
    const std::vector<float> p = affinities(x, how.perplexity);
    std::vector<double>      y(2 * n), slope(2 * n), speed(2 * n, 0.0), gain(2 * n, 1.0);
    const draws              random(how.seed, "tsne");
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = 1e-4 * random.normal(static_cast<std::uint32_t>(i));
    const double rate = how.rate > 0 ? how.rate : std::max(50.0, static_cast<double>(n) / how.exaggeration);
    for (std::size_t step = 0; step < how.steps; ++step) {
        const bool early = step < how.exaggerated;
        divergence_slope(p, y, early ? how.exaggeration : 1, slope);
        for (std::size_t i = 0; i < y.size(); ++i) {  // gains of Jacobs (1988)
            gain[i]  = std::max(0.01, (slope[i] > 0) == (speed[i] > 0) ? gain[i] * 0.8 : gain[i] + 0.2);
            speed[i] = (early ? 0.5 : 0.8) * speed[i] - rate * gain[i] * slope[i];
            y[i] += speed[i];
        }
    }
    embedded found{{}, divergence(p, y)};
    for (const double v : y) found.places.push_back(static_cast<float>(v));
    return found;
}

}  // namespace elbo::eval
