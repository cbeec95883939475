// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>

// The models that are timed. A new one goes here, into each_model, and into steps.py, torch_models.py and jax_peer.py in bench/peers/.

namespace bench {

using namespace elbo;

using image = shape<1, 28, 28>;
using photo = shape<3, 64, 64>;
using digit = label<10>;

struct fc_encoder : stack<image, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct fc_decoder : stack<shape<20>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_vae : vae<fc_encoder, fc_decoder> {};

struct conv_encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu,
                            flatten, linear<256>, batch_norm<>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
struct conv_decoder : stack<shape<20>, linear<256>, act::relu, linear<3136>, act::relu, reshape<shape<64, 7, 7>>,
                            conv_transpose<32, 4, 2, 1>, batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};
struct conv_vae : vae<conv_encoder, conv_decoder> {};

struct labelled_encoder : stack<image, flatten, join<digit>, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct labelled_decoder : stack<shape<20>, join<digit>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct cvae_labels : vae<labelled_encoder, labelled_decoder> {};

struct m2_classifier : stack<image, flatten, linear<500>, act::tanh, linear<10>, to<categorical<10>>> {};
struct m2_encoder : stack<image, flatten, linear_with<digit, 500>, act::tanh, linear<100>, to<diagonal_normal<50>>> {};
struct m2_decoder : stack<shape<50>, linear_with<digit, 500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct m2 : elbo::m2<m2_classifier, m2_encoder, m2_decoder> {};

struct draw : elbo::draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};

struct posed_encoder : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
struct posed_decoder : stack<shape<20>, linear<256>, act::relu, linear<256>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};
struct pose_net : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<6, normal_init<1, 200>>, act::tanh> {};
struct transformer_vae : elbo::transformer_vae<posed_encoder, posed_decoder, pose_net> {};

// 64 x 64 pixels in colour, the nets of a DCGAN.
struct photo_encoder : stack<photo, conv<64, 4, 2, 1>, act::relu, conv<128, 4, 2, 1>, act::relu, conv<256, 4, 2, 1>, act::relu, flatten, linear<200>,
                             to<diagonal_normal<100>>> {};
struct photo_decoder : stack<shape<100>, linear<16384>, act::relu, reshape<shape<256, 8, 8>>, conv_transpose<128, 4, 2, 1>, act::relu,
                             conv_transpose<64, 4, 2, 1>, act::relu, conv_transpose<3, 4, 2, 1>, to<bernoulli>> {};
struct photo_vae : vae<photo_encoder, photo_decoder> {};

template <class Model>
struct entry {
    const char* name;
    std::size_t batch;   // of each batch axis
    std::size_t images;  // a step
};

// act(entry<Model>) of each model of the table.
template <class Do>
void each_model(Do act) {
    act(entry<fc_vae>{"fc_vae", 100, 100});
    act(entry<conv_vae>{"conv_vae", 100, 100});
    act(entry<cvae_labels>{"cvae_labels", 100, 100});
    act(entry<m2>{"m2", 100, 200});
    act(entry<draw>{"draw", 64, 64});
    act(entry<transformer_vae>{"transformer_vae", 100, 100});
    act(entry<photo_vae>{"photo_vae", 32, 32});
}

}  // namespace bench
