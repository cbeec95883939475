// SPDX-License-Identifier: MIT
// Every formula, alone and under every way in which operands are broadcast, on host and on plain<double>.
#define BOOST_TEST_MODULE formulas
#define BOOST_TEST_DYN_LINK
#include "parity/sheet.hpp"

#include <array>

using namespace elbo;
using namespace elbo::parity;

namespace {

template <class F>
constexpr domain domain_of = {-4, 4};
template <> constexpr domain domain_of<formulas::over> = {0.05, 4};
template <> constexpr domain domain_of<formulas::root> = {0.05, 4};
template <> constexpr domain domain_of<formulas::logarithm> = {0.05, 4};
template <> constexpr domain domain_of<formulas::bose> = {0.05, 4};
template <> constexpr domain domain_of<formulas::log_one_minus_exp> = {0.05, 4};

// Two large terms that cancel beyond |x| = 1/2, where its series ends. Only second derivatives meet it.
template <> constexpr domain domain_of<formulas::continuous_bernoulli_curvature> = {-4, 4, 2e-5};

template <class F>
constexpr domain first_domain = {-2, 2};
template <class F>
constexpr domain second_domain = {-2, 2};
template <> constexpr domain second_domain<formulas::divided> = {0.3, 3};

// x - sigmoid(l): where the two are close, the last digit of a sigmoid is more than a hundred thousandth of a hundredth of the
// largest difference. A GPU's may be one digit off, as its manual says.
template <class F>
constexpr double pair_precision = 1e-5;
template <> constexpr double pair_precision<formulas::bernoulli_slope> = 2e-5;

// act(formula as data, its type, its number): as it is by default, and with other constants.
template <class Do, class... F>
void each_formula(list<F...>, Do act) {
    int number = 0;
    (([&] {
         act(F{}, number);
         if constexpr (requires(F f) { f.p; }) act(formula_from<F>(0.7, 1.3), number);
         ++number;
     }()),
     ...);
}

// ---- how an operand looks beside a result of 6 samples, or beside a matrix of 6 rows ----
enum class kind { same, row, column, number, fewer, fewer_column };
constexpr kind kinds[] = {kind::same, kind::row, kind::column, kind::number, kind::fewer, kind::fewer_column};

node_id make(sheet& s, kind k, int cols, domain in) {
    switch (k) {
        case kind::same: return s.batch(6, cols, in);
        case kind::row: return s.once(1, cols, in);
        case kind::column: return s.batch(6, 1, in);
        case kind::number: return s.once(1, 1, in);
        case kind::fewer: return s.batch(2, cols, in);
        case kind::fewer_column: return s.batch(2, 1, in);
    }
    return -1;
}
node_id make_once(sheet& s, kind k, int cols, domain in) {
    switch (k) {
        case kind::same: return s.once(6, cols, in);
        case kind::column: return s.once(6, 1, in);
        default: return make(s, k, cols, in);
    }
}
constexpr kind kinds_once[] = {kind::same, kind::row, kind::column, kind::number};

std::string spelled(kind a, kind b) { return std::to_string(static_cast<int>(a)) + " " + std::to_string(static_cast<int>(b)); }

}  // namespace

