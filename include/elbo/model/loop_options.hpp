// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/layer/recurrent.hpp>
#include <elbo/model/joints.hpp>

// The options of models that run in time, draw<...> and vrnn<...>: numbers with names, in any order.

namespace elbo {

template <int T>
struct time_steps {};
template <std::size_t N>
struct hidden_units {};  // numbers in the state of a recurrent network
template <std::size_t N>
struct code_size {};  // numbers in the code of one step
template <std::size_t N>
struct feature_size {};  // numbers that a frame or a code is seen as, and in the hidden layers
template <std::size_t Read, std::size_t Write>
struct glimpses {};  // grids of Read x Read and Write x Write filters; without them all of the image is read and painted
template <class Data>
struct conditioned_on {};  // joins encoder and decoder at every step
template <class Family>
struct with_likelihood {};  // what the canvas parametrises: bernoulli unless it is said
template <int Segments>
struct in_segments {};  // computes the steps anew for the gradients, in so many parts: see tape/recompute.hpp
template <int Steps>
struct truncated_at {};  // every so many steps the gradient of the LSTMs' states stops; the canvas stays one sum

namespace zoo {

enum class loop_option { none, steps, hidden, codes, features, glimpses, condition, likelihood, segments, truncation };

template <class Option>
inline constexpr loop_option loop_kind_of = loop_option::none;
template <int T>
inline constexpr loop_option loop_kind_of<time_steps<T>> = loop_option::steps;
template <std::size_t N>
inline constexpr loop_option loop_kind_of<hidden_units<N>> = loop_option::hidden;
template <std::size_t N>
inline constexpr loop_option loop_kind_of<code_size<N>> = loop_option::codes;
template <std::size_t N>
inline constexpr loop_option loop_kind_of<feature_size<N>> = loop_option::features;
template <std::size_t R, std::size_t W>
inline constexpr loop_option loop_kind_of<glimpses<R, W>> = loop_option::glimpses;
template <class Data>
inline constexpr loop_option loop_kind_of<conditioned_on<Data>> = loop_option::condition;
template <class Family>
inline constexpr loop_option loop_kind_of<with_likelihood<Family>> = loop_option::likelihood;
template <int S>
inline constexpr loop_option loop_kind_of<in_segments<S>> = S > 0 ? loop_option::segments : loop_option::none;
template <int S>
inline constexpr loop_option loop_kind_of<truncated_at<S>> = S > 0 ? loop_option::truncation : loop_option::none;

// Whether an option is one of those that a model knows.
template <class Option, loop_option... Known>
inline constexpr bool is_one_of = ((loop_kind_of<Option> == Known) || ...);

template <class... Options>
constexpr bool an_option_must_be_given_once() {
    constexpr auto times = [](loop_option kind) { return (0 + ... + (loop_kind_of<Options> == kind)); };
    constexpr bool once  = ((times(loop_kind_of<Options>) == 1) && ...);
    static_assert(once, "elbo: an option of a model that runs in time is given twice");
    return once;
}

struct loop_numbers {
    int         steps = 0, segments = 0, truncated = 0;
    std::size_t hidden = 0, codes = 0, features = 0, read = 0, write = 0;
    bool        attends = false;

    constexpr bool stops_before(int t) const { return truncated > 0 && t > 0 && t % (truncated > 0 ? truncated : 1) == 0; }
};
template <class Option>
constexpr void take(loop_numbers&, type_of<Option>) {}
template <int T>
constexpr void take(loop_numbers& n, type_of<time_steps<T>>) { n.steps = T; }
template <std::size_t N>
constexpr void take(loop_numbers& n, type_of<hidden_units<N>>) { n.hidden = N; }
template <std::size_t N>
constexpr void take(loop_numbers& n, type_of<code_size<N>>) { n.codes = N; }
template <std::size_t N>
constexpr void take(loop_numbers& n, type_of<feature_size<N>>) { n.features = N; }
template <std::size_t R, std::size_t W>
constexpr void take(loop_numbers& n, type_of<glimpses<R, W>>) { n.read = R, n.write = W, n.attends = true; }
template <int S>
constexpr void take(loop_numbers& n, type_of<in_segments<S>>) { n.segments = S; }
template <int S>
constexpr void take(loop_numbers& n, type_of<truncated_at<S>>) { n.truncated = S; }

template <class... Options>
constexpr loop_numbers numbers_of() {
    loop_numbers n;
    (take(n, type_of<Options>{}), ...);
    return n;
}
// After a rejection the rest of the model stands on something that works.
constexpr loop_numbers sound(loop_numbers n) {
    for (std::size_t* some : {&n.hidden, &n.codes, &n.features, &n.read, &n.write}) *some = *some > 0 ? *some : 1;
    n.steps = n.steps > 0 ? n.steps : 1;
    return n;
}

template <class... Options>
struct condition_in {
    using inputs = list<>;
    using seen   = shape<0>;
};
template <class Data, class... Rest>
    requires is_data<Data>
struct condition_in<conditioned_on<Data>, Rest...> {
    using inputs = list<Data>;
    using seen   = typename data_traits<Data>::seen;
};
template <class First, class... Rest>
struct condition_in<First, Rest...> : condition_in<Rest...> {};

template <class... Options>
struct likelihood_in {
    using type = bernoulli;
};
template <class Family, class... Rest>
struct likelihood_in<with_likelihood<Family>, Rest...> {
    using type = Family;
};
template <class First, class... Rest>
struct likelihood_in<First, Rest...> : likelihood_in<Rest...> {};
template <class Image, class Family>
inline constexpr bool parametrised_by = false;
template <class Image, a_family Family>
inline constexpr bool parametrised_by<Image, Family> =
    std::is_same_v<typename Family::template support<Image>, Image> && is_accepted<layers::rejects<Family, Image>>;

// `segments` is there where it was asked for: see programs::training.
template <int Segments>
struct recomputed {
    static constexpr int segments = Segments;
};
template <>
struct recomputed<0> {};

// Who does not look at the steps of a loop.
struct blind {
    constexpr void operator()(auto&&...) const {}
};

}  // namespace zoo

}  // namespace elbo
