// SPDX-License-Identifier: MIT
#pragma once

#include "parity/models.hpp"

// Models of the sizes that people train: their strips take a chunk's rows in turns.

namespace elbo::parity {

using picture28 = shape<1, 28, 28>;
struct wide_encoder : stack<picture28, flatten, linear<150>, act::tanh, linear<14>, to<diagonal_normal<7>>> {};
struct wide_decoder : stack<shape<7>, linear<150>, act::tanh, linear<784>, reshape<picture28>, to<bernoulli>> {};
struct wide : vae<wide_encoder, wide_decoder> {};
struct wide_samples : vae<wide_encoder, wide_decoder, objective<importance_bound<6>>> {};

struct wide_conv_encoder : stack<picture28, conv<12, 4, 2, 1>, batch_norm<>, act::relu, conv<20, 4, 2, 1>, act::relu, flatten, linear<14>, to<diagonal_normal<7>>> {};
struct wide_conv_decoder : stack<shape<7>, linear<980>, act::relu, reshape<shape<20, 7, 7>>, conv_transpose<12, 4, 2, 1>, batch_norm<>, act::relu,
                                 conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};
struct wide_conv : vae<wide_conv_encoder, wide_conv_decoder> {};

struct wide_pose : stack<picture28, flatten, linear<20>, act::relu, linear<6, normal_init<1, 200>>, act::tanh> {};
struct wide_posed : transformer_vae<wide_encoder, wide_decoder, wide_pose> {};

template <class Do>
void each_wide_model(Do act) {
    act(named_model<wide>{"wide"});
    act(named_model<wide_samples>{"wide, 6 samples"});
    act(named_model<wide_conv>{"wide, convolutional"});
    act(named_model<wide_posed>{"wide, posed"});
}

}  // namespace elbo::parity
