// SPDX-License-Identifier: MIT
// start THREADS FOLDER [binarise]: trains fc_vae on the images in a folder. The first line comes when the first step is done: data
// read, weights made. The second: microseconds of a step of the second epoch, those of them that making its batch takes.

#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/io.hpp>
#include <elbo/train.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

using namespace elbo;

namespace {

using clock_type = std::chrono::steady_clock;

double median_of(std::vector<double> times) {
    std::sort(times.begin(), times.end());
    return times[times.size() / 2];
}
double microseconds_since(clock_type::time_point begin) { return std::chrono::duration<double, std::micro>(clock_type::now() - begin).count(); }

// From the end of one step to the end of the next: the batch, the step, what is told of it.
struct stopwatch {
    clock_type::time_point last{};
    std::vector<double>    times{};

    void after_step(const progress_event& now) {
        if (now.step == 1) {
            std::puts("first step");
            std::fflush(stdout);
        }
        if (now.epoch > 1 && now.step_in_epoch > 1) times.push_back(microseconds_since(last));
        last = clock_type::now();
    }
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) return std::fprintf(stderr, "start THREADS FOLDER [binarise]\n"), 2;
    constexpr std::size_t batch    = 100;
    const bool            binarise = argc > 3 && std::string_view(argv[3]) == "binarise";
    const data::splits    digits   = data::load(argv[2]);
    trainer<bench::fc_vae, host> train{{.batch = batch, .seed = 1, .binarise = binarise}, {.threads = std::max(1, std::atoi(argv[1]))}};
    stopwatch             steps;
    train.fit(digits.train, epochs(2), steps);

    const data::batches source(digits.train, {.seed = 1, .binarise = binarise});
    std::vector<double> fills;
    for (std::size_t first = 0; first + batch <= source.size(); first += batch) {
        const auto begin = clock_type::now();
        outlining::fill(train.machine(), train.model().outline().inputs[0], train.input(0), source, 2, first, batch);
        fills.push_back(microseconds_since(begin));
    }
    std::printf("%.1f %.1f\n", median_of(steps.times), median_of(fills));
}
