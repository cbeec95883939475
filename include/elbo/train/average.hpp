// SPDX-License-Identifier: MIT
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

// Averages of the weights over training: a model that is steadier than the last step's.
//
// Both are one recurrence, a <- a + w_t (p - a), with their own weight at the t-th update, t = 1, 2, ...; w_1 = 1, so
// what the buffer held before does not matter as long as it was finite.

namespace elbo {

// The exponential average with its bias already corrected: the buffer is sum_i d^(t-i) p_i (1-d) / (1-d^t) after
// every update, since d (1-d^(t-1)) / (1-d^t) = 1 - w_t.
struct exponential_average {
    double decay = 0.999;
    double weight(std::uint64_t t) const { return (1 - decay) / (1 - std::pow(decay, static_cast<double>(t))); }
};

// The mean of all of them.                                                            Polyak and Juditsky (1992)
struct polyak_average {
    constexpr double weight(std::uint64_t t) const { return 1 / static_cast<double>(t); }
};

template <class T>
void update_average(std::span<T> average, std::span<const T> parameters, double weight) {
    T* __restrict a       = average.data();
    const T* __restrict p = parameters.data();
    const T take = static_cast<T>(weight), keep = static_cast<T>(1 - weight);
    for (std::size_t i = 0; i < average.size(); ++i) a[i] = keep * a[i] + take * p[i];
}

}  // namespace elbo
