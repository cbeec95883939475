// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE formulas
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/verbs.hpp"

// Every formula of the table obeys the gradient law, and its derivative does; those whose next derivative is not
// written say so.

using namespace elbo;
using laws::bench, laws::check_verb, laws::verb_report;

namespace {
enum class domain { line, positive };

template <class F>
constexpr domain domain_of =
    contains<F, list<formulas::over, formulas::root, formulas::logarithm, formulas::bose, formulas::log_one_minus_exp>>
        ? domain::positive
        : domain::line;

// Constants that are neither 0 nor 1, with which every formula is itself on both sides of its kinks.
template <class F>
constexpr F example() {
    if constexpr (contains<F, list<formulas::clamp, formulas::inside>>) return F{-0.2, 0.25};
    else return formula_from<F>(0.7, -0.6);
}
template <class F>
using is_third = std::bool_constant<contains<F, list<formulas::gelu_curvature, formulas::continuous_bernoulli_curvature>>>;
template <class F>
using is_second = std::bool_constant<contains<F, list<formulas::gelu_slope, formulas::continuous_bernoulli_slope>>>;

// The operand is stretched, so that formulas with several regimes see all of them.
template <class F>
void unary_holds(double stretch) {
    const auto with = [&](bench& b) {
        if constexpr (domain_of<F> == domain::positive) return map(example<F>(), b.positive<shape<6>>() * stretch).id;
        else return map(example<F>(), b.operand<shape<6>>() * stretch).id;
    };
    BOOST_TEST_CONTEXT("formula " << unary(F{}).number << ", stretched by " << stretch) {
        if constexpr (is_third<F>::value) BOOST_CHECK_THROW(check_verb(with), recording_error);
        else if constexpr (is_second<F>::value) {
            bench b;
            bool  moves  = false;
            b.t.losses   = {laws::weighed(b.t, with(b))};
            BOOST_TEST(laws::tape_gradient_error(b.t, static_cast<std::size_t>(b.parameters), 3, moves) <= 1e-6);
            BOOST_TEST(moves);
            BOOST_CHECK_THROW(check_verb(with), recording_error);
        } else {
            const verb_report r     = check_verb(with);
            const bool        level = std::is_same_v<decltype(F{}.slope()), formulas::flat>;
            BOOST_TEST(r.first <= 1e-6);
            BOOST_TEST(r.second <= 1e-6);
            BOOST_TEST(r.moves == !level);
        }
    }
}

template <class F>
void pair_holds() {
    const auto with = [](bench& b) {
        const auto first  = b.operand<shape<6>>();
        const auto second = b.positive<shape<6>>();
        return zip(formula_from<F>(0.7, -0.6), first, second).id;
    };
    BOOST_TEST_CONTEXT("formula of two " << binary(F{}).number) {
        if constexpr (std::is_same_v<F, formulas::bernoulli_curvature>) BOOST_CHECK_THROW(check_verb(with), recording_error);
        else if constexpr (std::is_same_v<F, formulas::bernoulli_slope>) {
            bench b;
            bool  moves = false;
            b.t.losses  = {laws::weighed(b.t, with(b))};
            BOOST_TEST(laws::tape_gradient_error(b.t, static_cast<std::size_t>(b.parameters), 3, moves) <= 1e-6);
            BOOST_CHECK_THROW(check_verb(with), recording_error);
        } else {
            const verb_report r = check_verb(with);
            BOOST_TEST((r.moves && r.bends));
            BOOST_TEST(r.first <= 1e-6);
            BOOST_TEST(r.second <= 1e-6);
        }
    }
}
}  // namespace

BOOST_AUTO_TEST_CASE(formulas_of_one) {
    []<class... F>(list<F...>) { ((unary_holds<F>(1), unary_holds<F>(4)), ...); }(formula_list{});
}
BOOST_AUTO_TEST_CASE(formulas_of_two) {
    []<class... F>(list<F...>) { (pair_holds<F>(), ...); }(pair_formula_list{});
}

// As data and back: a formula keeps its number and its constants.
template <class... F>
constexpr bool numbered(list<F...> all) {
    return ((unary(formula_from<F>(0.7, -0.6)).number == static_cast<int>(index_in<F>(all))) && ...);
}
static_assert(numbered(formula_list{}));
BOOST_AUTO_TEST_CASE(formulas_are_data) {
    BOOST_TEST((unary(formulas::affine{2, 3}) == formula{1, 2, 3}));
    BOOST_TEST((slope_of(unary(formulas::quadratic{2, 3})) == unary(formulas::affine{4, 3})));
    BOOST_TEST((slope_of(unary(formulas::relu{})) == unary(formulas::where_positive{1, 0})));
}

namespace {
double value_of(auto f, double x) { return f(x); }
}  // namespace

// Where a naive text would overflow or cancel.
BOOST_AUTO_TEST_CASE(formulas_are_exact_at_their_ends) {
    BOOST_TEST(value_of(formulas::softplus{}, 800) == 800.0);
    BOOST_TEST(value_of(formulas::softplus{}, -800) == 0.0);
    BOOST_TEST(value_of(formulas::softplus{}, -30) == std::exp(-30.0), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(value_of(formulas::sigmoid{}, -800) == 0.0);
    BOOST_TEST(value_of(formulas::sigmoid{}, 800) == 1.0);
    BOOST_TEST(value_of(formulas::log_one_minus_exp{}, 1e-12) == std::log(1e-12), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(value_of(formulas::log_one_minus_exp{}, 50) == -std::exp(-50.0), boost::test_tools::tolerance(1e-12));
    BOOST_TEST(value_of(formulas::elu{1}, 800) == 800.0);
    BOOST_TEST(value_of(formulas::elu{1}, -1e-12) == -1e-12, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(formulas::bernoulli_log_mass{}(900.0, 1.0) == 0.0);
    BOOST_TEST(formulas::bernoulli_log_mass{}(-900.0, 1.0) == -900.0);
    BOOST_TEST(value_of(formulas::continuous_bernoulli_norm{}, 0) == std::log(2.0), boost::test_tools::tolerance(1e-15));
    BOOST_TEST(value_of(formulas::continuous_bernoulli_norm{}, 700) == std::log(700.0), boost::test_tools::tolerance(1e-14));
}
// Series and closed form meet where one gives way to the other.
BOOST_AUTO_TEST_CASE(regimes_meet) {
    const auto jump = [](auto f, double at) { return std::abs(f(at + 1e-9) - f(at - 1e-9)); };
    for (double side : {-0.5, 0.5}) {
        BOOST_TEST(jump(formulas::continuous_bernoulli_norm{}, side) < 1e-8);
        BOOST_TEST(jump(formulas::continuous_bernoulli_slope{}, side) < 1e-8);
        BOOST_TEST(jump(formulas::continuous_bernoulli_curvature{}, side) < 1e-8);
    }
    BOOST_TEST(jump(formulas::log_one_minus_exp{}, 0.6931471805599453) < 1e-8);
}
