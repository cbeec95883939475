// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <vector>

// How a handwritten sign looks, whatever sign it is: two numbers of an image of bright strokes on black, and how much of them goes
// from one image to another.

namespace elbo::eval {

// A row of `width` pixels after another.
struct stroke_view {
    std::span<const float> pixels;
    std::size_t            width;

    std::size_t height() const { return pixels.size() / width; }
    double      at(std::size_t row, std::size_t column) const { return static_cast<double>(pixels[row * width + column]); }
};

// By how much it leans to the right for each pixel upwards: -mu_11 / mu_02 of its central moments. 0 for an empty image.
inline double slant(stroke_view image) {
    double mass = 0, across = 0, down = 0;
    for (std::size_t r = 0; r < image.height(); ++r)
        for (std::size_t c = 0; c < image.width; ++c) {
            const double m = image.at(r, c);
            mass += m, across += m * static_cast<double>(c), down += m * static_cast<double>(r);
        }
    if (mass <= 0) return 0;
    across /= mass, down /= mass;
    double mixed = 0, square = 0;
    for (std::size_t r = 0; r < image.height(); ++r)
        for (std::size_t c = 0; c < image.width; ++c) {
            const double y = static_cast<double>(r) - down;
            mixed += image.at(r, c) * (static_cast<double>(c) - across) * y, square += image.at(r, c) * y * y;
        }
    return square > 0 ? -mixed / square : 0;
}

// The width of a stroke, in pixels: a long one has two edges, so its area is its width times half its edge. The edge is the sum of
// |gradient|.
inline double thickness(stroke_view image) {
    double area = 0, edge = 0;
    for (std::size_t r = 0; r < image.height(); ++r)
        for (std::size_t c = 0; c < image.width; ++c) {
            area += image.at(r, c);
            const double right = c + 1 < image.width ? image.at(r, c + 1) - image.at(r, c) : 0;
            const double below = r + 1 < image.height() ? image.at(r + 1, c) - image.at(r, c) : 0;
            edge += std::sqrt(right * right + below * below);
        }
    return edge > 0 ? 2 * area / edge : 0;
}

// Pearson's, of pairs; 0 where one of the two does not vary.
inline double correlation(std::span<const double> x, std::span<const double> y) {
    if (x.size() != y.size() || x.empty()) throw std::invalid_argument("a correlation is of pairs");
    const double n  = static_cast<double>(x.size());
    double       mx = 0, my = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) mx += x[i] / n, my += y[i] / n;
    for (std::size_t i = 0; i < x.size(); ++i) xx += (x[i] - mx) * (x[i] - mx), yy += (y[i] - my) * (y[i] - my), xy += (x[i] - mx) * (y[i] - my);
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

// The root of the mean squared distance between two images of the same class: sqrt(2 x the total variance), a mean over classes
// weighed by their images.
inline double distance_within_classes(std::span<const float> images, std::span<const float> classes) {
    if (classes.empty() || images.size() % classes.size() != 0) throw std::invalid_argument("every image has one class");
    const std::size_t                size = images.size() / classes.size();
    std::vector<std::vector<double>> sums, squares;
    std::vector<double>              counts;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const auto of = static_cast<std::size_t>(classes[i]);
        if (of >= sums.size()) sums.resize(of + 1, std::vector<double>(size)), squares.resize(of + 1, std::vector<double>(size)), counts.resize(of + 1);
        ++counts[of];
        for (std::size_t k = 0; k < size; ++k) {
            const double v = static_cast<double>(images[i * size + k]);
            sums[of][k] += v, squares[of][k] += v * v;
        }
    }
    double total = 0, seen = 0;
    for (std::size_t c = 0; c < sums.size(); ++c) {
        if (counts[c] < 2) continue;
        double variance = 0;
        for (std::size_t k = 0; k < size; ++k) variance += (squares[c][k] - sums[c][k] * sums[c][k] / counts[c]) / (counts[c] - 1);
        total += counts[c] * std::sqrt(2 * variance), seen += counts[c];
    }
    return seen > 0 ? total / seen : 0;
}

}  // namespace elbo::eval
