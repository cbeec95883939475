// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace elbo::eval {

// Rows of `width` numbers: codes, pixels, whatever is judged. One label a row stands beside them where there are classes.
struct points {
    std::span<const float> values;
    std::size_t            width;

    points(std::span<const float> numbers, std::size_t numbers_a_row) : values(numbers), width(numbers_a_row) {
        if (width == 0 || values.size() % width != 0)
            throw std::invalid_argument("expected rows of " + std::to_string(width) + " numbers, got " + std::to_string(values.size()) + " in all");
    }
    std::size_t            size() const { return values.size() / width; }
    std::span<const float> operator[](std::size_t i) const { return values.subspan(i * width, width); }
    points                 first(std::size_t count) const { return {values.first(count * width), width}; }
};
using class_labels = std::span<const std::uint8_t>;

inline void one_label_a_row(points x, class_labels y) {
    if (x.size() != y.size()) throw std::invalid_argument("expected a label for every row, " + std::to_string(x.size()) + ", got " + std::to_string(y.size()));
}
// Rows of another width: what two sets of points cannot have if they are to be compared.
inline void as_wide(std::size_t width, points x) {
    if (x.width != width) throw std::invalid_argument("expected rows of " + std::to_string(width) + " numbers, got rows of " + std::to_string(x.width));
}

// Classes are 0 ... count - 1.
inline std::size_t class_count(class_labels y) {
    std::size_t count = 0;
    for (const std::uint8_t c : y) count = c >= count ? std::size_t{c} + 1 : count;
    return count;
}

// w x, in eight sums that stand beside each other in a register.
inline double inner_product(const double* w, std::span<const float> x) {
    double            part[8] = {};
    const std::size_t whole = x.size() / 8 * 8;
    for (std::size_t j = 0; j < whole; j += 8)
        for (std::size_t k = 0; k < 8; ++k) part[k] += w[j + k] * static_cast<double>(x[j + k]);
    for (std::size_t j = whole; j < x.size(); ++j) part[j - whole] += w[j] * static_cast<double>(x[j]);
    return ((part[0] + part[1]) + (part[2] + part[3])) + ((part[4] + part[5]) + (part[6] + part[7]));
}
inline double squared_distance(std::span<const float> a, std::span<const float> b) {
    double sum = 0;
    for (std::size_t j = 0; j < a.size(); ++j) {
        const double d = static_cast<double>(a[j]) - static_cast<double>(b[j]);
        sum += d * d;
    }
    return sum;
}

// class_of(row) of each row.
template <class ClassOf>
std::vector<std::uint8_t> classes_by(points x, ClassOf class_of) {
    std::vector<std::uint8_t> found(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) found[i] = class_of(x[i]);
    return found;
}
// The part of the labels that were found.
inline double agreement(class_labels found, class_labels y) {
    std::size_t right = 0;
    for (std::size_t i = 0; i < y.size(); ++i) right += found[i] == y[i];
    return y.empty() ? 0 : static_cast<double>(right) / static_cast<double>(y.size());
}

}  // namespace elbo::eval
