// SPDX-License-Identifier: MIT
// limits THREADS MEGABYTES...: what no program can exceed here. First GFLOP/s of multiplications and additions of floats that
// never leave their registers; then, for each size of three arrays, GB/s of a = b + s c. The best of several runs.

#include "bench.hpp"

#include <elbo/host.hpp>

#include <cstdio>
#include <cstdlib>

using namespace elbo;

namespace {

using wide [[gnu::vector_size(register_bytes)]] = float;
constexpr int lanes = register_bytes / sizeof(float), chains = 12;  // more than the latency of two units

float run_chains(std::size_t turns, float a, float b) {
    const wide by = a - wide{}, and_then = b - wide{};
    wide       x[chains];
    for (int k = 0; k < chains; ++k) x[k] = and_then * static_cast<float>(k);  // no two alike, or one would do for both
    for (std::size_t i = 0; i < turns; ++i)
        for (wide& one : x) one = one * by + and_then;
    float sum = 0;
    for (const wide& one : x)
        for (int l = 0; l < lanes; ++l) sum += one[l];
    return sum;
}

volatile float factor = 0.75f, term = 0.25f;

double gflops(host& on) {
    constexpr std::size_t turns = 1'000'000;
    const auto            run   = [&] {
        on.workers().run([&](int) { [[maybe_unused]] const volatile float kept = run_chains(turns, factor, term); });
    };
    return 2e-9 * static_cast<double>(turns * chains * lanes) * on.threads() / bench::timings(run, 5).front();
}

double gigabytes(host& on, std::size_t bytes) {
    const std::size_t part = bytes / 12 / static_cast<std::size_t>(on.threads()) / 16 * 16;
    std::vector<std::vector<float>> all(static_cast<std::size_t>(3 * on.threads()));
    on.workers().run([&](int t) {  // first touched by who uses them
        for (int k = 0; k < 3; ++k) all[static_cast<std::size_t>(3 * t + k)].assign(part, 0.5f);
    });
    const auto run = [&] {
        on.workers().run([&](int t) {
            float* const       a = all[static_cast<std::size_t>(3 * t)].data();
            const float* const b = all[static_cast<std::size_t>(3 * t + 1)].data();
            const float* const c = all[static_cast<std::size_t>(3 * t + 2)].data();
            const float        s = factor;
            for (std::size_t i = 0; i < part; ++i) a[i] = b[i] + s * c[i];
        });
    };
    return 12e-9 * static_cast<double>(part) * on.threads() / bench::timings(run, 5).front();
}

}  // namespace

int main(int argc, char** argv) {
    host on({.threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1});
    std::printf("%.1f\n", gflops(on));
    for (int i = 2; i < argc; ++i) std::printf("%.1f\n", gigabytes(on, static_cast<std::size_t>(1e6 * std::atof(argv[i]))));
}
