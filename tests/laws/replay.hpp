// SPDX-License-Identifier: MIT
#pragma once

#include "laws/gradient.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdio>

namespace elbo::laws {

// The law of gradients, and that every parameter of every network gets one. Prints the tape's hash: compilers agree.
template <class Model>
gradient_report obeys_the_law(const char* name, const setting& s = {}) {
    const gradient_report report = check_gradient<Model>(s);
    const auto            hash   = static_cast<unsigned long long>(hash_of(programs::training<Model>()));
    std::printf("%-24s parameters %5zu loss %11.6f worst %.1e hash %016llx\n", name, parameter_count<Model>,
                report.loss, report.worst, hash);
    BOOST_TEST(report.checked > 0);
    BOOST_TEST(report.worst <= 1e-6, name << ": " << report.worst);
    std::size_t at = 0;
    [&]<class... Nets>(list<Nets...>) {
        (([&]<class... P>([[maybe_unused]] const char* network, list<P...>) {
             (([&] {
                  double most = 0;
                  for (std::size_t i = 0; i < P::shape::size; ++i)
                      most = std::max(most, std::abs(report.gradients[at + i]));
                  BOOST_TEST(most > 0, name << ": no gradient reaches " << network << '.' << P::name);
                  at += P::shape::size;
              }()),
              ...);
         }(Nets::name, typename Nets::network::parameters{})),
         ...);
    }(typename layout<Model>::nets{});
    return report;
}

// What a program hands out under a name, in any scalar.
template <class T>
struct replayed {
    const tape       program;
    plain<T>         machine;
    std::vector<T>   gradients;

    replayed(tape t, const std::vector<std::vector<T>>& inputs, std::vector<T> parameters, row_counts counts)
        : program(std::move(t)), machine(program), gradients(parameters.size(), T(0)) {
        auto with       = bindings_for<T>(program);
        with.parameters = parameters.data();
        with.gradients  = gradients.data();
        with.counts     = counts;
        with.seed       = 5;
        for (std::size_t i = 0; i < inputs.size(); ++i) with.inputs[i] = inputs[i].data();
        machine.replay(with);
    }
    std::vector<T> operator[](const char* name) const {
        for (const named_output& o : program.outputs)
            if (same_name(o.name, name)) return {machine[o.id].begin(), machine[o.id].end()};
        BOOST_FAIL("no output is called " << name);
        return {};
    }
};

// Numbers without a pattern, in (-scale, scale).
template <class T = double>
std::vector<T> some_numbers(std::size_t count, double scale = 1) {
    std::vector<T> v(count);
    for (std::size_t i = 0; i < count; ++i) v[i] = static_cast<T>(scale * std::sin(1.7 * static_cast<double>(i) + 0.3));
    return v;
}

}  // namespace elbo::laws
