// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>
#include <elbo/machine/plain.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

// The law of every objective: its gradient is its finite difference. In double, against Richardson-extrapolated
// central differences, |a - n| <= 1e-6 max(|a|, |n|, 0.01 max|g|), for each player and its own parameters.

namespace elbo::laws {

struct gradient_report {
    double      worst   = 0;  // in units of the bound's right-hand side: must be at most 1e-6
    int         checked = 0;
    double      loss    = 0;
    std::size_t moved   = 0;  // parameters whose gradient is not zero
    std::vector<double> gradients;  // all of them
};

struct setting {
    std::int64_t  batch = 3, second_batch = 2;
    std::uint64_t seed  = 5;
    double        scale = 0.4;   // of the parameters
    int           most  = 400;   // parameters checked, evenly spread
    bool          binary_inputs = false;
    double        step  = 1e-3;  // of the differences: smaller where a loss has kinks
};

// Inputs: labels are class numbers, everything else lies in (0, 1).
template <class Model>
std::vector<std::vector<double>> example_inputs(const setting& s) {
    std::vector<std::vector<double>> inputs;
    [&]<class... D>(list<D...>) {
        (([&] {
             const auto rows = static_cast<std::size_t>(batch_axis<D> == 1 ? s.batch : s.second_batch);
             const auto size = data_traits<D>::raw::size;
             std::vector<double> x(rows * size);
             const auto number = inputs.size();
             for (std::size_t i = 0; i < x.size(); ++i)
                 if constexpr (requires { D::classes; }) x[i] = static_cast<double>(i * 3 % D::classes);
                 else {
                     x[i] = 0.5 + 0.4 * std::sin(1.3 * static_cast<double>(i + 17 * number));
                     if (s.binary_inputs) x[i] = x[i] > 0.5 ? 1 : 0;
                 }
             inputs.push_back(std::move(x));
         }()),
         ...);
    }(typename Model::inputs{});
    return inputs;
}

template <class Model>
gradient_report check_gradient(const setting& s = {}) {
    const tape t      = programs::training<Model>();
    const auto inputs = example_inputs<Model>(s);

    std::vector<double> parameters(layout<Model>::parameters), gradients(parameters.size(), 0), state(layout<Model>::states, 1);
    for (std::size_t i = 0; i < parameters.size(); ++i)
        parameters[i] = s.scale * std::sin(0.77 * static_cast<double>(i) + 1) + 0.05;
    const std::vector<double> state_before = state;

    auto with       = bindings_for<double>(t);
    with.parameters = parameters.data();
    with.gradients  = gradients.data();
    with.state      = state.data();
    with.counts     = {1, s.batch, s.second_batch, s.batch};
    with.seed       = s.seed;
    for (std::size_t i = 0; i < inputs.size(); ++i) with.inputs[i] = inputs[i].data();

    plain<double> machine(t);
    machine.replay(with);

    gradient_report report;
    report.loss      = machine[t.losses[0]][0];
    report.gradients = gradients;
    for (std::size_t p = 0; p < t.losses.size(); ++p) {
        const node_id loss  = t.losses[p];
        const auto    begin = layout<Model>::begin(p), end = layout<Model>::begin(p + 1);
        double        most  = 0;
        for (std::size_t i = begin; i < end; ++i) most = std::max(most, std::abs(gradients[i]));
        const std::size_t stride = std::max<std::size_t>(1, (end - begin) / static_cast<std::size_t>(s.most));
        for (std::size_t i = begin; i < end; i += stride) {
            const double here = parameters[i];
            const auto   at   = [&](double step) {
                parameters[i] = here + step;
                std::copy(state_before.begin(), state_before.end(), state.begin());
                machine.replay_until(with, loss);
                parameters[i] = here;
                return machine[loss][0];
            };
            const auto   central = [&](double h) { return (at(h) - at(-h)) / (2 * h); };
            const double h = s.step, numeric = (4 * central(h / 2) - central(h)) / 3;
            const double bound = std::max({std::abs(gradients[i]), std::abs(numeric), 0.01 * most});
            if (bound > 0) report.worst = std::max(report.worst, std::abs(numeric - gradients[i]) / bound);
            if (!std::isfinite(numeric) || !std::isfinite(gradients[i])) report.worst = std::numeric_limits<double>::infinity();
            report.moved += gradients[i] != 0;
            ++report.checked;
        }
    }
    return report;
}

}  // namespace elbo::laws
