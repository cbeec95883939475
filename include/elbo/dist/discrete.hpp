// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/distribution.hpp>

namespace elbo {

// Pixels in [0, 1] by their logits. On grey pixels this is a loss, not a likelihood: every bound printed says which
// pixels it is of.
template <class Logits>
struct bernoulli_of {
    Logits logits;

    constexpr auto mean() const { return sigmoid(logits); }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {  // zeros and ones: no gradient
        const auto u = uniform_noise<layers::samples_like<K, Logits>>(record, purpose, loop);
        return map(formulas::where_positive{1, 0}, mean() - u);
    }
    constexpr auto log_density(auto x) const { return sum(zip(formulas::bernoulli_log_mass{}, logits, x)); }
    constexpr auto entropy() const { return sum(softplus(logits) - logits * mean()); }
};
template <class A, class B>
constexpr auto closed_kl(bernoulli_of<A> q, bernoulli_of<B> p) {
    return sum(q.mean() * (q.logits - p.logits) + softplus(p.logits) - softplus(q.logits));
}
struct bernoulli {
    static constexpr bool has_gradients_of_samples = false;
    template <class In>
    using support = In;
    static constexpr auto from(const auto&, auto x) { return bernoulli_of<decltype(x)>{x}; }
};

// The same by their means, for pixels that have been moved, mixed or masked since they were probabilities. Each mean is
// kept in [1e-6, 1 - 1e-6], where its logarithm is sane.
template <class Means>
struct bernoulli_by_mean_of {
    Means means;

    constexpr auto mean() const { return means; }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {  // zeros and ones: no gradient
        const auto u = uniform_noise<layers::samples_like<K, Means>>(record, purpose, loop);
        return map(formulas::where_positive{1, 0}, means - u);
    }
    constexpr auto log_density(auto x) const {
        const auto p = clamp(means, 1e-6, 1 - 1e-6);
        return sum(x * log(p) + (1.0 - x) * log(1.0 - p));
    }
    constexpr auto entropy() const {
        const auto p = clamp(means, 1e-6, 1 - 1e-6);
        return -sum(p * log(p) + (1.0 - p) * log(1.0 - p));
    }
};
struct bernoulli_by_mean {
    static constexpr bool has_gradients_of_samples = false;
    template <class In>
    using support = In;
    static constexpr auto from(const auto&, auto x) { return bernoulli_by_mean_of<decltype(x)>{x}; }
};

// Loaiza-Ganem and Cunningham (2019): a density on [0, 1], so a likelihood of grey pixels.
template <class Logits>
struct continuous_bernoulli_of {
    Logits logits;

    // lambda / (2 lambda - 1) + 1 / (2 atanh(1 - 2 lambda)) = sigmoid(l) - the slope of log C
    constexpr auto mean() const { return sigmoid(logits) - map(formulas::continuous_bernoulli_slope{}, logits); }
    // The inverse of the distribution function: log(1 + u (e^l - 1)) / l, through u = 1/2 at l = 0.
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        const auto u     = uniform_noise<layers::samples_like<K, Logits>>(record, purpose, loop);
        const auto small = map(formulas::inside{-1e-3, 1e-3}, logits);
        const auto l     = logits * (1.0 - small) + 1e-3 * small;
        return (softplus(l + log(u) - log(1.0 - u)) + log(1.0 - u)) / l;
    }
    constexpr auto log_density(auto x) const {
        return sum(zip(formulas::bernoulli_log_mass{}, logits, x) + map(formulas::continuous_bernoulli_norm{}, logits));
    }
};
struct continuous_bernoulli {
    template <class In>
    using support = In;
    static constexpr auto from(const auto&, auto x) { return continuous_bernoulli_of<decltype(x)>{x}; }
};

// One of N classes, by logits; a value is one-hot.
template <class Logits>
struct categorical_of {
    Logits logits;

    static constexpr std::size_t n = Logits::shape::size;

    constexpr auto mean() const { return softmax(logits); }
    constexpr auto log_density(auto one_hot) const { return sum(one_hot * log_softmax(logits)); }
    constexpr auto entropy() const { return -sum(mean() * log_softmax(logits)); }
    // Gumbel-max: exact, one-hot, no gradient.
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        const auto race = perturbed<layers::samples_like<K, Logits>>(record, purpose, loop);
        return scatter<n>(value<shape<1>, once>{&record.on, record.on.constant(1)}, winner(race));
    }
    // 1 where another class is likelier than the right one, else 0: no gradient.
    constexpr auto wrong(auto one_hot) const { return 1.0 - in_shape<scalar>(gather(one_hot, winner(logits))); }
    // Jang et al. (2017), Maddison et al. (2017): reparametrised, soft.
    template <int K = 1, class R, class Temperature>
    constexpr auto relaxed_sample(R& record, Temperature temperature, const char* purpose, int loop = 0) const {
        return softmax(perturbed<layers::samples_like<K, Logits>>(record, purpose, loop) / temperature);
    }

private:
    template <class V>
    static constexpr value<shape<1>, typename V::axis, V::k> winner(V race) {
        const auto size = static_cast<std::int32_t>(n);
        const auto g    = race.on->geometry({1, 1, size, 1, 1, 1, 1, size, 1, 0});
        return {race.on, race.on->pool(race.id, g, verb::argmax)};
    }
    template <class V, class R>
    constexpr V perturbed(R& record, const char* purpose, int loop) const {
        return logits - log(-log(uniform_noise<V>(record, purpose, loop)));
    }
};
template <class A, class B>
constexpr auto closed_kl(categorical_of<A> q, categorical_of<B> p) {
    return sum(q.mean() * (log_softmax(q.logits) - log_softmax(p.logits)));
}
template <std::size_t N>
struct categorical {
    static constexpr bool has_gradients_of_samples = false;
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, N>;

    static constexpr auto from(const auto&, auto x) { return categorical_of<decltype(x)>{x}; }
};

}  // namespace elbo
