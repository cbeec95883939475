// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

namespace bench {

// `runs` timings of f, each long enough to be one, in seconds a call, the shortest first.
template <class F>
std::vector<double> timings(F f, int runs = 15, double least = 0.05) {
    using clock = std::chrono::steady_clock;
    const auto seconds = [](clock::duration d) { return std::chrono::duration<double>(d).count(); };
    f();
    const auto t0   = clock::now();
    f();
    const int  reps = std::max(1, static_cast<int>(least / std::max(1e-9, seconds(clock::now() - t0))));
    std::vector<double> times;
    for (int run = 0; run < runs; ++run) {
        const auto begin = clock::now();
        for (int i = 0; i < reps; ++i) f();
        times.push_back(seconds(clock::now() - begin) / reps);
    }
    std::sort(times.begin(), times.end());
    return times;
}
template <class F>
double median_seconds(F f) {
    const auto times = timings(f);
    return times[times.size() / 2];
}

}  // namespace bench
