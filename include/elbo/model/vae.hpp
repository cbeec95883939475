// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/objective/bounds.hpp>
#include <elbo/model/program.hpp>

namespace elbo {

// ---- options of vae<Encoder, Decoder, ...> ----

template <class Prior>
struct prior {};  // standard_normal, or a network from the condition to a distribution, or a trained_prior
template <class Objective>
struct objective {};  // evidence_bound<...> or importance_bound<K>
struct one_sided_conditioning {};  // the condition may be missing on one side

// A prior with parameters of its own and no input.
template <class Family, std::size_t Size>
struct trained_prior {
    using input      = shape<0>;
    using output     = distribution_over<Family, shape<Size>>;
    using parameters = list<parameter<"parameters", shape<Size>>>;
    using states     = list<>;
    using conditions = list<>;

    static constexpr auto apply(const auto& s, auto) {
        return layers::apply_leaf<trained_prior>(s, 0, parameters{}, states{});
    }
    static constexpr auto apply(const auto& s, int, auto numbers) { return Family::from(s, numbers); }
};

namespace zoo {

template <class Wanted, class... Options>
struct prior_in {
    using type = Wanted;
};
template <class Wanted, class P, class... Rest>
struct prior_in<Wanted, prior<P>, Rest...> {
    using type = P;
};
template <class Wanted, class First, class... Rest>
struct prior_in<Wanted, First, Rest...> : prior_in<Wanted, Rest...> {};

template <class Wanted, class... Options>
struct objective_in {
    using type = Wanted;
};
template <class Wanted, class O, class... Rest>
struct objective_in<Wanted, objective<O>, Rest...> {
    using type = O;
};
template <class Wanted, class First, class... Rest>
struct objective_in<Wanted, First, Rest...> : objective_in<Wanted, Rest...> {};

template <class T>
inline constexpr bool is_option = std::is_same_v<T, one_sided_conditioning>;
template <class P>
inline constexpr bool is_option<prior<P>> = true;
template <class O>
inline constexpr bool is_option<objective<O>> = true;

template <class T>
struct support_of_ {
    using type = shape<0>;
};
template <class F, class In>
struct support_of_<distribution_over<F, In>> {
    using type = typename F::template support<In>;
};
template <class T>
using support_of = typename support_of_<T>::type;

template <class Done, class... Rest>
struct unique_ {
    using type = Done;
};
template <class... Done, class First, class... Rest>
struct unique_<list<Done...>, First, Rest...>
    : unique_<std::conditional_t<contains<First, list<Done...>>, list<Done...>, list<Done..., First>>, Rest...> {};
template <class... T>
auto unique(list<T...>) -> typename unique_<list<>, T...>::type;

template <class A, class... B>
constexpr bool has_all(A, list<B...>) {
    return (contains<B, A> && ... && true);
}

template <class T>
inline constexpr bool is_network = false;
template <class T>
    requires requires { typename T::input; typename T::output; typename T::parameters; }
inline constexpr bool is_network<T> = true;

template <class P>
struct prior_output {
    using type = shape<0>;
};
template <class P>
    requires is_network<P>
struct prior_output<P> {
    using type = typename P::output;
};

// ---- the joints, checked in one place. Each rule's name is the rule. ----

template <class Encoder>
struct encoder_must_be_a_network {
    static constexpr bool fits = is_network<Encoder>;
    static_assert(fits, "elbo: the encoder must be a network: a struct that inherits from stack<...>");
};
template <class Decoder>
struct decoder_must_be_a_network {
    static constexpr bool fits = is_network<Decoder>;
    static_assert(fits, "elbo: the decoder must be a network: a struct that inherits from stack<...>");
};
template <class Output>
struct encoder_must_end_in_a_distribution {
    static constexpr bool fits = is_distribution<Output>;
    static_assert(fits, "elbo: the encoder must end in a distribution: add to<diagonal_normal<...>>");
};
template <class Output>
struct decoder_must_end_in_a_distribution {
    static constexpr bool fits = is_distribution<Output>;
    static_assert(fits, "elbo: the decoder must end in a likelihood: add to<bernoulli>, to<normal<>>, ...");
};
template <class DecoderInput, class Latent>
struct decoder_must_begin_with_the_shape_of_the_latent {
    static constexpr bool fits = std::is_same_v<DecoderInput, Latent>;
    static_assert(fits, "elbo: the decoder's input is not the shape of the posterior's samples");
};
template <class Likelihood, class Data>
struct decoder_must_end_in_the_shape_of_the_data {
    static constexpr bool fits = std::is_same_v<Likelihood, Data>;
    static_assert(fits, "elbo: the likelihood is not over the shape of the data");
};
template <class Prior>
struct prior_must_be_a_distribution {
    static constexpr bool fits =
        std::is_same_v<Prior, standard_normal> || is_distribution<typename prior_output<Prior>::type>;
    static_assert(fits, "elbo: the prior must be standard_normal, a trained_prior or a network that ends in a distribution");
};
template <class Prior, class Latent>
struct prior_must_be_over_the_latent {
    static constexpr bool fits =
        std::is_same_v<Prior, standard_normal> || std::is_same_v<support_of<typename prior_output<Prior>::type>, Latent>;
    static_assert(fits, "elbo: the prior is not over the shape of the posterior's samples");
};
template <class Missing>
struct decoder_must_join_what_the_encoder_joins {
    static constexpr bool fits = std::is_same_v<Missing, accepted>;
    static_assert(fits, "elbo: the encoder joins a condition that the decoder does not: add join<...> or one_sided_conditioning");
};
template <class Missing>
struct encoder_must_join_what_the_decoder_joins {
    static constexpr bool fits = std::is_same_v<Missing, accepted>;
    static_assert(fits, "elbo: the decoder joins a condition that the encoder does not: add join<...> or one_sided_conditioning");
};
template <class Option>
struct unknown_option_of_a_vae {
    static constexpr bool fits = is_option<Option>;
    static_assert(fits, "elbo: not an option of vae: prior<...>, objective<...> or one_sided_conditioning");
};
template <class Objective>
struct objective_must_have_a_loss {
    static constexpr bool fits = false;
    static_assert(contains<Objective, list<>>, "elbo: objective<...> needs evidence_bound<...>, importance_bound<K> or a type with their loss");
};

}  // namespace zoo

// A variational autoencoder (Kingma and Welling, 2013): encoder q(z|x), decoder p(x|z), prior p(z).
//
//     struct fc_vae : vae<encoder, decoder> {};
//
// The likelihood is what the decoder ends in, the conditioning what the networks join.
template <class Encoder, class Decoder, class... Options>
struct vae {
    using encoder        = Encoder;
    using decoder        = Decoder;
    using prior_type     = typename zoo::prior_in<standard_normal, Options...>::type;
    using objective_type = typename zoo::objective_in<evidence_bound<>, Options...>::type;
    using data           = typename Encoder::input;
    using latent         = zoo::support_of<typename Encoder::output>;
    using conditions     = decltype(zoo::unique(concat<typename Encoder::conditions, typename Decoder::conditions>{}));
    using inputs         = concat<list<data>, conditions>;

