// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE plan
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/numbers.hpp"

// What is planned is what runs: a replay in numbers that count their own additions and multiplications.

using namespace elbo;

namespace {
struct counted {
    using value_type = double;
    double             number = 0;
    static inline long done   = 0;  // multiplications and additions, so far

    counted() = default;
    template <class N>
        requires std::is_arithmetic_v<N>
    counted(N n) : number(static_cast<double>(n)) {}
    explicit operator std::size_t() const { return static_cast<std::size_t>(number); }

    counted& operator+=(counted o) { return ++done, number += o.number, *this; }
    counted& operator-=(counted o) { return ++done, number -= o.number, *this; }
    counted  operator-() const { return {-number}; }
    friend counted operator+(counted a, counted b) { return ++done, counted{a.number + b.number}; }
    friend counted operator-(counted a, counted b) { return ++done, counted{a.number - b.number}; }
    friend counted operator*(counted a, counted b) { return ++done, counted{a.number * b.number}; }
    friend counted operator/(counted a, counted b) { return ++done, counted{a.number / b.number}; }
    friend bool    operator<(counted a, counted b) { return a.number < b.number; }
    friend bool    operator>(counted a, counted b) { return a.number > b.number; }
};
counted exp(counted x) { return {std::exp(x.number)}; }
counted log(counted x) { return {std::log(x.number)}; }
counted expm1(counted x) { return {std::expm1(x.number)}; }
counted log1p(counted x) { return {std::log1p(x.number)}; }
counted sqrt(counted x) { return {std::sqrt(x.number)}; }
counted tanh(counted x) { return {std::tanh(x.number)}; }
counted sin(counted x) { return {std::sin(x.number)}; }
counted cos(counted x) { return {std::cos(x.number)}; }
counted abs(counted x) { return {std::abs(x.number)}; }
counted floor(counted x) { return {std::floor(x.number)}; }
counted erf(counted x) { return {std::erf(x.number)}; }

using image = shape<2, 6, 6>;
// No padding: padded taps are planned, and skipped by the plainest loops.
struct encoder : stack<image, conv<4, 3>, act::tanh, conv<3, 2, 2>, act::softplus, average_pool<2>, flatten, linear<4>,
                       to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<12>, act::tanh, reshape<shape<3, 2, 2>>, conv_transpose<2, 4, 2>, to<bernoulli>> {};
struct model : vae<encoder, decoder> {};
struct full_encoder : stack<shape<5>, linear<9>, to<full_normal<3>>> {};
struct full_decoder : stack<shape<3>, linear<5>, to<normal<>>> {};
struct full : vae<full_encoder, full_decoder, objective<importance_bound<3>>> {};

template <class Model>
void replayed_as_planned(std::int64_t rows) {
    const tape       t      = programs::training<Model>();
    const row_counts counts = {1, rows, rows, rows};
    const cost       planned = measure(t, counts);

    std::vector<counted> parameters(parameter_count<Model>), gradients(parameters.size());
    for (std::size_t i = 0; i < parameters.size(); ++i) parameters[i] = 0.3 * std::sin(static_cast<double>(i));
    std::vector<counted> x(static_cast<std::size_t>(rows) * Model::data::size);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = 0.5 + 0.3 * std::cos(static_cast<double>(i));
    auto with       = bindings_for<counted>(t);
    with.parameters = parameters.data(), with.gradients = gradients.data(), with.inputs[0] = x.data(), with.counts = counts;

    plain<counted> machine(t);
    machine.replay(with);
    std::int64_t values = 0, flops = 0, products = 0;
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n    = t[id];
        const auto  size = static_cast<std::int64_t>(machine[id].size());
        const auto  planned_flops = flops_of(t, n, counts);
        if (owns_memory(n)) values += size;
        flops += planned_flops;

        // What one verb did: a replay to it, less a replay to the one before.
        counted::done = 0;
        machine.replay_until(with, id);
        long did = counted::done;
        if (id > 0) {
            counted::done = 0;
            machine.replay_until(with, id - 1);
            did -= counted::done;
        }
        BOOST_TEST_CONTEXT("verb " << static_cast<int>(n.what) << " at " << id) {
            switch (n.what) {
                case verb::product: case verb::batched: case verb::conv: case verb::conv_data: case verb::conv_filter:
                    products += did;
                    [[fallthrough]];
                case verb::sum: case verb::pool: case verb::unpool: BOOST_TEST(did == planned_flops); break;
                case verb::map: case verb::zip: case verb::chain: case verb::chain_pair: BOOST_TEST(size == planned_flops); break;
                // Forward substitution does k (k - 1) / 2 pairs and k divisions a column: k^2 in all.
                case verb::solve: BOOST_TEST(did == planned_flops); break;
                case verb::logsumexp: BOOST_TEST((did > 0 && planned_flops > 0)); break;
                // What makes noise, and the additions by which scatter places, is not planned as work.
                case verb::noise: case verb::scatter: BOOST_TEST(planned_flops == 0); break;
                default: BOOST_TEST(did == 0); BOOST_TEST(planned_flops == 0); break;
            }
        }
    }
    BOOST_TEST(planned.verbs == t.size());
    BOOST_TEST(planned.values == values);
    BOOST_TEST(planned.flops == flops);
    BOOST_TEST(planned.product_flops == products);

    BOOST_TEST(planned.live < planned.values);
}
}  // namespace

BOOST_AUTO_TEST_CASE(what_is_planned_is_what_runs) {
    replayed_as_planned<model>(1);
    replayed_as_planned<model>(3);
    replayed_as_planned<full>(2);
}
// The same figures at compile time.
BOOST_AUTO_TEST_CASE(a_plan_is_a_constant) {
    constexpr cost planned = plan_of<full>.step(2);
    const cost     again   = measure(programs::training<full>(), {1, 2, 2, 2});
    BOOST_TEST(planned.flops == again.flops);
    BOOST_TEST(planned.live == again.live);
    static_assert(plan_of<full>.bytes(10) > plan_of<full>.bytes(1) && plan_of<full>.bytes(1) > 8 * plan_of<full>.parameters);
    static_assert(plan_of<full>.verbs() == planned.verbs && plan_of<full>.flops(2) == planned.flops);
    static_assert(plan_of<full>.bytes(2) - plan_of<full>.activation_bytes(2) == 8 * plan_of<full>.parameters);
}
// y = x W + b on n rows: 2 n in out for the product, n out for the sum.
BOOST_AUTO_TEST_CASE(a_product_is_counted_by_hand) {
    tape                         t;
    const value<shape<7>>        x{&t, t.leaf(verb::input, {1, 1, 7}, 0)};
    const value<shape<3>, once, 7> w{&t, t.leaf(verb::parameter, {0, 7, 3}, 0)};
    const value<shape<3>, once>  b{&t, t.leaf(verb::parameter, {0, 1, 3}, 21)};
    const auto                   y = product(x, w) + b;
    t.outputs.push_back({"y", y.id});
    const cost c = measure(t, {1, 5, 0, 0});
    BOOST_TEST(c.verbs == 5);
    BOOST_TEST(c.product_flops == 2 * 5 * 7 * 3);
    BOOST_TEST(c.flops == 2 * 5 * 7 * 3 + 5 * 3);
    BOOST_TEST(c.values == 2 * 5 * 3);
    BOOST_TEST(c.live == 16 + 1);  // the sum is made where the product is: 15 floats in a place of 16, and a sixteenth
}
