// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/model/joints.hpp>

// How the three networks of m2<...> must fit together.

namespace elbo::zoo {

// The classes that a classifier's output tells apart; 0: it is none.
template <class Output>
inline constexpr std::size_t classes_of = 0;
template <std::size_t N, class In>
inline constexpr std::size_t classes_of<distribution_over<categorical<N>, In>> = N;

template <class Classifier>
constexpr bool classifier_must_be_a_network() {
    static_assert(is_network<Classifier>, "elbo: the classifier must be a network: a struct that inherits from stack<...>");
    return is_network<Classifier>;
}
template <class Output>
constexpr bool classifier_must_end_in_classes() {
    static_assert(classes_of<Output> != 0, "elbo: the classifier must end in classes: add to<categorical<...>>");
    return classes_of<Output> != 0;
}
template <class ClassifierInput, class Data>
constexpr bool classifier_must_begin_with_the_shape_of_the_data() {
    static_assert(std::is_same_v<ClassifierInput, Data>, "elbo: the classifier's input is not the shape of the data");
    return std::is_same_v<ClassifierInput, Data>;
}
template <class Conditions>
constexpr bool classifier_must_join_nothing() {
    static_assert(Conditions::size == 0, "elbo: the classifier joins a condition: it sees the data alone");
    return Conditions::size == 0;
}
template <class Conditions, class Label>
constexpr bool encoder_must_join_the_label_of_the_classes_alone() {
    constexpr bool is = std::is_same_v<decltype(unique(Conditions{})), list<Label>>;
    static_assert(is, "elbo: the encoder joins one condition, the label of the classifier's classes: join<label<...>>");
    return is;
}
template <class Conditions, class Label>
constexpr bool decoder_must_join_the_label_of_the_classes_alone() {
    constexpr bool is = std::is_same_v<decltype(unique(Conditions{})), list<Label>>;
    static_assert(is, "elbo: the decoder joins one condition, the label of the classifier's classes: join<label<...>>");
    return is;
}

// The first rule that does not hold is the only one told.
template <class Classifier, class Encoder, class Decoder>
constexpr bool m2_fits() {
    using c      = network_or_nothing<Classifier>;
    using e      = network_or_nothing<Encoder>;
    using d      = network_or_nothing<Decoder>;
    using latent = support_of<typename e::output>;
    using digit  = label<classes_of<typename c::output>>;

    if constexpr (!classifier_must_be_a_network<Classifier>()) return false;
    else if constexpr (!encoder_must_be_a_network<Encoder>()) return false;
    else if constexpr (!decoder_must_be_a_network<Decoder>()) return false;
    else if constexpr (!programs::network_fits<Classifier>) return false;
    else if constexpr (!programs::network_fits<Encoder> || !programs::network_fits<Decoder>) return false;
    else if constexpr (!classifier_must_end_in_classes<typename c::output>()) return false;
    else if constexpr (!encoder_must_end_in_a_posterior<typename e::output>()) return false;
    else if constexpr (!decoder_must_end_in_a_likelihood<typename d::output>()) return false;
    else if constexpr (!decoder_must_begin_with_the_shape_of_the_latent<typename d::input, latent>()) return false;
    else if constexpr (!decoder_must_end_in_the_shape_of_the_data<support_of<typename d::output>, typename e::input>())
        return false;
    else if constexpr (!classifier_must_begin_with_the_shape_of_the_data<typename c::input, typename e::input>()) return false;
    else if constexpr (!classifier_must_join_nothing<typename c::conditions>()) return false;
    else if constexpr (!encoder_must_join_the_label_of_the_classes_alone<typename e::conditions, digit>()) return false;
    else return decoder_must_join_the_label_of_the_classes_alone<typename d::conditions, digit>();
}

// A label of no classes is no label.
template <class Output>
using label_of = label<(classes_of<Output> > 0 ? classes_of<Output> : 1)>;

}  // namespace elbo::zoo
