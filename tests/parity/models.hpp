// SPDX-License-Identifier: MIT
#pragma once

#include "parity/replays.hpp"

#include <elbo/layer/recurrent.hpp>

// Models that between them use every layer, distribution and bound of a kind: small, and odd in their sizes.

namespace elbo::parity {

using picture8 = shape<1, 8, 8>;
using digit    = label<5>;

struct fc_encoder : stack<picture8, flatten, linear<21>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
struct fc_decoder : stack<shape<3>, linear<21>, act::tanh, linear<64>, reshape<picture8>, to<bernoulli>> {};
struct fc : vae<fc_encoder, fc_decoder> {};
struct iwae : vae<fc_encoder, fc_decoder, objective<importance_bound<4>>> {};

struct conv_encoder : stack<picture8, conv<4, 4, 2, 1>, batch_norm<>, act::gelu, conv<3, 3, 2, 1>, batch_norm<>, act::relu,
                            flatten, linear<6>, to<diagonal_normal<3>>> {};
struct conv_decoder : stack<shape<3>, linear<12>, act::softplus, reshape<shape<3, 2, 2>>, conv_transpose<4, 4, 2, 1>,
                            batch_norm<>, act::tanh, upsample<2>, conv<1, 3, 1, 1>, to<continuous_bernoulli>> {};
struct convolutional : vae<conv_encoder, conv_decoder> {};

struct conditional_encoder : stack<picture8, join<digit>, conv<3, 3, 2, 1>, act::elu<>, flatten, join<digit>, linear<8>,
                                   to<diagonal_normal<4>>> {};
struct conditional_decoder : stack<shape<4>, join<digit>, linear<9>, act::leaky_relu<>, linear<64>, reshape<picture8>, to<bernoulli>> {};
struct conditional : vae<conditional_encoder, conditional_decoder> {};

struct full_encoder : stack<picture8, flatten, linear<9>, act::sigmoid, linear<9>, to<full_normal<3>>> {};
struct full : vae<full_encoder, fc_decoder, objective<importance_bound<3>>> {};

struct low_rank_encoder : stack<picture8, average_pool<2>, max_pool<2>, flatten, linear<12>, to<low_rank_normal<3, 2>>> {};
struct low_rank : vae<low_rank_encoder, fc_decoder, prior<trained_prior<diagonal_normal<3>, 6>>, objective<importance_bound<3>>> {};

struct woven_encoder : stack<picture8, flatten, residual<linear<7>, act::tanh, linear<64>>, layer_norm,
                             concatenated<branch<linear<5>, act::relu>, branch<take<3, 9>>>, dropout<30>, linear<6>,
                             to<diagonal_normal<3>>> {};
struct woven_decoder : stack<shape<3>, linear<18>, reshape<shape<2, 3, 3>>, residual<conv<2, 3, 1, 1>, act::softplus>, dropout<10>,
                             flatten, linear<64>, reshape<picture8>, to<bernoulli>> {};
struct woven : vae<woven_encoder, woven_decoder> {};

struct logistic_decoder : stack<shape<3>, linear<64>, reshape<picture8>, to<discretised_logistic<>>> {};
struct logistic : vae<fc_encoder, logistic_decoder> {};

// Four turns of one cell, each with a code of its own.
struct loop {
    struct code : stack<shape<7>, linear<4>, to<diagonal_normal<2>>> {};
    struct brush : stack<shape<7>, linear<64>, reshape<picture8>> {};
    using cell     = lstm<66, 7>;
    using inputs   = list<picture8>;
    using networks = list<net<"cell", cell>, net<"code", code>, net<"brush", brush>>;

