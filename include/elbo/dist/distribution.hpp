// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/network.hpp>

// A distribution is a thing with a density. Prior, posterior and likelihood are roles that it plays, not types.
//
// A family, such as diagonal_normal<20> or bernoulli, says for the shape In that a network ends in
//
//     template <class In> using support = ...;          what it is a distribution of
//     template <class In> using rejects = unless<...>;  why that network cannot parametrise it
//     static constexpr auto from(scope, x, parameters...);  the distribution itself, of values
//
// (and, as layers do, parameters<In> where it learns something of its own). What `from` returns has
//
//     log_density(y)                    per row
//     sample<K>(record, purpose, turn)  K of them for each row; reparametrised, unless the family says has_gradients_of_samples = false
//     mean()
//     entropy()                         where it has a closed form
//
// and kl(q, p) is closed where a pair of distributions has a closed form, and sampled otherwise.

namespace elbo {

// A distribution of a network's type world: what a stack that ends in to<Family> has as its output.
template <class Family, class In>
struct distribution_over {
    using family  = Family;
    using support = typename Family::template support<In>;
};
template <class T>
inline constexpr bool is_distribution = false;
template <class F, class In>
inline constexpr bool is_distribution<distribution_over<F, In>> = true;
// Whether a network can learn through samples of it, as a posterior must.
template <class T>
inline constexpr bool has_gradients_of_samples = true;
template <class F, class In>
    requires requires { F::has_gradients_of_samples; }
inline constexpr bool has_gradients_of_samples<distribution_over<F, In>> = F::has_gradients_of_samples;

template <std::size_t Numbers>
struct the_network_must_end_in {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(Input::rank == 1 && Input::size == Numbers,
                      "elbo: the network does not end in as many numbers as the distribution has parameters");
        return true;
    }
};
template <class In, std::size_t Numbers>
using takes = unless<In::rank == 1 && In::size == Numbers, the_network_must_end_in<Numbers>>;

struct to_needs_a_distribution {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: to<...> needs a distribution, such as diagonal_normal<20> or bernoulli");
        return true;
    }
};

template <class Family>
concept a_family = requires { typename Family::template support<shape<2>>; };

namespace layers {
template <class F, class In>
struct distribution_of_ {  // not a family
    using type = In;
};
template <a_family F, class In>
struct distribution_of_<F, In> {
    using type = distribution_over<F, In>;
};
}  // namespace layers

// The last layer of a network that ends in a distribution.
template <class Family>
struct to {
    template <class In>
    using output = typename layers::distribution_of_<Family, In>::type;
    template <class In>
    using parameters = layers::parameters<Family, In>;
    template <class In>
    using rejects = first_reason<unless<a_family<Family>, to_needs_a_distribution>, layers::rejects<Family, In>>;

    static constexpr auto apply(const auto& s, auto x, auto... learned) { return Family::from(s, x, learned...); }
};

// ---- Monte Carlo, where there is no closed form ----

template <class Q, class P>
concept has_closed_kl = requires(Q q, P p) { closed_kl(q, p); };

// KL(q || p) of each row; `drawn` is a sample of q.
template <class Q, class P, class Z>
constexpr auto sampled_kl(Q q, P p, Z drawn) {
    return q.log_density(drawn) - p.log_density(drawn);
}
template <class Q, class P, class Z>
constexpr auto kl(Q q, P p, Z drawn) {
    if constexpr (has_closed_kl<Q, P>) return closed_kl(q, p);
    else return sampled_kl(q, p, drawn);
}

namespace layers {
// Like z, but K samples of each row.
template <int K, class V>
using samples_like = value<typename V::shape, typename V::axis, V::k * K>;
inline constexpr double log_two_pi = 1.8378770664093453;
// log r for r > 0, where std::log is not constexpr: r = 2^k m, log m = 2 atanh((m - 1) / (m + 1)).
constexpr double log_of(double r) {
    int k = 0;
    for (; r > 1.5; r /= 2) ++k;
    for (; r < 0.75; r *= 2) --k;
    const double t   = (r - 1) / (r + 1);
    double       sum = 0, power = t;
    for (int n = 1; n < 40; n += 2) sum += power / n, power *= t * t;
    return 2 * sum + k * 0.6931471805599453;
}
}  // namespace layers

}  // namespace elbo
