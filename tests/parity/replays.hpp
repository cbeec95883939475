// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

// One tape on two machines: plain<double>, which says what is right, and host. What they are given are floats, so that
// both start from the same numbers.

namespace elbo::parity {

struct handed_in {
    std::vector<float>              parameters = {}, state = {};
    std::vector<std::vector<float>> inputs = {};
    row_counts                      counts = {1, 1, 1, 1};
    std::uint64_t                   seed = 5;
    std::uint32_t                   step = 3, first_row = 0;
};

template <class T>
struct outcome {
    std::vector<std::vector<T>> outputs = {};  // in the tape's order
    std::vector<T>              gradients = {}, state = {};

    bool operator==(const outcome&) const = default;
};

// Gradients that nothing stores stay at this.
inline constexpr float untouched = -77;

template <class T, class Machine>
outcome<T> replay(Machine& machine, const tape& t, const handed_in& d) {
    outcome<T>                  out;
    std::vector<T>              parameters(d.parameters.begin(), d.parameters.end());
    std::vector<std::vector<T>> inputs;
    for (const auto& x : d.inputs) inputs.emplace_back(x.begin(), x.end());
    out.gradients.assign(parameters.size(), T(untouched));
    out.state.assign(d.state.begin(), d.state.end());
    auto with       = bindings_for<T>(t);
    with.parameters = parameters.data();
    with.gradients  = out.gradients.data();
    with.state      = out.state.data();
    for (std::size_t i = 0; i < inputs.size(); ++i) with.inputs[i] = inputs[i].data();
    with.counts = d.counts, with.seed = d.seed, with.step = d.step, with.first_row = d.first_row;
    machine.replay(with);
    for (const named_output& o : t.outputs) out.outputs.emplace_back(machine[o.id].begin(), machine[o.id].end());
    return out;
}

inline outcome<double> on_plain(const tape& t, const handed_in& d) {
    plain<double> machine(t);
    return replay<double>(machine, t, d);
}
inline outcome<float> on_host(host& machine, const tape& t, const handed_in& d, row_counts capacity) {
    host::program program(machine, t, capacity);
    return replay<float>(program, program.code(), d);
}
inline outcome<float> on_host(host& machine, const tape& t, const handed_in& d) { return on_host(machine, t, d, d.counts); }

// The worst difference, in units of the larger of a number and `floor` of the largest one. Infinite where sizes differ
// or a number is none.
inline double apart(const std::vector<float>& got, const std::vector<double>& want, double floor = 0.01) {
    constexpr double infinite = std::numeric_limits<double>::infinity();
    if (got.size() != want.size()) return infinite;
    double most = 0, worst = 0;
    for (double w : want) most = std::max(most, std::abs(w));
    for (std::size_t i = 0; i < want.size(); ++i) {
        const double d = std::abs(static_cast<double>(got[i]) - want[i]);
        if (!std::isfinite(d)) return infinite;
        if (d > 0) worst = std::max(worst, d / std::max(std::abs(want[i]), floor * most));
    }
    return worst;
}

// Floats without a pattern, in (low, high).
inline std::vector<float> spread_numbers(std::size_t count, double low, double high, std::uint32_t purpose = 0) {
    const draws        u(17, "parity");
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i)
        x[i] = static_cast<float>(low + (high - low) * u.uniform(purpose, static_cast<std::uint32_t>(i)));
    return x;
}

}  // namespace elbo::parity