    static constexpr bool has_prior_network = zoo::is_network<prior_type>;
    using networks = std::conditional_t<has_prior_network,
                                        list<net<"encoder", Encoder>, net<"decoder", Decoder>, net<"prior", prior_type>>,
                                        list<net<"encoder", Encoder>, net<"decoder", Decoder>>>;

    static constexpr auto objective(auto& record) { return objective_type::template loss<vae_type<decltype(record)>>(record); }

    // ---- its parts, for objectives and programs ----
    static constexpr auto posterior(auto& record, auto x) { return run<Encoder>(record, x, condition_values(record)); }
    static constexpr auto likelihood(auto& record, auto z) { return run<Decoder>(record, z, condition_values(record)); }
    template <class R, class Q>
    static constexpr auto prior_of(R& record, Q q) {
        return prior_like<decltype(q.mean())>(record);
    }
    template <class Z, class R>
    static constexpr auto prior_like(R& record) {
        if constexpr (!has_prior_network) return standard_normal_of<Z>{&record.on};
        else if constexpr (prior_type::input::size == 0)
            return prior_type::apply(layers::scope_of<prior_type>(record), 0);
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
        const auto z = prior_like<value<latent>>(record).template sample<1>(record, "prior");
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

    template <class Has, class... Needed>
    static constexpr auto missing_(list<Needed...>) -> first_reason<unless<contains<Needed, Has>, Needed>...>;
    template <class Has, class Needs>
    using missing = decltype(missing_<Has>(Needs{}));
    static constexpr bool two_sided = !(std::is_same_v<Options, one_sided_conditioning> || ...);

    static_assert((zoo::unknown_option_of_a_vae<Options>::fits && ... && true));
    static_assert(zoo::encoder_must_end_in_a_distribution<typename Encoder::output>::fits);
    static_assert(zoo::decoder_must_end_in_a_distribution<typename Decoder::output>::fits);
    static_assert(zoo::decoder_must_begin_with_the_shape_of_the_latent<typename Decoder::input, latent>::fits);
    static_assert(zoo::decoder_must_end_in_the_shape_of_the_data<zoo::support_of<typename Decoder::output>, data>::fits);
    static_assert(zoo::prior_must_be_a_distribution<prior_type>::fits);
    static_assert(zoo::prior_must_be_over_the_latent<prior_type, latent>::fits);
    static_assert(zoo::decoder_must_join_what_the_encoder_joins<
                  std::conditional_t<two_sided, missing<typename Decoder::conditions, typename Encoder::conditions>, accepted>>::fits);
    static_assert(zoo::encoder_must_join_what_the_decoder_joins<
                  std::conditional_t<two_sided, missing<typename Encoder::conditions, typename Decoder::conditions>, accepted>>::fits);
};

}  // namespace elbo
