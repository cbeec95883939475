// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/eval/points.hpp>

#include <algorithm>
#include <cmath>

namespace elbo::eval {

struct neighbour {
    std::size_t row;
    double      distance;
};

// The k nearest rows of `among` to one row, from near to far; equally far ones in the order of rows. `but` is left out: a
// row is no neighbour of itself.
inline std::vector<neighbour> nearest_to(std::span<const float> x, points among, std::size_t k, std::size_t but = static_cast<std::size_t>(-1)) {
    std::vector<neighbour> all;
    all.reserve(among.size());
    for (std::size_t i = 0; i < among.size(); ++i)
        if (i != but) all.push_back({i, squared_distance(x, among[i])});
    const auto nearer = [](const neighbour& a, const neighbour& b) { return a.distance != b.distance ? a.distance < b.distance : a.row < b.row; };
    const auto end    = all.begin() + static_cast<std::ptrdiff_t>(std::min(k, all.size()));
    std::partial_sort(all.begin(), end, all.end(), nearer);
    all.erase(end, all.end());
    for (neighbour& n : all) n.distance = std::sqrt(n.distance);
    return all;
}

// The class that most of them have; of several, the one of the nearest.
inline std::uint8_t vote(std::span<const neighbour> near, class_labels y) {
    std::vector<std::size_t> votes(class_count(y), 0);
    for (const neighbour& n : near) ++votes[y[n.row]];
    std::uint8_t best = near.empty() ? std::uint8_t{0} : y[near[0].row];
    for (const neighbour& n : near)
        if (votes[y[n.row]] > votes[best]) best = y[n.row];
    return best;
}
inline std::vector<std::uint8_t> classes_by_neighbours(points x, points among, class_labels y, std::size_t k) {
    one_label_a_row(among, y), as_wide(among.width, x);
    std::vector<std::uint8_t> found(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) found[i] = vote(nearest_to(x[i], among, k), y);
    return found;
}

// How far rows lie from a set: the distance to the k nearest in it, a mean over them and over rows. Samples of a model
// that lie as far from training images as test images do are neither blurred nor learned by heart.
inline double mean_distance(points x, points among, std::size_t k) {
    as_wide(among.width, x);
    double      sum   = 0;
    std::size_t count = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        for (const neighbour& n : nearest_to(x[i], among, k)) sum += n.distance, ++count;
    return count == 0 ? 0 : sum / static_cast<double>(count);
}

}  // namespace elbo::eval
