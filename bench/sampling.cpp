// SPDX-License-Identifier: MIT
// sampling THREADS: images a second of sampling 10,000: draws of the prior, the decoder, means of the pixels. Each line: model,
// images at a time, images/s.

#include "bench.hpp"
#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace elbo;

template <class Model>
void measure_sampling(const char* name, int threads) {
    constexpr std::size_t images = 10'000;
    for (const std::size_t batch : {std::size_t{100}, std::size_t{1000}}) {
        host                     machine({.threads = threads});
        built_model<Model, host> model(machine, 1, batch);
        std::uint64_t            seed  = 0;
        const auto               times = bench::timings([&] { model.sample(images, ++seed); }, 3);
        std::printf("%s %zu %.0f\n", name, batch, static_cast<double>(images) / times[1]);
    }
}

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
    measure_sampling<bench::fc_vae>("fc_vae", threads);
    measure_sampling<bench::conv_vae>("conv_vae", threads);
}
