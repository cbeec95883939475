// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>
#include <elbo/machine/plain.hpp>
#ifdef ELBO_TEST_DEVICE
#include <elbo/device.hpp>
#ifdef _OPENMP
#include <omp.h>
#endif
#else
#include <elbo/host.hpp>
#endif

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

// One tape on two machines: plain<double>, which says what is right, and the one that is tested: host, or device on one of
// Thrust's systems. What they are given are floats, so that both start from the same numbers.

namespace elbo::parity {

#ifdef ELBO_TEST_DEVICE
using tested = device;
#else
using tested = host;
#endif

// One machine for all tests. So many threads, where the machine has any.
inline tested& tested_with_threads([[maybe_unused]] int n) {
#ifdef ELBO_TEST_DEVICE
#ifdef _OPENMP
    omp_set_num_threads(n);
#endif
    static device machine;
    return machine;
#else
    static host one({1}), two({2}), three({3}), eight({8});
    return n == 1 ? one : n == 2 ? two : n == 3 ? three : eight;
#endif
}

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

// Memory that a machine reaches, holding these numbers.
template <class T>
class in_vectors {
public:
    explicit in_vectors(const std::vector<float>& from) : numbers_(from.begin(), from.end()) {}
    T*             data() { return numbers_.data(); }
    std::vector<T> back() { return std::move(numbers_); }

private:
    std::vector<T> numbers_;
};
#ifdef ELBO_TEST_DEVICE
class in_buffers {
public:
    explicit in_buffers(const std::vector<float>& from) : numbers_(from.size()) { std::copy(from.begin(), from.end(), numbers_.span().begin()); }
    float*             data() { return numbers_.data(); }
    std::vector<float> back() { return {numbers_.span().begin(), numbers_.span().end()}; }

private:
    device::buffer numbers_;
};
template <class T, class Program>
using memory_of = std::conditional_t<std::is_same_v<Program, device::program>, in_buffers, in_vectors<T>>;
#else
template <class T, class>
using memory_of = in_vectors<T>;
#endif

template <class T, class Program>
outcome<T> replay(Program& program, const tape& t, const handed_in& d) {
    outcome<T>                  out;
    memory_of<T, Program>       parameters(d.parameters), state(d.state), gradients(std::vector<float>(d.parameters.size(), untouched));
    std::vector<std::vector<T>> inputs;
    for (const auto& x : d.inputs) inputs.emplace_back(x.begin(), x.end());
    auto with       = bindings_for<T>(t);
    with.parameters = parameters.data();
    with.gradients  = gradients.data();
    with.state      = state.data();
    for (std::size_t i = 0; i < inputs.size(); ++i) with.inputs[i] = inputs[i].data();
    with.counts = d.counts, with.seed = d.seed, with.step = d.step, with.first_row = d.first_row;
    program.replay(with);
    for (const named_output& o : t.outputs) out.outputs.emplace_back(program[o.id].begin(), program[o.id].end());
    out.gradients = gradients.back(), out.state = state.back();
    return out;
}

inline outcome<double> on_plain(const tape& t, const handed_in& d) {
    plain<double> machine(t);
    return replay<double>(machine, t, d);
}
template <class Machine>
outcome<float> on(Machine& machine, const tape& t, const handed_in& d, row_counts capacity) {
    typename Machine::program program(machine, t, capacity);
    return replay<float>(program, program.code(), d);
}
template <class Machine>
outcome<float> on(Machine& machine, const tape& t, const handed_in& d) {
    return on(machine, t, d, d.counts);
}

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
