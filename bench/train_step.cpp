// SPDX-License-Identifier: MIT
// Images a second of whole training steps: forward, backward, Adam; batch 100 (of DRAW 64), data in memory.
//     train_step THREADS

#include "bench.hpp"

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <cstdio>
#include <cstdlib>

using namespace elbo;
using image = shape<1, 28, 28>;

struct encoder : stack<image, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_vae : vae<encoder, decoder> {};

struct conv_encoder : stack<image, conv<32, 4, 2, 1>, batch_norm<>, act::relu, conv<64, 4, 2, 1>, batch_norm<>, act::relu,
                            flatten, linear<256>, batch_norm<>, act::relu, linear<40>, to<diagonal_normal<20>>> {};
struct conv_decoder : stack<shape<20>, linear<256>, act::relu, linear<3136>, act::relu, reshape<shape<64, 7, 7>>,
                            conv_transpose<32, 4, 2, 1>, batch_norm<>, act::relu, conv_transpose<1, 4, 2, 1>, to<bernoulli>> {};
struct conv_vae : vae<conv_encoder, conv_decoder> {};

struct draw_10 : draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};

template <class Model>
void measure_step(const char* name, int threads, std::size_t batch = 100) {
    trainer<Model, host> train{{.batch = batch, .seed = 1}, {.threads = threads}};
    for (float& x : train.input(0)) x = 0.5f;
    const double t = bench::median_seconds([&] { train.take_step(batch, 0); });
    std::printf("%s %d %.0f\n", name, threads, static_cast<double>(batch) / t);
}

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
    measure_step<fc_vae>("fc_vae", threads);
    measure_step<conv_vae>("conv_vae", threads);
    measure_step<draw_10>("draw", threads, 64);
}
