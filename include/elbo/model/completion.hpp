// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/discrete.hpp>
#include <elbo/model/joints.hpp>

namespace elbo {

// ---- which pixels are seen ----
struct left_half {
    static constexpr bool sees(std::size_t, std::size_t column, std::size_t, std::size_t width) { return column < width / 2; }
};
struct top_half {
    static constexpr bool sees(std::size_t row, std::size_t, std::size_t height, std::size_t) { return row < height / 2; }
};
// The first of: bottom left, top left, top right, bottom right.
template <int Count>
struct quadrants {
    static constexpr bool sees(std::size_t row, std::size_t column, std::size_t height, std::size_t width) {
        const bool top = row < height / 2, left = column < width / 2;
        return (left ? top ? 1 : 0 : top ? 2 : 3) < Count;
    }
};

namespace zoo {
template <class Image, class Which>
constexpr bool sees(std::size_t number) {
    using I = image_or_dot<Image>;
    constexpr std::size_t channels = Image::size / (I::height * I::width);
    return Which::sees(number / channels / I::width, number / channels % I::width, I::height, I::width);
}
// Those numbers of an image that are seen, or those that are not, one after another.
template <class Image, class Which, bool Seen>
struct part {
    static constexpr std::size_t size = [] {
        std::size_t n = 0;
        for (std::size_t i = 0; i < Image::size; ++i) n += sees<Image, Which>(i) == Seen;
        return n;
    }();
    static constexpr std::array<double, size> places() {
        std::array<double, size> at{};
        for (std::size_t i = 0, n = 0; i < Image::size; ++i)
            if (sees<Image, Which>(i) == Seen) at[n++] = static_cast<double>(i);
        return at;
    }
    static constexpr auto of(auto image) { return gather(image, verbs::table<shape<size>>(*image.on, places())); }
    static constexpr auto back(auto numbers) {  // in their places, zeros between them
        return in_shape<Image>(scatter<Image::size>(numbers, verbs::table<shape<size>>(*numbers.on, places())));
    }
};
}  // namespace zoo

// The pixels that are seen, as data that a network joins: join<seen_part<shape<1, 28, 28>, left_half>>. What is not seen is what
// the likelihood is of: missing_part<...>.
template <class Image, class Which>
struct seen_part {
    using pixels = zoo::part<Image, Which, true>;
    using raw    = Image;
    using seen   = shape<pixels::size>;
    static constexpr auto see(auto image) { return pixels::of(image); }
};
template <class Image, class Which>
using missing_part = shape<zoo::part<Image, Which, false>::size>;

namespace zoo {

template <class Prior>
constexpr bool completions_prior_must_be_a_network() {
    static_assert(is_network<Prior>, "elbo: the prior of a completion must be a network: a struct that inherits from stack<...>");
    return is_network<Prior>;
}
template <class PriorInput, class Seen>
constexpr bool prior_must_begin_with_what_is_seen() {
    static_assert(std::is_same_v<PriorInput, Seen>, "elbo: the prior's input is not the shape of the pixels that are seen");
    return std::is_same_v<PriorInput, Seen>;
}
template <class Conditions>
constexpr bool encoder_must_see_the_image_alone() {
    static_assert(Conditions::size == 0, "elbo: the encoder of a completion sees all of the image: it joins nothing");
    return Conditions::size == 0;
}
template <class Conditions, class Part>
constexpr bool decoder_must_join_what_is_seen() {
    constexpr bool is = std::is_same_v<decltype(unique(Conditions{})), list<Part>>;
    static_assert(is, "elbo: the decoder of a completion joins the pixels that are seen: join<seen_part<...>>");
    return is;
}
template <class Likelihood, class Missing>
constexpr bool decoder_must_end_in_what_is_missing() {
    static_assert(std::is_same_v<Likelihood, Missing>, "elbo: the likelihood is not over the pixels that are missing");
    return std::is_same_v<Likelihood, Missing>;
}

template <class Encoder, class Decoder, class Prior, class Which>
constexpr bool completion_fits() {
    using e      = network_or_nothing<Encoder>;
    using d      = network_or_nothing<Decoder>;
    using p      = network_or_nothing<Prior>;
    using latent = support_of<typename e::output>;
    using part   = seen_part<typename e::input, Which>;

    if constexpr (!encoder_must_be_a_network<Encoder>()) return false;
    else if constexpr (!decoder_must_be_a_network<Decoder>()) return false;
    else if constexpr (!completions_prior_must_be_a_network<Prior>()) return false;
    else if constexpr (!programs::network_fits<Encoder> || !programs::network_fits<Decoder> || !programs::network_fits<Prior>) return false;
    else if constexpr (!encoder_must_end_in_a_posterior<typename e::output>()) return false;
    else if constexpr (!decoder_must_end_in_a_likelihood<typename d::output>()) return false;
    else if constexpr (!decoder_must_begin_with_the_shape_of_the_latent<typename d::input, latent>()) return false;
    else if constexpr (!decoder_must_end_in_what_is_missing<support_of<typename d::output>, missing_part<typename e::input, Which>>()) return false;
    else if constexpr (!prior_must_be_a_distribution<Prior>()) return false;
    else if constexpr (!prior_must_begin_with_what_is_seen<typename p::input, typename part::seen>()) return false;
    else if constexpr (!prior_must_be_over_the_latent<Prior, latent>()) return false;
    else if constexpr (!encoder_must_see_the_image_alone<typename e::conditions>()) return false;
    else return decoder_must_join_what_is_seen<typename d::conditions, part>();
}

}  // namespace zoo

// Sohn, Lee and Yan (2015), sections 4.1 and 4.2: what is missing of an image, given what is seen of it.
//
//     struct left_to_right : completion<encoder, decoder, prior_net, left_half> {};     q(z|x), p(missing|z,seen), p(z|seen)
//
// The parts are cut out of the image by the tape: the data are images.
template <class Encoder, class Decoder, class Prior, class Which>
struct completion {
    using verdict    = std::bool_constant<zoo::completion_fits<Encoder, Decoder, Prior, Which>()>;
    using encoder    = zoo::network_or_nothing<Encoder>;
    using decoder    = zoo::network_or_nothing<Decoder>;
    using prior_type = zoo::network_or_nothing<Prior>;
    using data       = typename encoder::input;
    using latent     = zoo::support_of<typename encoder::output>;
    using part       = seen_part<data, Which>;
    using rest       = zoo::part<data, Which, false>;
    using inputs     = list<data>;
    using networks   = list<net<"encoder", encoder>, net<"decoder", decoder>, net<"prior", prior_type>>;

