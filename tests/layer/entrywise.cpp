// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE entrywise
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

#include <elbo/layer/entrywise.hpp>

using namespace elbo;

namespace {
struct diagonal : stack<shape<4>, scale_each<>, shift_each<>> {};
struct around : stack<shape<4>, linear<3>, shift_each<>, act::tanh, scale_each<constant_init<-2>>> {};
}  // namespace

BOOST_AUTO_TEST_CASE(its_gradient_is_its_finite_difference) {
    BOOST_TEST(laws::gradient_error<laws::alone<diagonal>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<around>>() <= 1e-6);
}

// e^s x + b: as a linear layer with the matrix diag(e^s).
BOOST_AUTO_TEST_CASE(it_is_a_diagonal_matrix) {
    static_assert(total_size<diagonal::parameters> == 8);
    struct seen {
        using inputs   = list<shape<4>>;
        using networks = list<net<"map", diagonal>>;
    };
    const tape                t = programs::of<seen>([](auto& r) { output(r, "y", run<diagonal>(r, input<shape<4>>(r))); });
    std::vector<double>       p{0, 1, -1, 0.5, 3, 2, 1, 0};
    const std::vector<double> x{1, 2, 3, 4};
    auto                      with = bindings_for<double>(t);
    with.parameters = p.data(), with.inputs[0] = x.data(), with.counts = {1, 1, 0, 0};
    plain<double> machine(t);
    machine.replay(with);
    for (std::size_t i = 0; i < 4; ++i) BOOST_TEST(std::abs(machine[t.outputs[0].id][i] - (std::exp(p[i]) * x[i] + p[4 + i])) < 1e-14);
}