BOOST_AUTO_TEST_CASE(of_one_argument) {
    int differentiable = 0, all = 0;
    each_formula(formula_list{}, [&]<class F>(F f, int number) {
        for (const std::int64_t rows : odd_rows)
            for (const int cols : odd_columns) {
                ++all;
                differentiable += agrees("formula " + std::to_string(number) + ", " + std::to_string(cols) + " columns", rows, [&](sheet& s) {
                    return s.t.map(f, s.batch(1, cols, domain_of<F>));
                }, domain_of<F>.precision);
            }
    });
    BOOST_TEST(all > 30 * 25);
    BOOST_TEST(differentiable > all * 9 / 10);  // a few have no derivative written
}
BOOST_AUTO_TEST_CASE(as_slopes) {  // a f(b)
    each_formula(formula_list{}, [&]<class F>(F f, int number) {
        for (kind a : kinds)
            for (kind b : kinds)
                agrees("slope " + std::to_string(number) + ", " + spelled(a, b), 7, [&](sheet& s) {
                    return s.t.chain(unary(f), make(s, a, 17, {-1, 1}), make(s, b, 17, domain_of<F>));
                }, domain_of<F>.precision);
    });
    for (kind a : kinds)
        for (kind b : kinds)
            agrees_in_every_size("slope, " + spelled(a, b), [&](sheet& s, int cols) {
                return s.t.chain(unary(formulas::one_minus_square{}), make(s, a, cols, {-1, 1}), make(s, b, cols, {-1, 1}));
            });
}
BOOST_AUTO_TEST_CASE(of_two_arguments) {
    each_formula(pair_formula_list{}, [&]<class F>(F f, int number) {
        const std::string name = "pair formula " + std::to_string(number);
        for (kind a : kinds)
            for (kind b : kinds)
                agrees(name + ", " + spelled(a, b), 7, [&](sheet& s) {
                    return s.t.zip(f, make(s, a, 17, first_domain<F>), make(s, b, 17, second_domain<F>));
                }, pair_precision<F>);
        agrees_in_every_size(name, [&](sheet& s, int cols) {
            return s.t.zip(f, s.batch(1, cols, first_domain<F>), s.batch(1, cols, second_domain<F>));
        });
    });
    for (kind a : kinds)
        for (kind b : kinds)
            agrees_in_every_size("product, " + spelled(a, b), [&](sheet& s, int cols) {
                return s.t.multiply(make(s, a, cols, {-1, 1}), make(s, b, cols, {-1, 1}));
            });
}
BOOST_AUTO_TEST_CASE(as_slopes_of_two_arguments) {  // a f(b, c)
    each_formula(pair_formula_list{}, [&]<class F>(F f, int number) {
        for (kind a : {kind::same, kind::column, kind::number})
            for (kind b : {kind::same, kind::row})
                for (kind c : {kind::same, kind::fewer})
                    agrees("slope of two " + std::to_string(number) + ", " + spelled(a, b) + " " + spelled(c, c), 7, [&](sheet& s) {
                        const node_id x = make(s, a, 17, {-1, 1}), y = make(s, b, 17, first_domain<F>);
                        return s.t.chain_pair(binary(f), x, y, make(s, c, 17, second_domain<F>));
                    });
    });
    for (const int cols : {1, 5, 33})
        for (kind a : kinds)
            for (kind b : kinds)
                for (kind c : kinds)
                    agrees("slope of two, " + spelled(a, b) + " " + spelled(c, c), 9, [&](sheet& s) {
                        const node_id x = make(s, a, cols, {-1, 1}), y = make(s, b, cols, {-2, 2});
                        return s.t.chain_pair(binary(formulas::power_exp<2>{0.5, -1}), x, y, make(s, c, cols, {-2, 2}));
                    });
}
// Parameters among themselves: no batch is in sight.
BOOST_AUTO_TEST_CASE(of_parameters) {
    for (kind a : kinds_once)
        for (kind b : kinds_once)
            for (const int cols : odd_columns)
                agrees("parameters, " + spelled(a, b), 3, [&](sheet& s) {
                    return s.t.zip(formulas::normal_energy{}, make_once(s, a, cols, {-2, 2}), make_once(s, b, cols, {-2, 2}));
                });
}
// Wider than what a kernel repeats in one piece.
BOOST_AUTO_TEST_CASE(wide_rows) {
    for (kind a : kinds)
        for (kind b : kinds)
            for (const int cols : {255, 256, 257, 700, 1100})
                agrees("wide, " + spelled(a, b), 3, [&](sheet& s) {
                    return s.t.zip(formulas::bernoulli_log_mass{}, make(s, a, cols, {-2, 2}), make(s, b, cols, {-2, 2}));
                });
}
BOOST_AUTO_TEST_CASE(two_batches_at_once) {
    for (const std::int64_t rows : odd_rows)
        agrees("two batches", rows, [&](sheet& s) {
            const node_id w = s.once(1, 5);
            const node_id a = s.t.multiply(s.batch(2, 5), w), b = s.t.multiply(s.batch(3, 5, {}, 2), w);
            return s.t.multiply(s.t.sum_to({0, 1, 5}, a), s.t.sum_to({0, 1, 5}, b));
        });
}

// ---- where single precision is easily lost: each number by itself, to five digits or to 1e-30 ----
BOOST_AUTO_TEST_CASE(far_out) {
    const std::vector<float> anywhere = {0.0f, -0.0f, 1e-30f, 1e-6f, -1e-6f, 1e-3f, -1e-3f, 0.03f, 0.1f, -0.1f, 0.4999f, 0.5001f, 0.6931f, 0.6932f, 1, -1,
                                         3, -3, 8, -8, 17, -17, 30, -30, 60, -60, 85, -85};
    std::vector<float>       above_zero;
    for (float x : anywhere)
        if (x > 0) above_zero.push_back(x);
    const auto worst_of = [&](const std::vector<float>& x, const auto& record) {
        sheet         s(static_cast<std::int64_t>(x.size()));
        const node_id y = record(s, s.t.leaf(verb::input, {1, 1, 1}, s.t.inputs++));
        s.d.inputs = {x};
        s.t.outputs = {{"y", y}};
        const auto want = on_plain(s.t, s.d).outputs[0];
        const auto got  = on(tested_with_threads(2), s.t, s.d).outputs[0];
        double     worst = 0;
        for (std::size_t i = 0; i < want.size(); ++i) {
            const double d = std::abs(static_cast<double>(got[i]) - want[i]);
            if (!(d <= 1e-5 * std::abs(want[i]) + 1e-30)) {
                std::printf("  at %g: %g, not %g\n", static_cast<double>(x[i]), static_cast<double>(got[i]), want[i]);
                worst = std::max(worst, d);
            }
        }
        return worst;
    };
    const auto map_of = [](auto f) { return [f](sheet& s, node_id x) { return s.t.map(f, x); }; };
    BOOST_TEST(worst_of(anywhere, map_of(formulas::hyperbolic_tangent{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::sigmoid{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::softplus{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::exponential{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::elu{1})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::one_minus_exp_minus{})) == 0);
    BOOST_TEST(worst_of(above_zero, map_of(formulas::log_one_minus_exp{})) == 0);
    BOOST_TEST(worst_of(above_zero, map_of(formulas::bose{})) == 0);
    BOOST_TEST(worst_of(above_zero, map_of(formulas::logarithm{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::continuous_bernoulli_norm{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::continuous_bernoulli_slope{})) == 0);
    BOOST_TEST(worst_of(anywhere, map_of(formulas::continuous_bernoulli_curvature{})) == 0);
}
