// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/train/model.hpp>

#include <cmath>
#include <vector>

namespace elbo::eval {

struct estimate {
    double      value          = 0;  // a mean over images, in nats
    double      standard_error = 0;  // over images
    std::size_t images = 0, samples = 0;
};

inline estimate mean_of(const std::vector<double>& values, std::size_t samples) {
    double s = 0, s2 = 0;
    for (double v : values) s += v;
    const double mean = s / static_cast<double>(values.size());
    for (double v : values) s2 += (v - mean) * (v - mean);
    const double n = static_cast<double>(values.size());
    return {mean, n > 1 ? std::sqrt(s2 / (n - 1) / n) : 0, values.size(), samples};
}

// log 1/(count K) sum of w over `turns` draws of K weights each, by a running log-sum-exp.
class log_mean_weight {
public:
    void add(double log_weight) {
        if (log_weight > most_) {
            sum_  = sum_ * std::exp(most_ - log_weight) + 1;
            most_ = log_weight;
        } else sum_ += std::exp(log_weight - most_);
        ++count_;
    }
    double value() const { return most_ + std::log(sum_ / static_cast<double>(count_)); }

private:
    double      most_ = -1e300, sum_ = 0;
    std::size_t count_ = 0;
};

inline void add_turn(std::vector<log_mean_weight>& totals, const std::vector<float>& weights) {
    const std::size_t k = weights.size() / totals.size();
    for (std::size_t i = 0; i < weights.size(); ++i) totals[i / k].add(static_cast<double>(weights[i]));
}
inline estimate mean_loss(const std::vector<log_mean_weight>& totals, std::size_t samples) {
    std::vector<double> values;
    for (const log_mean_weight& t : totals) values.push_back(-t.value());
    return mean_of(values, samples);
}
// Columns whose variance over rows of n is above 0.01.
inline std::size_t count_varying(const std::vector<float>& values, std::size_t n) {
    const std::size_t count  = values.size() / n;
    std::size_t       active = 0;
    for (std::size_t j = 0; j < n; ++j) {
        double s = 0, s2 = 0;
        for (std::size_t i = 0; i < count; ++i) s += static_cast<double>(values[i * n + j]);
        s /= static_cast<double>(count);
        for (std::size_t i = 0; i < count; ++i) {
            const double d = static_cast<double>(values[i * n + j]) - s;
            s2 += d * d;
        }
        active += s2 / static_cast<double>(count) > 0.01;
    }
    return active;
}

// -log p(x) by importance sampling with K x turns draws from q(z|x): Burda et al. (2016), section 5. An upper bound in
// expectation that falls as draws are added. Any conditions follow, as for model.encode().
template <int K = 50, class Model, class Machine, class... C>
estimate negative_log_likelihood(built_model<Model, Machine>& m, std::span<const float> x, std::size_t turns,
                                 std::uint64_t seed = 1, C... given) {
    const std::size_t            count = x.size() / Model::data::size;
    std::vector<log_mean_weight> totals(count);
    for (std::size_t turn = 0; turn < turns; ++turn) add_turn(totals, m.template log_weights<K>(x, seed, static_cast<std::uint32_t>(turn), given...));
    return mean_loss(totals, K * turns);
}

// Latent dimensions whose posterior mean varies over the data by more than 0.01: Burda et al. (2016), section 5.2.
template <class Model, class Machine, class... C>
std::size_t active_units(built_model<Model, Machine>& m, std::span<const float> x, C... given) {
    return count_varying(m.encode(x, given...).values, Model::latent::size);
}

}  // namespace elbo::eval