    static constexpr auto objective(auto& record) {
        const auto x      = input<picture8>(record);
        auto       state  = cell::zero_state(record);
        auto       canvas = spread<value<picture8>>(constant(record, 0));
        auto       z      = spread<value<shape<2>>>(constant(record, 0));
        auto       nats   = spread<value<scalar>>(constant(record, 0));
        for (int t = 0; t < 4; ++t) {
            state        = run<cell>(record, join_columns(flat(x - sigmoid(canvas)), z), state, turn{t});
            const auto q = run<code>(record, state.h);
            z            = q.sample(record, "z", t);
            canvas       = canvas + run<brush>(record, state.h);
            nats         = nats + kl(q, standard_normal_like(z), z);
        }
        return minimise(term("reconstruction", -bernoulli::from(record, canvas).log_density(x)), term("kl", nats));
    }
};

// Two batches: one with labels, and one whose every label is tried.
struct two_batches {
    struct guess : stack<picture8, flatten, linear<6>, act::softplus, linear<5>, to<categorical<5>>> {};
    struct code : stack<picture8, flatten, join<digit>, linear<7>, act::softplus, linear<6>, to<diagonal_normal<3>>> {};
    struct show : stack<shape<3>, join<digit>, linear<7>, act::softplus, linear<64>, reshape<picture8>, to<bernoulli>> {};
    using inputs   = list<picture8, digit, unlabelled<picture8>>;
    using networks = list<net<"guess", guess>, net<"code", code>, net<"show", show>>;

    static constexpr auto bound(auto& record, auto x, auto y, const char* purpose) {
        const auto q  = run<code>(record, x, given<digit>(y));
        const auto z  = q.sample(record, purpose);
        const auto px = run<show>(record, z, given<digit>(y));
        return kl(q, standard_normal_like(z), z) - px.log_density(x);
    }
    static constexpr auto objective(auto& record) {
        const auto x        = input<picture8>(record);
        const auto y        = input<digit>(record);
        const auto u        = input<unlabelled<picture8>>(record);
        const auto labelled = bound(record, x, y, "labelled");
        const auto each     = bound(record, repeat<5>(u), unit_vectors<5, batch<2>>(record), "unlabelled");
        const auto q        = run<guess>(record, u);
        const auto marginal = fold<5>(as_rows(q.mean()) * each) - q.entropy();
        const auto errors   = -run<guess>(record, x).log_density(y);
        return minimise(term("labelled", labelled), term("unlabelled", marginal), term("guess", slot(record, "alpha", 0.3), errors));
    }
};

// The same as the library has it: its first layers shared among the labels.
struct told_by_half : stack<picture8, conv<3, 4, 2, 1>, batch_norm<>, act::relu, dropout<20>, flatten, linear<5>, to<categorical<5>>> {};
struct coded_by_half : stack<picture8, conv<3, 4, 2, 1>, act::relu, flatten, linear_with<digit, 7>, batch_norm<>, act::softplus, linear<6>,
                             to<diagonal_normal<3>>> {};
struct shown_by_half : stack<shape<3>, linear_with<digit, 7>, act::softplus, linear<64>, reshape<picture8>, to<bernoulli>> {};
struct half_told : m2<told_by_half, coded_by_half, shown_by_half> {};

// The label enters each network in a way of its own.
struct modulated_encoder : stack<picture8, conv<3, 4, 2, 1>, modulate<digit, normal_init<1, 4>>, act::softplus, flatten, linear<6>, to<diagonal_normal<3>>> {};
struct modulated_decoder : stack<shape<3>, linear<9>, modulate<digit, normal_init<1, 4>>, act::tanh, join<digit>, linear<64>, reshape<picture8>, to<bernoulli>> {};
struct modulated : vae<modulated_encoder, modulated_decoder> {};

struct rest_decoder : stack<shape<3>, join<seen_part<picture8, quadrants<1>>>, linear<9>, act::tanh, linear<48>, to<bernoulli>> {};
struct rest_prior : stack<shape<16>, linear<6>, to<diagonal_normal<3>>> {};
struct completing : completion<fc_encoder, rest_decoder, rest_prior, quadrants<1>> {};

// Three players with a loss each.
struct three_players {
    struct show : stack<shape<3>, linear<32>, batch_norm<>, act::tanh, reshape<shape<2, 4, 4>>, conv_transpose<1, 4, 2, 1>, act::sigmoid> {};
    struct features : stack<picture8, conv<2, 4, 2, 1>, act::softplus, flatten> {};
    struct verdict : stack<shape<32>, linear<5>, act::tanh, linear<1>, to<bernoulli>> {};
    using inputs   = list<picture8>;
    using networks = list<player<net<"encoder", fc_encoder>>, player<net<"show", show>>,
                          player<net<"features", features>, net<"verdict", verdict>>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<picture8>(record);
        const auto q = run<fc_encoder>(record, x);
        const auto z = q.sample(record, "z");
        const auto p = standard_normal_like(z);

