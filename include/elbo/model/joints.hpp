// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/program.hpp>
#include <elbo/objective/bounds.hpp>

// The options of vae<Encoder, Decoder, ...>, and how its parts must fit together.

namespace elbo {

// ---- options of vae<Encoder, Decoder, ...> ----

template <class Prior>
struct prior {};  // standard_normal, or a network from the condition to a distribution, or a trained_prior
template <class Objective>
struct objective {};  // evidence_bound<...> or importance_bound<K>
struct one_sided_conditioning {};  // the condition may be missing on one side

namespace layers {
template <class Family>
struct first_numbers_ {
    using type = zeros;
};
template <class Family>
    requires requires { typename Family::first_numbers; }
struct first_numbers_<Family> {
    using type = typename Family::first_numbers;
};
}  // namespace layers

// A prior with parameters of its own and no input. They begin as the family says, else as zeros.
template <class Family, std::size_t Size, class Initial = typename layers::first_numbers_<Family>::type>
struct trained_prior {
    using input      = shape<0>;
    using output     = distribution_over<Family, shape<Size>>;
    using parameters = list<parameter<"parameters", shape<Size>, Initial>>;
    using states     = list<>;
    using conditions = list<>;

    // Rows is `once` where it only weighs samples, and a batch axis where each row draws a sample of its own.
    template <class Rows>
    static constexpr auto apply(const auto& s, Rows rows) {
        return layers::apply_leaf<trained_prior>(s, rows, parameters{}, states{});
    }
    template <class Rows>
    static constexpr auto apply(const auto& s, Rows, auto numbers) {
        tape& t = *numbers.on;
        return Family::from(s, value<shape<Size>, Rows>{&t, t.spread_to({Rows::axis, 1, static_cast<int>(Size)}, numbers.id)});
    }
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

enum class option { unknown, prior, objective, one_sided };
template <class T>
inline constexpr option kind_of = option::unknown;
template <class P>
inline constexpr option kind_of<prior<P>> = option::prior;
template <class O>
inline constexpr option kind_of<objective<O>> = option::objective;
template <>
inline constexpr option kind_of<one_sided_conditioning> = option::one_sided;

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

template <class P>
inline constexpr bool trained_numbers_fit = true;
template <class F, std::size_t Size, class Initial>
inline constexpr bool trained_numbers_fit<trained_prior<F, Size, Initial>> = is_accepted<layers::rejects<F, shape<Size>>>;

template <class P, class... Conditions>
inline constexpr bool prior_begins_with = !is_network<P>;
template <class P, class First, class... Rest>
    requires is_network<P>
inline constexpr bool prior_begins_with<P, First, Rest...> =
    P::input::size == 0 || std::is_same_v<typename P::input, typename data_traits<First>::seen>;
template <class P>
    requires is_network<P>
inline constexpr bool prior_begins_with<P> = P::input::size == 0;

// Whether T has a member `loss`: if so, with_loss<T>::loss is ambiguous.
struct some_loss {
    void loss();
};
template <class T>
struct with_loss : T, some_loss {};
template <class T>
inline constexpr bool has_loss = false;
template <class T>
    requires(std::is_class_v<T> && !std::is_final_v<T>)
inline constexpr bool has_loss<T> = !requires { &with_loss<T>::loss; };

// Stands for an encoder or a decoder that is none.
struct nothing : stack<shape<1>> {};
template <class T>
using network_or_nothing = std::conditional_t<is_network<T>, T, nothing>;

template <class Has, class... Needed>
auto missing_(list<Needed...>) -> first_reason<unless<contains<Needed, Has>, Needed>...>;
template <class Has, class Needs>
using missing = decltype(missing_<Has>(Needs{}));

// ---- the joints. Each rule asserts in a function of its name and says whether it holds. ----

template <class Encoder>
constexpr bool encoder_must_be_a_network() {
    static_assert(is_network<Encoder>, "elbo: the encoder must be a network: a struct that inherits from stack<...>");
    return is_network<Encoder>;
}
template <class Decoder>
constexpr bool decoder_must_be_a_network() {
    static_assert(is_network<Decoder>, "elbo: the decoder must be a network: a struct that inherits from stack<...>");
    return is_network<Decoder>;
}
template <class... Options>
constexpr bool options_must_be_known() {
    constexpr bool known = ((kind_of<Options> != option::unknown) && ... && true);
    static_assert(known, "elbo: not an option of vae: prior<...>, objective<...> or one_sided_conditioning");
    return known;
}
template <class... Options>
constexpr bool options_must_be_given_once() {
    constexpr auto times = []([[maybe_unused]] option kind) { return ((kind_of<Options> == kind ? 1 : 0) + ... + 0); };
    constexpr bool once_each =
        times(option::prior) < 2 && times(option::objective) < 2 && times(option::one_sided) < 2;
    static_assert(once_each, "elbo: an option of vae is given twice");
    return once_each;
}
template <class Output>
constexpr bool encoder_must_end_in_a_distribution() {
    static_assert(is_distribution<Output>, "elbo: the encoder must end in a distribution: add to<diagonal_normal<...>>");
    return is_distribution<Output>;
}
template <class Output>
constexpr bool samples_of_the_posterior_must_have_gradients() {
    static_assert(has_gradients_of_samples<Output>,
                  "elbo: the encoder learns through its samples, and those of this distribution have no gradient: use a normal or a laplace");
    return has_gradients_of_samples<Output>;
}
template <class Output>
constexpr bool encoder_must_end_in_a_posterior() {
    if constexpr (!encoder_must_end_in_a_distribution<Output>()) return false;
    else return samples_of_the_posterior_must_have_gradients<Output>();
}
template <class Output>
constexpr bool decoder_must_end_in_a_likelihood() {
    static_assert(is_distribution<Output>,
                  "elbo: the decoder must end in a likelihood: add to<bernoulli>, to<normal<>>, ...");
    return is_distribution<Output>;
}
template <class DecoderInput, class Latent>
constexpr bool decoder_must_begin_with_the_shape_of_the_latent() {
    static_assert(std::is_same_v<DecoderInput, Latent>,
                  "elbo: the decoder's input is not the shape of the posterior's samples");
    return std::is_same_v<DecoderInput, Latent>;
}
template <class Likelihood, class Data>
constexpr bool decoder_must_end_in_the_shape_of_the_data() {
    static_assert(std::is_same_v<Likelihood, Data>, "elbo: the likelihood is not over the shape of the data");
    return std::is_same_v<Likelihood, Data>;
}
template <class Prior>
constexpr bool prior_must_be_a_distribution() {
    constexpr bool is = std::is_same_v<Prior, standard_normal> || is_distribution<typename prior_output<Prior>::type>;
    static_assert(is,
                  "elbo: the prior must be standard_normal, a trained_prior or a network that ends in a distribution");
    return is;
}
template <class Prior>
constexpr bool trained_prior_must_have_its_distributions_numbers() {
    static_assert(trained_numbers_fit<Prior>, "elbo: the trained prior has not as many numbers as its distribution");
    return trained_numbers_fit<Prior>;
}
template <class Prior, class Latent>
constexpr bool prior_must_be_over_the_latent() {
    constexpr bool same =
        std::is_same_v<Prior, standard_normal> || std::is_same_v<support_of<typename prior_output<Prior>::type>, Latent>;
    static_assert(same, "elbo: the prior is not over the shape of the posterior's samples");
    return same;
}
template <class Prior, class... Conditions>
constexpr bool prior_must_begin_with_the_first_condition(list<Conditions...>) {
    constexpr bool same = prior_begins_with<Prior, Conditions...>;
    static_assert(same, "elbo: the prior network's input is not the first condition that encoder and decoder join");
    return same;
}
template <class Missing>
constexpr bool decoder_must_join_what_the_encoder_joins() {
    static_assert(is_accepted<Missing>,
                  "elbo: the encoder joins a condition that the decoder does not: join<...> or one_sided_conditioning");
    return is_accepted<Missing>;
}
template <class Missing>
constexpr bool encoder_must_join_what_the_decoder_joins() {
    static_assert(is_accepted<Missing>,
                  "elbo: the decoder joins a condition that the encoder does not: join<...> or one_sided_conditioning");
    return is_accepted<Missing>;
}
template <class Objective>
constexpr bool objective_must_have_a_loss() {
    static_assert(has_loss<Objective>,
                  "elbo: objective<...> needs evidence_bound<...>, importance_bound<K> or a type with a loss");
    return has_loss<Objective>;
}
template <class Objective>
constexpr bool options_of_the_objective_fit() {
    if constexpr (requires { Objective::options_fit(); }) return Objective::options_fit();
    else return true;
}

// The first rule that does not hold is the only one told. A network that was rejected has told why.
template <class Encoder, class Decoder, class... Options>
constexpr bool joints_fit() {
    using prior      = typename prior_in<standard_normal, Options...>::type;
    using objective  = typename objective_in<evidence_bound<>, Options...>::type;
    using e          = network_or_nothing<Encoder>;
    using d          = network_or_nothing<Decoder>;
    using latent     = support_of<typename e::output>;
    using conditions = decltype(unique(concat<typename e::conditions, typename d::conditions>{}));


    constexpr bool one_sided = (std::is_same_v<Options, one_sided_conditioning> || ...);

    using only_e = std::conditional_t<one_sided, accepted, missing<typename d::conditions, typename e::conditions>>;
    using only_d = std::conditional_t<one_sided, accepted, missing<typename e::conditions, typename d::conditions>>;

    if constexpr (!encoder_must_be_a_network<Encoder>()) return false;
    else if constexpr (!decoder_must_be_a_network<Decoder>()) return false;
    else if constexpr (!options_must_be_known<Options...>()) return false;
    else if constexpr (!options_must_be_given_once<Options...>()) return false;
    else if constexpr (!programs::network_fits<Encoder> || !programs::network_fits<Decoder>) return false;
    else if constexpr (!programs::network_fits<prior>) return false;
    else if constexpr (!encoder_must_end_in_a_posterior<typename e::output>()) return false;
    else if constexpr (!decoder_must_end_in_a_likelihood<typename d::output>()) return false;
    else if constexpr (!decoder_must_begin_with_the_shape_of_the_latent<typename d::input, latent>()) return false;
    else if constexpr (!decoder_must_end_in_the_shape_of_the_data<support_of<typename d::output>, typename e::input>())
        return false;
    else if constexpr (!prior_must_be_a_distribution<prior>()) return false;
    else if constexpr (!trained_prior_must_have_its_distributions_numbers<prior>()) return false;
    else if constexpr (!prior_must_be_over_the_latent<prior, latent>()) return false;
    else if constexpr (!prior_must_begin_with_the_first_condition<prior>(conditions{})) return false;
    else if constexpr (!decoder_must_join_what_the_encoder_joins<only_e>()) return false;
    else if constexpr (!encoder_must_join_what_the_decoder_joins<only_d>()) return false;
    else if constexpr (!objective_must_have_a_loss<objective>()) return false;
    else return options_of_the_objective_fit<objective>();
}

}  // namespace zoo

}  // namespace elbo
