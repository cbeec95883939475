// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/full_normal.hpp>
#include <elbo/objective/terms.hpp>

namespace elbo {

// Options of the evidence lower bound.
template <int L>
struct samples {};      // Monte Carlo samples of the reconstruction term
struct monte_carlo_kl {};  // estimate the KL even where it has a closed form
template <int Hundredths>
struct free_bits {};    // Kingma et al. (2016): nats of KL that each latent dimension has for free

namespace layers {
template <class Option>
inline constexpr int samples_of = 0;
template <int L>
inline constexpr int samples_of<samples<L>> = L;
template <class Option>
inline constexpr bool is_bound_option = std::is_same_v<Option, monte_carlo_kl>;
template <int L>
inline constexpr bool is_bound_option<samples<L>> = L > 0;
template <int H>
inline constexpr bool is_bound_option<free_bits<H>> = H >= 0;
template <class Option>
inline constexpr int free_of = 0;
template <int H>
inline constexpr int free_of<free_bits<H>> = H;

// sum_j max(lambda, mean over the batch of KL_j), the same for every row
template <class M, class L, class V>
constexpr auto kl_with_free_bits(diagonal_normal_of<M, L> q, standard_normal_of<V>, double nats) {
    return sum(at_least(mean(zip(formulas::standard_kl{}, q.location, q.log_variance)), nats));
}
template <class Q, class P>
concept has_kl_of_each_dimension = requires(Q q, P p) { kl_with_free_bits(q, p, 0.0); };
}  // namespace layers

// -log p(x) <= -E_q log p(x|z) + beta KL(q || p); beta is the slot "beta", 1 unless a schedule sets it.
template <class... Options>
struct evidence_bound {
    static constexpr int L = (layers::samples_of<Options> + ... + 0) > 0 ? (layers::samples_of<Options> + ... + 0) : 1;
    static constexpr int free_hundredths = (layers::free_of<Options> + ... + 0);
    static constexpr bool sampled        = (std::is_same_v<Options, monte_carlo_kl> || ...);

    static constexpr bool options_fit() {
        constexpr bool known = (layers::is_bound_option<Options> && ... && true);
        static_assert(known, "elbo: not an option of evidence_bound: samples<1...>, monte_carlo_kl, free_bits<0...>");
        constexpr int  counted = ((layers::samples_of<Options> > 0) + ... + 0), free = ((layers::free_of<Options> > 0) + ... + 0);
        constexpr bool agree   = counted < 2 && free + (sampled ? 1 : 0) < 2;
        static_assert(!known || agree, "elbo: evidence_bound takes samples<...> once, and once free_bits<...> or monte_carlo_kl");
        return known && agree;
    }

    template <class Model, class R>
    static constexpr auto loss(R& record) {
        const auto x    = input<typename Model::data>(record);
        const auto q    = Model::posterior(record, x);
        const auto p    = Model::prior_of(record, q);
        const auto z    = q.template sample<L>(record, "z");
        const auto px   = Model::likelihood(record, z);
        const auto beta = slot(record, "beta", 1.0);
        const auto reconstruction = term("reconstruction", -px.log_density(x));
        constexpr bool each = free_hundredths == 0 || layers::has_kl_of_each_dimension<decltype(q), decltype(p)>;
        static_assert(each, "elbo: free_bits needs a diagonal_normal posterior and the standard_normal prior");
        if constexpr (free_hundredths > 0 && each)
            return minimise(reconstruction, term("kl", beta, layers::kl_with_free_bits(q, p, free_hundredths / 100.0)));
        else if constexpr (sampled) return minimise(reconstruction, term("kl", beta, sampled_kl(q, p, z)));
        else return minimise(reconstruction, term("kl", beta, kl(q, p, z)));
    }
};

// -log p(x) <= -E log 1/K sum_k p(x, z_k) / q(z_k | x): Burda et al. (2016), eq. 8
template <int K>
struct importance_bound {
    static constexpr bool options_fit() {
        static_assert(K > 0, "elbo: importance_bound<K> needs at least one sample");
        return K > 0;
    }

    template <class Model, class R>
    static constexpr auto loss(R& record) {
        const auto weights = log_weights<Model>(record);
        constexpr double log_k = layers::log_of(K);
        return minimise(term("bound", log_k - logsumexp(as_columns<K>(weights))));
    }

    // log p(x, z_k) - log q(z_k | x), K rows for each row of x
    template <class Model, class R>
    static constexpr auto log_weights(R& record) {
        const auto x  = input<typename Model::data>(record);
        const auto q  = Model::posterior(record, x);
        const auto p  = Model::prior_of(record, q);
        const auto z  = q.template sample<K>(record, "z");
        const auto px = Model::likelihood(record, z);
        return px.log_density(x) + p.log_density(z) - q.log_density(z);
    }
};

}  // namespace elbo