    static constexpr bool fits = verdict::value;  // what does not fit is not recorded

    // -log p(missing|seen) <= -E log p(missing|z,seen) + KL(q(z|x) || p(z|seen)): eq. 4
    static constexpr auto objective(auto& record) {
        const auto x  = input<data>(record);
        const auto q  = run<Encoder>(record, x);
        const auto z  = q.sample(record, "z");
        const auto px = likelihood(record, z, x);
        return minimise(term("reconstruction", -px.log_density(rest::of(x))), term("kl", slot(record, "beta", 1.0), kl(q, prior_of(record, x), z)));
    }

    // ---- programs: of images, of which only what is seen is looked at, save by encode and log_weights ----
    static constexpr void encode(auto& record) { output(record, "mean", run<Encoder>(record, input<data>(record)).mean()); }
    static constexpr void reconstruct(auto& record) {  // the likeliest code
        const auto x = input<data>(record);
        output(record, "mean", completed(record, prior_of(record, x).mean(), x));
    }
    static constexpr void generate(auto& record) {
        const auto x = input<data>(record);
        output(record, "mean", completed(record, prior_of(record, x).sample(record, "prior"), x));
    }
    static constexpr void masked(auto& record) { output(record, "result", part::pixels::back(part::see(input<data>(record)))); }
    template <int K>
    static constexpr void log_weights(auto& record) {
        const auto x  = input<data>(record);
        const auto q  = run<Encoder>(record, x);
        const auto z  = q.template sample<K>(record, "z");
        const auto px = likelihood(record, z, x);
        output(record, "log weights", px.log_density(rest::of(x)) + prior_of(record, x).log_density(z) - q.log_density(z));
    }

private:
    static constexpr auto prior_of(auto& record, auto x) { return run<Prior>(record, part::see(x)); }
    static constexpr auto likelihood(auto& record, auto z, auto x) {
        return run<Decoder>(record, z, given<part>(layers::for_each_of(z, part::see(x))));
    }
    static constexpr auto completed(auto& record, auto z, auto x) {
        return rest::back(likelihood(record, z, x).mean()) + part::pixels::back(part::see(x));
    }
};

}  // namespace elbo
