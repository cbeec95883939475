// SPDX-License-Identifier: MIT
// Images a second of whole training steps: forward, backward, Adam; batch 100, data in memory.
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

template <class Model>
void measure_step(const char* name, int threads) {
    trainer<Model, host> train{{.batch = 100, .seed = 1}, {.threads = threads}};
    for (float& x : train.input(0)) x = 0.5f;
    const double t = bench::median_seconds([&] { train.take_step(100, 0); });
    std::printf("%s %d %.0f\n", name, threads, 100 / t);
}

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 1;
    measure_step<fc_vae>("fc_vae", threads);
    measure_step<conv_vae>("conv_vae", threads);
}
