// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/model/joints.hpp>

namespace elbo {

// A variational autoencoder (Kingma and Welling, 2013): encoder q(z|x), decoder p(x|z), prior p(z).
//
//     struct fc_vae : vae<encoder, decoder> {};
//
// The likelihood is what the decoder ends in, the conditioning what the networks join.
template <class Encoder, class Decoder, class... Options>
struct vae {
    using verdict        = std::bool_constant<zoo::joints_fit<Encoder, Decoder, Options...>()>;
    using encoder        = zoo::network_or_nothing<Encoder>;
    using decoder        = zoo::network_or_nothing<Decoder>;
    using prior_type     = typename zoo::prior_in<standard_normal, Options...>::type;
    using objective_type = typename zoo::objective_in<evidence_bound<>, Options...>::type;
    using data           = typename encoder::input;
    using latent         = zoo::support_of<typename encoder::output>;
    using conditions     = decltype(zoo::unique(concat<typename encoder::conditions, typename decoder::conditions>{}));
    using inputs         = concat<list<data>, conditions>;

    static constexpr bool fits              = verdict::value;  // what does not fit is not recorded
    static constexpr bool has_prior_network = zoo::is_network<prior_type>;
    using networks = std::conditional_t<has_prior_network,
                                        list<net<"encoder", encoder>, net<"decoder", decoder>, net<"prior", prior_type>>,
                                        list<net<"encoder", encoder>, net<"decoder", decoder>>>;

    static constexpr auto objective(auto& record) { return objective_type::template loss<vae_type<decltype(record)>>(record); }

    // ---- its parts, for objectives and programs ----
    static constexpr auto posterior(auto& record, auto x) { return run<Encoder>(record, x, condition_values(record)); }
    static constexpr auto likelihood(auto& record, auto z) { return run<Decoder>(record, z, condition_values(record)); }
    template <class R, class Q>
    static constexpr auto prior_of(R& record, Q q) {
        return prior_like<decltype(q.mean())>(record);
    }
    template <class Z, class Rows = once, class R>
    static constexpr auto prior_like(R& record) {
        if constexpr (!has_prior_network) return standard_normal_of<Z>{&record.on};
        else if constexpr (prior_type::input::size == 0)
            return prior_type::apply(layers::scope_of<prior_type>(record), Rows{});
        else return run<prior_type>(record, first_condition(record));
    }

    // ---- programs ----
    static constexpr void encode(auto& record) {
        const auto q = posterior(record, input<data>(record));
        output(record, "mean", q.mean());
    }
    static constexpr void reconstruct(auto& record) {
        const auto q = posterior(record, input<data>(record));
        output(record, "mean", likelihood(record, q.mean()).mean());
    }
    // Codes stand where the data would: input 0.
    static constexpr void decode(auto& record) {
        output(record, "mean", likelihood(record, argument<latent>(record, 0)).mean());
    }
    static constexpr void generate(auto& record) {
        const auto z = prior_like<value<latent>, batch<1>>(record).template sample<1>(record, "prior");
        output(record, "mean", likelihood(record, z).mean());
    }
    template <int K>
    static constexpr void log_weights(auto& record) {
        output(record, "log weights", importance_bound<K>::template log_weights<vae_type<decltype(record)>>(record));
    }

private:
    template <class R>
    using vae_type = typename std::remove_reference_t<R>::model;

    static constexpr auto condition_values(auto& record) {
        return [&]<class... C>(list<C...>) { return givens<given_value<C, decltype(input<C>(record))>...>{{input<C>(record)}...}; }(
            conditions{});
    }
    static constexpr auto first_condition(auto& record) { return input<at<0, conditions>>(record); }
};

}  // namespace elbo
