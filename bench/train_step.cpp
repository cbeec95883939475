// SPDX-License-Identifier: MIT
// Images a second of whole training steps: forward, backward, Adam; data in memory. Each line: model, batch, machine,
// images/s, images a step.
//     train_step THREADS [MODEL...]     on the host: these models, or all
//     train_step cost                   of one step: model, images, FLOPs, parameters
//     train_step                        on a device, which it is compiled for with ELBO_BENCH_ON_DEVICE
//     train_step once [MODEL...]        one step of each model and no timing: for sanitizers

#include "bench.hpp"
#include "models.hpp"

#ifdef ELBO_BENCH_ON_DEVICE
#include <elbo/device.hpp>
#else
#include <elbo/host.hpp>
#endif
#include <elbo/train.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

using namespace elbo;

// What a sanitizer should see too.
struct full_encoder : stack<bench::image, flatten, linear<64>, act::tanh, linear<65>, to<full_normal<10>>> {};
struct full_decoder : stack<shape<10>, linear<64>, act::tanh, linear<784>, reshape<bench::image>, to<bernoulli>> {};
struct full_vae : vae<full_encoder, full_decoder, objective<importance_bound<5>>> {};
struct rows_in_turn : vrnn<bench::image, hidden_units<64>, code_size<8>, feature_size<32>> {};

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
void measure_step(const bench::entry<Model>& of, int threads, bool once) {
    trainer<Model, machine> train{{.batch = of.batch, .seed = 1}, options_for(threads)};
    for (std::size_t i = 0; i < Model::inputs::size; ++i) {
        const auto x     = train.input(i);
        const bool label = train.model().outline().inputs[i].what == input_outline::kind::label;
        for (std::size_t k = 0; k < x.size(); ++k) x[k] = label ? static_cast<float>(k % 10) : 0.5f;
    }
    if (once) return train.take_step(of.batch, 0);
    const double t = bench::median_seconds([&] { train.take_step(of.batch, 0); });
    std::printf("%s %zu %s %.0f %zu\n", of.name, of.batch, name_of(threads), static_cast<double>(of.images) / t, of.images);
    std::fflush(stdout);
}

template <class Model>
void print_cost(const bench::entry<Model>& of) {
    const auto batch = static_cast<std::int64_t>(of.batch);
    const auto flops = static_cast<long long>(plan<Model>::flops(batch)), parameters = static_cast<long long>(plan<Model>::parameters);
    std::printf("%s %zu %lld %lld\n", of.name, of.images, flops, parameters);
}

int main(int argc, char** argv) {
    const std::string_view how     = argc > 1 ? argv[1] : "1";
    const bool             once    = how == "once";
    const int              threads = once ? 1 : std::max(1, std::atoi(how.data()));
    if (how == "cost") return bench::each_model([]<class M>(bench::entry<M> m) { print_cost(m); }), 0;

    const auto wanted = [&](std::string_view name) {
        return argc < 3 || std::any_of(argv + 2, argv + argc, [&](const char* one) { return name == one; });
    };
    bench::each_model([&]<class M>(bench::entry<M> m) {
        if (!wanted(m.name)) return;
        if (on_a_device && m.batch == 32) m.batch = m.images = once ? 16 : 256;
        measure_step(m, threads, once);
        if (on_a_device && std::is_same_v<M, bench::fc_vae>) m.batch = m.images = 1000, measure_step(m, threads, once);
    });
    if (!once) return 0;
    if (wanted("full_vae")) measure_step(bench::entry<full_vae>{"full_vae", 20, 20}, 1, true);
    if (wanted("vrnn")) measure_step(bench::entry<rows_in_turn>{"vrnn", 20, 20}, 1, true);
}
