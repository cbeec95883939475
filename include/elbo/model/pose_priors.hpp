// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/layer/activation.hpp>
#include <elbo/layer/entrywise.hpp>
#include <elbo/layer/linear.hpp>
#include <elbo/layer/pose.hpp>
#include <elbo/layer/stack.hpp>
#include <elbo/layer/thin_plate.hpp>
#include <elbo/model/joints.hpp>

// Priors of poses, Vivé and Amit (2017), and how the parts of transformer_vae<...> must fit together.
//
// A pose is u = identity + f(c), c ~ N(0, I), f a network of the model. As KL(q(c|x) || p(c)) is that of u wherever f can
// be inverted, f says what the prior of u is: one term for all of them.

namespace elbo {

// N(identity, diag s^2), s learned
template <class Pose>
struct centred_poses : stack<shape<Pose::size>, scale_each<constant_init<-2>>> {};
// N(identity + m, diag s^2), m and s learned
template <class Pose>
struct located_poses : stack<shape<Pose::size>, scale_each<constant_init<-2>>, shift_each<>> {};
// N(identity + b, W W'), W (Pose::size, Rank): the full covariance, or one of less rank
template <class Pose, std::size_t Rank = Pose::size>
struct correlated_poses : stack<shape<Rank>, linear<Pose::size, normal_init<1, 10>>> {};
// identity + tanh(W' relu(W c + b) + b'): the 5-10-18 of the paper's code where the pose is thin_plate_pose<3>
template <class Pose, std::size_t Codes = 5, std::size_t Hidden = 10>
struct neural_poses : stack<shape<Codes>, linear<Hidden>, act::relu, linear<Pose::size, normal_init<1, 20>>, act::tanh> {};

// ---- options of transformer_vae<Encoder, Decoder, PoseNetwork, ...> ----

template <class Pose>
struct posed_by {};  // affine_pose unless it is said
template <class Network>
struct pose_prior {};  // from a code to what is added to the identity; without it a pose is a function of the image
struct upright_encoder {};  // the encoder sees the image with its pose undone

namespace zoo {

template <class... Options>
struct pose_in {
    using type = affine_pose;
};
template <class Pose, class... Rest>
struct pose_in<posed_by<Pose>, Rest...> {
    using type = Pose;
};
template <class First, class... Rest>
struct pose_in<First, Rest...> : pose_in<Rest...> {};

struct no_pose_prior {};
template <class... Options>
struct pose_prior_in {
    using type = no_pose_prior;
};
template <class Network, class... Rest>
struct pose_prior_in<pose_prior<Network>, Rest...> {
    using type = Network;
};
template <class First, class... Rest>
struct pose_prior_in<First, Rest...> : pose_prior_in<Rest...> {};

enum class transformer_option { unknown, pose, prior, upright };
template <class T>
inline constexpr transformer_option kind_of_transformer_option = transformer_option::unknown;
template <class P>
inline constexpr transformer_option kind_of_transformer_option<posed_by<P>> = transformer_option::pose;
template <class N>
inline constexpr transformer_option kind_of_transformer_option<pose_prior<N>> = transformer_option::prior;
template <>
inline constexpr transformer_option kind_of_transformer_option<upright_encoder> = transformer_option::upright;

template <class Pose>
inline constexpr bool is_pose = requires { Pose::identity(); Pose::size; };
template <class Output>
inline constexpr bool gives_coins = false;
template <class In>
inline constexpr bool gives_coins<distribution_over<bernoulli, In>> = true;

// ---- the joints: see joints.hpp ----

template <class... Options>
constexpr bool options_of_transformer_vae_must_be_known() {
    constexpr bool known = ((kind_of_transformer_option<Options> != transformer_option::unknown) && ... && true);
    static_assert(known, "elbo: not an option of transformer_vae: posed_by<Pose>, pose_prior<Network> or upright_encoder");
    return known;
}
template <class... Options>
constexpr bool options_of_transformer_vae_must_be_given_once() {
    constexpr auto times = []([[maybe_unused]] transformer_option kind) { return ((kind_of_transformer_option<Options> == kind ? 1 : 0) + ... + 0); };
    constexpr bool once_each = times(transformer_option::pose) < 2 && times(transformer_option::prior) < 2 && times(transformer_option::upright) < 2;
    static_assert(once_each, "elbo: an option of transformer_vae is given twice");
    return once_each;
}
template <class Pose>
constexpr bool posed_by_must_name_a_pose() {
    static_assert(is_pose<Pose>, "elbo: posed_by<...> needs a pose: affine_pose, similarity_pose, scaled_pose, sheared_pose or thin_plate_pose<N>");
    return is_pose<Pose>;
}
template <class Data>
constexpr bool transformer_vae_must_begin_with_an_image() {
    static_assert(is_image<Data>, "elbo: only images have a pose: the encoder of transformer_vae begins with shape<1, 28, 28>");
    return is_image<Data>;
}
template <class Output>
constexpr bool decoder_must_end_in_pixels_that_can_be_moved() {
    static_assert(gives_coins<Output>, "elbo: what transformer_vae moves are the means of a bernoulli: end the decoder in to<bernoulli>");
    return gives_coins<Output>;
}
template <class Pose>
constexpr bool pose_network_must_be_a_network() {
    static_assert(is_network<Pose>, "elbo: the pose network must be a network: a struct that inherits from stack<...>");
    return is_network<Pose>;
}
template <class Input, class Data>
constexpr bool pose_network_must_begin_with_the_data() {
    static_assert(std::is_same_v<Input, Data>, "elbo: the pose network begins with the image that the encoder begins with");
    return std::is_same_v<Input, Data>;
}
template <class Output, std::size_t Size>
constexpr bool pose_network_must_end_in_the_poses_numbers() {
    constexpr bool same = std::is_same_v<Output, shape<Size>>;
    static_assert(same, "elbo: without a pose_prior the pose network ends in as many numbers as the pose has");
    return same;
}
template <class Output, class Code>
constexpr bool pose_network_must_end_in_a_distribution_of_codes() {
    constexpr bool same = is_distribution<Output> && std::is_same_v<support_of<Output>, Code>;
    static_assert(same, "elbo: with a pose_prior the pose network ends in a distribution over what the prior's network begins with");
    return same;
}
template <class Prior, std::size_t Size>
constexpr bool pose_prior_must_end_in_the_poses_numbers() {
    constexpr bool same = std::is_same_v<typename network_or_nothing<Prior>::output, shape<Size>> && is_network<Prior>;
    static_assert(same, "elbo: pose_prior<...> needs a network that ends in as many numbers as the pose has");
    return same;
}
template <class Pose, bool Undoes>
constexpr bool upright_encoder_needs_a_pose_that_can_be_undone() {
    constexpr bool can = !Undoes || can_be_undone<Pose>;
    static_assert(can, "elbo: upright_encoder needs a pose that can be undone, one with places_back");
    return can;
}

template <class Encoder, class Decoder, class PoseNetwork, class... Options>
constexpr bool transformer_fits() {
    using e    = network_or_nothing<Encoder>;
    using d    = network_or_nothing<Decoder>;
    using p    = network_or_nothing<PoseNetwork>;
    using pose = typename pose_in<Options...>::type;
    using f    = typename pose_prior_in<Options...>::type;

    constexpr bool undoes = (std::is_same_v<Options, upright_encoder> || ...);

    if constexpr (!encoder_must_be_a_network<Encoder>()) return false;
    else if constexpr (!decoder_must_be_a_network<Decoder>()) return false;
    else if constexpr (!pose_network_must_be_a_network<PoseNetwork>()) return false;
    else if constexpr (!options_of_transformer_vae_must_be_known<Options...>()) return false;
    else if constexpr (!options_of_transformer_vae_must_be_given_once<Options...>()) return false;
    else if constexpr (!programs::network_fits<Encoder> || !programs::network_fits<Decoder>) return false;
    else if constexpr (!programs::network_fits<PoseNetwork> || !programs::network_fits<f>) return false;
    else if constexpr (!transformer_vae_must_begin_with_an_image<typename e::input>()) return false;
    else if constexpr (!encoder_must_end_in_a_posterior<typename e::output>()) return false;
    else if constexpr (!decoder_must_begin_with_the_shape_of_the_latent<typename d::input, support_of<typename e::output>>()) return false;
    else if constexpr (!decoder_must_end_in_pixels_that_can_be_moved<typename d::output>()) return false;
    else if constexpr (!decoder_must_end_in_the_shape_of_the_data<support_of<typename d::output>, typename e::input>()) return false;
    else if constexpr (!pose_network_must_begin_with_the_data<typename p::input, typename e::input>()) return false;
    else if constexpr (!posed_by_must_name_a_pose<pose>()) return false;
    else if constexpr (!upright_encoder_needs_a_pose_that_can_be_undone<pose, undoes>()) return false;
    else if constexpr (std::is_same_v<f, no_pose_prior>) return pose_network_must_end_in_the_poses_numbers<typename p::output, pose::size>();
    else if constexpr (!pose_prior_must_end_in_the_poses_numbers<f, pose::size>()) return false;
    else return pose_network_must_end_in_a_distribution_of_codes<typename p::output, typename f::input>();
}

}  // namespace zoo

}  // namespace elbo
