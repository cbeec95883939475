// SPDX-License-Identifier: MIT
#pragma once

#include "laws/worse.hpp"

#include <elbo/elbo.hpp>
#include <elbo/machine/plain.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// One replay in double on the plain machine, from numbers to numbers.

namespace elbo::laws {

using numbers = std::vector<double>;

struct replay_data {
    numbers              parameters = {}, state = {}, gradients = {};  // the last two are changed
    std::vector<numbers> inputs = {};
    std::int64_t         rows = 1, second_rows = 1;
    std::uint64_t        seed = 5;
    std::uint32_t        step = 0, first_row = 0;
    numbers              slots = {};  // empty: as the tape says
};

// The tape's outputs by name.
struct results {
    std::vector<std::pair<std::string, numbers>> named;

    const numbers& operator[](const char* name) const {
        for (const auto& [n, v] : named)
            if (n == name) return v;
        throw std::out_of_range(std::string("no output ") + name);
    }
};

inline bindings<double> bound_to(const tape& t, replay_data& d) {
    auto with       = bindings_for<double>(t);
    with.parameters = d.parameters.data();
    with.state      = d.state.data();
    if (d.gradients.size() < d.parameters.size()) d.gradients.assign(d.parameters.size(), 0);
    with.gradients = d.gradients.data();
    for (std::size_t i = 0; i < d.inputs.size() && i < with.inputs.size(); ++i) with.inputs[i] = d.inputs[i].data();
    with.counts = {1, d.rows, d.second_rows, d.rows};
    with.seed = d.seed, with.step = d.step, with.first_row = d.first_row;
    if (!d.slots.empty()) with.slots = d.slots;
    return with;
}

inline results replay(const tape& t, replay_data& d) {
    plain<double> machine(t);
    machine.replay(bound_to(t, d));
    results out;
    for (const named_output& o : t.outputs) {
        const auto v = machine[o.id];
        out.named.emplace_back(o.name, numbers(v.begin(), v.end()));
    }
    return out;
}

// programs::of records what evaluates; this is its counterpart for training.
template <class Model, class F>
tape in_training(F f) {
    tape                         t;
    recorder<Model, mode::train> record{t};
    f(record);
    canonicalise(t);
    return t;
}

// The largest difference; infinite where sizes differ or a number is none.
inline double apart(const numbers& a, const numbers& b) {
    if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
    double most = 0;
    for (std::size_t i = 0; i < a.size(); ++i) most = worse(most, std::abs(a[i] - b[i]));
    return most;
}

// Made-up numbers that every program can make again: inputs in (-0.4, 0.6), parameters in (-0.35, 0.45).
inline numbers wave(std::size_t n, std::size_t at = 0) {
    numbers x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = 0.5 * std::sin(1.3 * static_cast<double>(i + at) + 0.4) + 0.1;
    return x;
}
inline numbers weights(std::size_t n, std::size_t at = 0) {
    numbers x(n);
    for (std::size_t i = 0; i < n; ++i) x[i] = 0.4 * std::sin(0.77 * static_cast<double>(i + at) + 1) + 0.05;
    return x;
}

}  // namespace elbo::laws
