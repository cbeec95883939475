// SPDX-License-Identifier: MIT
// Images a second of whole training steps: forward, backward, Adam; data in memory. Each line: model, batch, machine, images/s.
//     train_step THREADS     on the host
//     train_step             on a device, which it is compiled for with ELBO_BENCH_ON_DEVICE
//     train_step once        one step of each model and no timing: for sanitizers

#include "bench.hpp"

#include <elbo/elbo.hpp>
#ifdef ELBO_BENCH_ON_DEVICE
#include <elbo/device.hpp>
#else
#include <elbo/host.hpp>
#endif
#include <elbo/train.hpp>

#include <cstdio>
#include <cstdlib>
#include <string_view>

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

// 64 x 64 pixels in colour, the nets of a DCGAN.
using photo = shape<3, 64, 64>;
struct photo_encoder : stack<photo, conv<64, 4, 2, 1>, act::relu, conv<128, 4, 2, 1>, act::relu, conv<256, 4, 2, 1>, act::relu, flatten, linear<200>,
                             to<diagonal_normal<100>>> {};
struct photo_decoder : stack<shape<100>, linear<16384>, act::relu, reshape<shape<256, 8, 8>>, conv_transpose<128, 4, 2, 1>, act::relu,
                             conv_transpose<64, 4, 2, 1>, act::relu, conv_transpose<3, 4, 2, 1>, to<bernoulli>> {};
struct photo_vae : vae<photo_encoder, photo_decoder> {};

// What a sanitizer should see too.
struct full_encoder : stack<image, flatten, linear<64>, act::tanh, linear<65>, to<full_normal<10>>> {};
struct full_decoder : stack<shape<10>, linear<64>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct full_vae : vae<full_encoder, full_decoder, objective<importance_bound<5>>> {};
struct rows_in_turn : vrnn<image, hidden_units<64>, code_size<8>, feature_size<32>> {};

#ifdef ELBO_BENCH_ON_DEVICE
using machine = device;
constexpr bool        on_a_device = true;
machine::options      options_for(int) { return {}; }
constexpr const char* name_of(int) { return "device"; }
#else
using machine = host;
constexpr bool   on_a_device = false;
machine::options options_for(int threads) { return {.threads = threads}; }
const char*      name_of(int threads) { return threads == 1 ? "1" : threads == 2 ? "2" : "threads"; }
#endif

template <class Model>
void measure_step(const char* name, int threads, bool once, std::size_t batch) {
    trainer<Model, machine> train{{.batch = batch, .seed = 1}, options_for(threads)};
    for (float& x : train.input(0)) x = 0.5f;
    if (once) return train.take_step(batch, 0);
    const double t = bench::median_seconds([&] { train.take_step(batch, 0); });
    std::printf("%s %zu %s %.0f\n", name, batch, name_of(threads), static_cast<double>(batch) / t);
    std::fflush(stdout);
}

int main(int argc, char** argv) {
    const bool once    = argc > 1 && std::string_view(argv[1]) == "once";
    const int  threads = argc > 1 && !once ? std::atoi(argv[1]) : 1;
    measure_step<fc_vae>("fc_vae", threads, once, 100);
    if (on_a_device) measure_step<fc_vae>("fc_vae", threads, once, 1000);
    measure_step<conv_vae>("conv_vae", threads, once, 100);
    measure_step<draw_10>("draw", threads, once, 64);
    if (on_a_device) measure_step<photo_vae>("photo_vae", threads, once, once ? 16 : 256);
    if (once) measure_step<full_vae>("full_vae", threads, once, 20), measure_step<rows_in_turn>("vrnn", threads, once, 20);
}