        const auto again    = run<show>(record, z);
        const auto seen     = run<features>(record, x);
        const auto seen_too = run<features>(record, again);
        const auto likeness = -normal<>::from(record, seen_too).log_density(seen);
        const auto gan      = run<verdict>(record, seen).log_density(constant(record, 1)) +
                         run<verdict>(record, seen_too).log_density(constant(record, 0)) +
                         run<verdict>(record, run<features>(record, run<show>(record, p.sample(record, "prior")))).log_density(constant(record, 0));
        return each_player(minimise(term("kl", kl(q, p, z)), term("likeness", likeness)),
                           minimise(term("likeness", slot(record, "gamma", 0.1), likeness), term("gan", gan)),
                           minimise(term("verdict", -gan)));
    }
};

// Three steps of DRAW, through filters and conditional; and frames of an image, one after another.
struct attended : draw<picture8, time_steps<3>, hidden_units<9>, code_size<3>, glimpses<2, 3>, conditioned_on<digit>> {};
struct recurrent : vrnn<picture8, hidden_units<7>, code_size<2>, feature_size<5>> {};

// Poses of their own: by matrices, undone before they are seen, with a prior; and by splines.
struct pose_guess : stack<picture8, flatten, linear<9>, act::tanh, linear<10>, to<diagonal_normal<5>>> {};
struct spline_sight : stack<picture8, flatten, linear<9>, act::relu, linear<8>, act::tanh> {};
struct posed : transformer_vae<fc_encoder, fc_decoder, pose_guess, posed_by<scaled_pose>, pose_prior<located_poses<scaled_pose>>, upright_encoder> {};
struct bent : transformer_vae<fc_encoder, fc_decoder, spline_sight, posed_by<thin_plate_pose<2>>> {};

// A place that rounding moves over the edge of a pixel has another gradient: plain<float> is as far from plain<double>.
template <class M>
inline constexpr bool has_kinks = std::is_same_v<M, posed> || std::is_same_v<M, bent>;

template <class M>
struct named_model {
    const char* name;
    using model = M;
};

template <class Do>
void each_model(Do act) {
    act(named_model<fc>{"fc"});
    act(named_model<iwae>{"iwae"});
    act(named_model<convolutional>{"convolutional"});
    act(named_model<conditional>{"conditional"});
    act(named_model<modulated>{"modulated"});
    act(named_model<full>{"full covariance"});
    act(named_model<low_rank>{"low rank"});
    act(named_model<woven>{"woven"});
    act(named_model<logistic>{"logistic"});
    act(named_model<loop>{"loop"});
    act(named_model<attended>{"attended"});
    act(named_model<recurrent>{"recurrent"});
    act(named_model<two_batches>{"two batches"});
    act(named_model<half_told>{"half told"});
    act(named_model<completing>{"completing"});
    act(named_model<three_players>{"three players"});
}

// And those that have kinks: the least difference of a pose moves a pixel's corner across another.
template <class Do>
void each_model_and_kinked(Do act) {
    each_model(act);
    act(named_model<posed>{"posed"});
    act(named_model<bent>{"bent"});
}

// The second batch is a little smaller than the first.
inline row_counts batches_of(std::int64_t n) { return {1, n, (n + 2) / 3, n}; }

template <class Model>
handed_in something_for(std::int64_t batch) {
    handed_in d;
    d.counts     = batches_of(batch);
    d.parameters = spread_numbers(layout<Model>::parameters, -0.4, 0.4, 1);
    d.state.assign(layout<Model>::states, 1.0f);
    [&]<class... D>(list<D...>) {
        (([&] {
             const auto rows = static_cast<std::size_t>(d.counts[static_cast<std::size_t>(batch_axis<D>)]);
             auto       x    = spread_numbers(rows * data_traits<D>::raw::size, 0.02, 0.98, 2 + static_cast<std::uint32_t>(d.inputs.size()));
             if constexpr (requires { D::classes; })
                 for (float& number : x) number = std::floor(number * static_cast<float>(D::classes));
             d.inputs.push_back(std::move(x));
         }()),
         ...);
    }(typename Model::inputs{});
    return d;
}

}  // namespace elbo::parity
