// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/distribution.hpp>

namespace elbo {

// N(mean, diag(e^log_variance))
template <class Mean, class LogVariance>
struct diagonal_normal_of {
    Mean        location;
    LogVariance log_variance;

    static constexpr double size = static_cast<double>(Mean::shape::size);

    constexpr auto mean() const { return location; }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        const auto noise = normal_noise<layers::samples_like<K, Mean>>(record, purpose, loop);
        return location + zip(formulas::power_exp<1>{1, 0.5}, noise, log_variance);
    }
    // One draw for every `Alike` neighbouring rows: chance makes no difference between them.
    template <int Alike, class R>
    constexpr auto sample_alike(R& record, const char* purpose, int loop = 0) const {
        const auto noise = normal_noise<value<typename Mean::shape, typename Mean::axis, Mean::k / Alike>>(record, purpose, loop);
        return location + zip(formulas::power_exp<1>{1, 0.5}, noise, log_variance);
    }
    constexpr auto log_density(auto y) const { return sum(zip(formulas::normal_energy{}, y - location, log_variance)); }
    constexpr auto entropy() const { return 0.5 * sum(log_variance) + 0.5 * size * (1 + layers::log_two_pi); }
};

// The network gives means, then log variances. Each log variance is kept in [-Bound, Bound], where the density is sane.
template <std::size_t N, int Bound = 20>
struct diagonal_normal {
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, 2 * N>;

    static constexpr auto from(const auto&, auto x) {
        const auto mean         = slice<0, N>(x);
        const auto log_variance = clamp(slice<N, N>(x), -Bound, Bound);
        return diagonal_normal_of<decltype(mean), decltype(log_variance)>{mean, log_variance};
    }
};

// N(0, I) of anything: as a prior it takes the shape of the posterior.
template <class V>
struct standard_normal_of {
    tape* on = nullptr;

    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        return normal_noise<layers::samples_like<K, V>>(record, purpose, loop);
    }
    constexpr auto log_density(auto z) const {
        return -0.5 * sum(square(z)) - 0.5 * layers::log_two_pi * static_cast<double>(V::shape::size);
    }
};
// For values like z: kl(q, standard_normal_like(z), z).
template <class Z>
constexpr standard_normal_of<Z> standard_normal_like(Z z) {
    return {z.on};
}
struct standard_normal {};

// KL(N(mu, diag) || N(0, I)): Kingma and Welling (2013), appendix B
template <class M, class L, class V>
constexpr auto closed_kl(diagonal_normal_of<M, L> q, standard_normal_of<V>) {
    return sum(zip(formulas::standard_kl{}, q.location, q.log_variance));
}
template <class M, class L, class M2, class L2>
constexpr auto closed_kl(diagonal_normal_of<M, L> q, diagonal_normal_of<M2, L2> p) {
    const auto ratio = q.log_variance - p.log_variance;
    return 0.5 * sum(exp(ratio) - ratio + zip(formulas::power_exp<2>{1, -1}, q.location - p.location, p.log_variance) - 1.0);
}

// ---- normal and Laplace of given scale: the usual likelihoods of real data ----

// A scale that is fixed, as a ratio, or learned: one number for the whole model, kept as its logarithm.
template <int Numerator, int Denominator = 1>
struct fixed {
    using parameters = list<>;
    // At compile time: a tape must not depend on how a compiler rounds.
    static constexpr double log_ratio = layers::log_of(1.0 * Numerator / Denominator);
    static constexpr auto   log_scale(auto x) { return value<scalar, once>{x.on, x.on->constant(log_ratio)}; }
};
struct learned {
    using parameters = list<parameter<"log_scale", shape<1>>>;
    static constexpr auto log_scale(auto, auto p) { return in_shape<scalar>(p); }
};

template <class Mean, class LogScale>
struct normal_of {
    Mean     location;
    LogScale log_scale;

    constexpr auto mean() const { return location; }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        return location + exp(log_scale) * normal_noise<layers::samples_like<K, Mean>>(record, purpose, loop);
    }
    constexpr auto log_density(auto y) const {
        return sum(zip(formulas::normal_energy{}, y - location, 2.0 * log_scale));
    }
};
template <class Scale = fixed<1>>
struct normal {
    template <class In>
    using support = In;
    template <class>
    using parameters = typename Scale::parameters;

    static constexpr auto from(const auto&, auto x, auto... learned_scale) {
        const auto log_scale = Scale::log_scale(x, learned_scale...);
        return normal_of<decltype(x), decltype(log_scale)>{x, log_scale};
    }
};

// log density -|y - m| / b - log 2b.  A sample is m - b s log(1 - 2|u|), u uniform in (-1/2, 1/2), s its sign.
template <class Mean, class LogScale>
struct laplace_of {
    Mean     location;
    LogScale log_scale;

    constexpr auto mean() const { return location; }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        const auto u    = uniform_noise<layers::samples_like<K, Mean>>(record, purpose, loop) - 0.5;
        const auto sign = map(formulas::where_positive{1, -1}, u);
        return location - exp(log_scale) * sign * log(1.0 - 2.0 * abs(u));
    }
    constexpr auto log_density(auto y) const {
        const auto off = abs(y - location);
        return -sum(off * exp(-log_scale) + log_scale) - 0.6931471805599453 * static_cast<double>(Mean::shape::size);
    }
    constexpr auto entropy() const {
        return sum(log_scale + 0.0 * location) + 1.6931471805599453 * static_cast<double>(Mean::shape::size);
    }
};
template <class Scale = fixed<1>>
struct laplace {
    template <class In>
    using support = In;
    template <class>
    using parameters = typename Scale::parameters;

    static constexpr auto from(const auto&, auto x, auto... learned_scale) {
        const auto log_scale = Scale::log_scale(x, learned_scale...);
        return laplace_of<decltype(x), decltype(log_scale)>{x, log_scale};
    }
};
// Means, then log scales, from the network: a Laplace posterior.
template <std::size_t N>
struct diagonal_laplace {
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, 2 * N>;

    static constexpr auto from(const auto&, auto x) {
        const auto mean = slice<0, N>(x), log_scale = clamp(slice<N, N>(x), -10, 10);
        return laplace_of<decltype(mean), decltype(log_scale)>{mean, log_scale};
    }
};
// KL of two Laplaces with the same shape: log(b2/b1) + |d|/b2 + (b1/b2) e^(-|d|/b1) - 1
template <class M, class L, class M2, class L2>
constexpr auto closed_kl(laplace_of<M, L> q, laplace_of<M2, L2> p) {
    const auto apart = abs(q.location - p.location);
    const auto ratio = q.log_scale - p.log_scale;
    return sum(apart * exp(-p.log_scale) - ratio + exp(ratio) * exp(-(apart * exp(-q.log_scale))) - 1.0);
}

}  // namespace elbo
