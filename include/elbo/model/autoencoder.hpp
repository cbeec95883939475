// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/vae.hpp>

namespace elbo {

namespace zoo {
template <class Output>
constexpr bool encoder_must_end_in_a_code() {
    static_assert(is_shape<Output>, "elbo: an autoencoder's encoder ends in a code, not in a distribution: remove to<...>");
    return is_shape<Output>;
}
template <class DecoderInput, class Code>
constexpr bool decoder_must_begin_with_the_shape_of_the_code() {
    static_assert(std::is_same_v<DecoderInput, Code>, "elbo: the decoder's input is not the shape of the encoder's code");
    return std::is_same_v<DecoderInput, Code>;
}

template <class Encoder, class Decoder>
constexpr bool autoencoder_fits() {
    using e = network_or_nothing<Encoder>;
    using d = network_or_nothing<Decoder>;

    if constexpr (!encoder_must_be_a_network<Encoder>()) return false;
    else if constexpr (!decoder_must_be_a_network<Decoder>()) return false;
    else if constexpr (!programs::network_fits<Encoder> || !programs::network_fits<Decoder>) return false;
    else if constexpr (!encoder_must_end_in_a_code<typename e::output>()) return false;
    else if constexpr (!decoder_must_begin_with_the_shape_of_the_code<typename d::input, typename e::output>()) return false;
    else if constexpr (!decoder_must_end_in_a_likelihood<typename d::output>()) return false;
    else return decoder_must_end_in_the_shape_of_the_data<support_of<typename d::output>, typename e::input>();
}
}  // namespace zoo

// A deterministic autoencoder: a code in the middle, and the decoder's -log likelihood as the reconstruction error:
// to<bernoulli> gives the cross-entropy, to<normal<>> half the squared error and a constant.
template <class Encoder, class Decoder>
struct autoencoder {
    using verdict    = std::bool_constant<zoo::autoencoder_fits<Encoder, Decoder>()>;
    using encoder    = zoo::network_or_nothing<Encoder>;
    using decoder    = zoo::network_or_nothing<Decoder>;
    using data       = typename encoder::input;
    using latent     = typename encoder::output;
    using conditions = list<>;
    using inputs     = list<data>;
    using networks   = list<net<"encoder", encoder>, net<"decoder", decoder>>;

    static constexpr bool fits = verdict::value;  // what does not fit is not recorded

    static constexpr auto objective(auto& record) {
        const auto x    = input<data>(record);
        const auto code = run<Encoder>(record, x);
        return minimise(term("reconstruction", -run<Decoder>(record, code).log_density(x)));
    }

    static constexpr void encode(auto& record) { output(record, "mean", run<Encoder>(record, input<data>(record))); }
    static constexpr void reconstruct(auto& record) {
        const auto code = run<Encoder>(record, input<data>(record));
        output(record, "mean", run<Decoder>(record, code).mean());
    }
    static constexpr void decode(auto& record) {
        output(record, "mean", run<Decoder>(record, argument<latent>(record, 0)).mean());
    }
};

}  // namespace elbo
