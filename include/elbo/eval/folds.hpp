// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/eval/points.hpp>
#include <elbo/io/batches.hpp>

#include <algorithm>
#include <cmath>

namespace elbo::eval {

inline void some_folds(std::size_t count, std::size_t k) {
    if (k < 2 || k > count) throw std::invalid_argument("expected from 2 to " + std::to_string(count) + " folds, got " + std::to_string(k));
}

// Which of k parts each of `count` rows is in: their sizes differ by one at most.
inline std::vector<std::size_t> plain_folds(std::size_t count, std::size_t k, std::uint64_t seed) {
    some_folds(count, k);
    const data::permutation  order(count, seed, "folds");
    std::vector<std::size_t> part(count);
    for (std::size_t i = 0; i < count; ++i) part[order(i)] = i % k;
    return part;
}
// The same of each class: in every part a class has its share, to one row. Parts differ by one at most.
inline std::vector<std::size_t> stratified_folds(class_labels y, std::size_t k, std::uint64_t seed) {
    some_folds(y.size(), k);
    const data::permutation  order(y.size(), seed, "folds");
    std::vector<std::size_t> part(y.size());
    for (std::size_t c = 0, at = 0; c < class_count(y); ++c)
        for (std::size_t i = 0; i < y.size(); ++i)
            if (const std::size_t row = order(i); y[row] == c) part[row] = at++ % k;  // goes on from class to class
    return part;
}

// The rows in which `wanted` holds, with their labels.
struct labelled_points {
    std::vector<float>        values;
    std::vector<std::uint8_t> labels;
    std::size_t               width = 0;

    points rows() const { return {values, width}; }
};
template <class Wanted>
labelled_points rows_where(points x, class_labels y, Wanted wanted) {
    one_label_a_row(x, y);
    labelled_points some{{}, {}, x.width};
    for (std::size_t i = 0; i < x.size(); ++i)
        if (wanted(i)) some.values.insert(some.values.end(), x[i].begin(), x[i].end()), some.labels.push_back(y[i]);
    return some;
}

// (x - mean) / deviation of each column, as they are in the rows that it is fitted to. A constant column becomes 0.
class standardisation {
public:
    explicit standardisation(points x) : mean_(x.width, 0.0), scale_(x.width, 0.0) {
        const double n = static_cast<double>(x.size());
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = 0; j < x.width; ++j) mean_[j] += static_cast<double>(x[i][j]);
        for (double& m : mean_) m /= n;
        for (std::size_t i = 0; i < x.size(); ++i)
            for (std::size_t j = 0; j < x.width; ++j) {
                const double d = static_cast<double>(x[i][j]) - mean_[j];
                scale_[j] += d * d / n;
            }
        for (double& s : scale_) s = s > 0 ? 1 / std::sqrt(s) : 0;
    }
    std::vector<float> operator()(points x) const {
        as_wide(mean_.size(), x);
        std::vector<float> out(x.values.size());
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = static_cast<float>((static_cast<double>(x.values[i]) - mean_[i % x.width]) * scale_[i % x.width]);
        return out;
    }

private:
    std::vector<double> mean_, scale_;
};

struct spread_of_scores {
    double mean = 0, deviation = 0;  // the deviation of single scores, by n - 1
};
inline spread_of_scores spread_of(std::span<const double> scores) {
    spread_of_scores s;
    for (const double v : scores) s.mean += v / static_cast<double>(scores.size());
    for (const double v : scores) s.deviation += (v - s.mean) * (v - s.mean);
    s.deviation = scores.size() > 1 ? std::sqrt(s.deviation / static_cast<double>(scores.size() - 1)) : 0;
    return s;
}

// score(rest, held) of each part: fitted on the others, judged on that one. Whatever is fitted, a standardisation as
// well, is fitted within `score`, so that nothing held out has been seen.
template <class Score>
std::vector<double> cross_validated(points x, class_labels y, const std::vector<std::size_t>& part, Score score) {
    one_label_a_row(x, y);
    const std::size_t   k = part.empty() ? 0 : *std::max_element(part.begin(), part.end()) + 1;
    std::vector<double> scores;
    for (std::size_t f = 0; f < k; ++f) {
        const labelled_points rest = rows_where(x, y, [&](std::size_t i) { return part[i] != f; });
        const labelled_points held = rows_where(x, y, [&](std::size_t i) { return part[i] == f; });
        scores.push_back(score(rest, held));
    }
    return scores;
}

}  // namespace elbo::eval
