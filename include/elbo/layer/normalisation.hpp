// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

namespace elbo {

// Ioffe and Szegedy (2015). Over the batch, and over the pixels of an image, of each channel: batch statistics in
// training, running ones otherwise. The running variance is the unbiased one, as PyTorch's is.
template <int MomentumPercent = 10>
struct batch_norm {
    template <class In>
    static constexpr std::size_t channels = In::rank == 3 ? In::extents[0] : In::size;
    template <class In>
    using output = In;
    template <class In>
    using parameters = list<parameter<"weight", shape<channels<In>>, ones>, parameter<"bias", shape<channels<In>>>>;
    template <class In>
    using states = list<running<"running_mean", shape<channels<In>>>, running<"running_var", shape<channels<In>>, ones>,
                        running<"num_batches_tracked", scalar>>;

    static constexpr double epsilon = 1e-5, momentum = MomentumPercent / 100.0;

    template <class X>
    static constexpr auto apply(const auto& s, X x, auto weight, auto bias, auto running_mean, auto running_var,
                                auto batches) {
        if constexpr (is_image<typename X::shape>) {
            using I = image_of<typename X::shape>;
            return as_image<I::height, I::width>(
                over_rows(s, as_pixels(x), weight, bias, running_mean, running_var, batches));
        } else return over_rows(s, x, weight, bias, running_mean, running_var, batches);
    }

private:
    template <class S, class X>
    static constexpr auto over_rows(const S& s, X x, auto weight, auto bias, auto running_mean, auto running_var,
                                    auto batches) {
        if constexpr (S::training) {
            const auto average  = mean(x);
            const auto centred  = x - average;
            const auto variance = mean(square(centred));

            const value<scalar, once> rows{x.on, x.on->scale(x.on->shared_leaf(verb::count, {}, X::axis::axis), X::k)};
            const auto unbiased = variance * (rows / at_least(rows - 1.0, 1.0));
            const auto old_mean = s.latest(running_mean);
            const auto old_var  = s.latest(running_var);
            const auto old_seen = s.latest(batches);
            s.assign(running_mean, stop_gradient(old_mean * (1 - momentum) + average * momentum));
            s.assign(running_var, stop_gradient(old_var * (1 - momentum) + unbiased * momentum));
            s.assign(batches, old_seen + 1.0);
            return centred * (weight / sqrt(variance + epsilon)) + bias;
        } else {
            const auto gain = weight / sqrt(running_var + epsilon);
            return x * gain + (bias - running_mean * gain);
        }
    }
};

// Ba, Kiros and Hinton (2016). Over each sample, with a gain and a bias of every element.
struct layer_norm {
    template <class In>
    struct order_ {
        using type = as_is;
    };
    template <std::size_t C, std::size_t H, std::size_t W>
    struct order_<shape<C, H, W>> {
        using type = channels_first<C, H, W>;
    };
    template <class In>
    using output = In;
    template <class In>
    using parameters = list<parameter<"weight", shape<In::size>, ones, typename order_<In>::type>,
                            parameter<"bias", shape<In::size>, zeros, typename order_<In>::type>>;

    static constexpr double epsilon = 1e-5;

    template <class X>
    static constexpr auto apply(const auto&, X x, auto weight, auto bias) {
        const auto flat_x   = in_shape<shape<X::shape::size>>(x);
        const auto centred  = flat_x - sum(flat_x) / static_cast<double>(X::shape::size);
        const auto variance = sum(square(centred)) / static_cast<double>(X::shape::size);
        return in_shape<typename X::shape>(centred / sqrt(variance + epsilon) * weight + bias);
    }
};

}  // namespace elbo
