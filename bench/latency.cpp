// SPDX-License-Identifier: MIT
// latency THREADS: microseconds to encode one image and decode its code. Each line: model, median, least, 99th percentile.

#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

using namespace elbo;

template <class Model>
void measure_latency(const char* name, int threads, bool rounded = false) {
    using clock = std::chrono::steady_clock;
    constexpr std::size_t    calls = 3000;
    host                     machine({.threads = threads});
    built_model<Model, host> model(machine, 1, 1);
    if (rounded) model.round_to_bfloat16();
    const std::vector<float> x(Model::data::size, 0.5f);
    std::vector<double>      times;
    for (std::size_t i = 0; i < calls + calls / 10; ++i) {
        const auto begin = clock::now();
        model.decode(model.encode(x));
        const std::chrono::duration<double, std::micro> passed = clock::now() - begin;
        if (i >= calls / 10) times.push_back(passed.count());
    }
    std::sort(times.begin(), times.end());
    std::printf("%s %.1f %.1f %.1f\n", name, times[calls / 2], times[0], times[calls * 99 / 100]);
}

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
    measure_latency<bench::fc_vae>("fc_vae", threads);
    measure_latency<bench::fc_vae>("fc_vae_bf16", threads, true);
    measure_latency<bench::conv_vae>("conv_vae", threads);
}
