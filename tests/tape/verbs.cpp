// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE verbs
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/verbs.hpp"

using namespace elbo;
using laws::bench, laws::check_verb, laws::verb_report;

// Every verb obeys the gradient law, and so does its derivative. tape/formulas.cpp does the same for every formula.

namespace {
template <class Body>
void holds(const char* name, Body body) {
    const verb_report r = check_verb([&](bench& b) { return body(b).id; });
    BOOST_TEST_CONTEXT(name) {
        BOOST_TEST((r.moves && r.bends));
        BOOST_TEST(r.first <= 1e-6);
        BOOST_TEST(r.second <= 1e-6);
    }
}
value<shape<3>, once> places(bench& b, double i, double j, double k) { return {&b.t, b.t.table({0, 1, 3}, {i, j, k})}; }
// Places 0, 1 or 2 that differ from row to row: no gradient.
template <std::size_t N>
auto places_of_each_row(bench& b) {
    return floor(b.data<shape<N>>() * 3.0);
}
template <std::size_t N>
value<shape<N, N>, once> identity(bench& b, double by) {
    std::vector<double> m(N * N, 0.0);
    for (std::size_t i = 0; i < N; ++i) m[i * (N + 1)] = by;
    return {&b.t, b.t.table({0, 1, static_cast<int>(N * N)}, m)};
}
}  // namespace

BOOST_AUTO_TEST_CASE(leaves) {
    holds("parameter", [](bench& b) { return tanh(b.data<shape<3>>() + b.matrix<shape<3>>()); });
    holds("noise", [](bench& b) {
        const auto x = b.operand<shape<3>, 2>();
        const value<shape<3>, batch<1>, 2> n{&b.t, b.t.noise({1, 2, 3}, false, 1, 0)}, u{&b.t, b.t.noise({1, 2, 3}, true, 1, 1)};
        return tanh(x * n + u);
    });
    holds("slot, count, state", [](bench& b) {
        const value<scalar, once> s{&b.t, b.t.slot("weight", 0.7)}, n{&b.t, b.t.shared_leaf(verb::count, {}, 1)};
        const value<shape<3>, once> kept{&b.t, b.t.shared_leaf(verb::state, {0, 1, 3}, 2)};
        return tanh(b.operand<shape<3>>() * s / n + kept);
    });
    holds("a shared leaf gathers one gradient", [](bench& b) {
        const auto w = b.matrix<shape<3>, 3>();
        return product(tanh(product(b.data<shape<3>>(), w)), w);
    });
}
BOOST_AUTO_TEST_CASE(elementwise_broadcasting) {
    holds("number and row", [](bench& b) { return sum(b.operand<shape<3>>()) * b.operand<shape<4>>() / b.positive<scalar>(); });
    holds("once and batch", [](bench& b) { return (b.matrix<shape<4>>() - b.operand<shape<4>>()) * b.matrix<scalar>(); });
    holds("one sample and three", [](bench& b) {
        return b.operand<shape<2>, 3>() * b.operand<shape<2>>() + b.operand<scalar>() / b.positive<shape<2>, 3>();
    });
    holds("a once-row of numbers under three samples", [](bench& b) { return b.operand<scalar, 3>() * b.matrix<shape<4>>(); });
    holds("a formula of two arguments, broadcast", [](bench& b) {
        return zip(formulas::normal_energy{}, b.operand<shape<3>, 2>(), b.operand<scalar>()) +
               zip(formulas::power_exp<2>{0.7, -0.5}, b.operand<shape<3>>(), b.matrix<scalar>());
    });
}
BOOST_AUTO_TEST_CASE(sums_and_repetitions) {
    holds("sum of a row", [](bench& b) { return tanh(sum(b.operand<shape<4>>())); });
    holds("total", [](bench& b) { return tanh(total(b.operand<shape<4>>())) * b.operand<shape<4>>(); });
    holds("mean", [](bench& b) { return b.operand<shape<4>, 2>() * mean(b.operand<shape<4>, 2>()); });
    holds("fold", [](bench& b) { return tanh(fold<3>(b.operand<shape<2>, 6>())); });
    holds("repeat", [](bench& b) { return repeat<3>(b.operand<shape<2>, 2>()) * b.operand<shape<2>, 6>(); });
    holds("spread over the batch", [](bench& b) {
        return value<shape<3>>{&b.t, b.t.spread_to({1, 1, 3}, b.matrix<shape<3>>().id)} * b.data<shape<3>>();
    });
    holds("spread over columns", [](bench& b) {
        return value<shape<3>>{&b.t, b.t.spread_to({1, 1, 3}, b.operand<scalar>().id)} * b.data<shape<3>>();
    });
}
BOOST_AUTO_TEST_CASE(views) {
    holds("in another shape", [](bench& b) { return in_shape<shape<6>>(b.operand<shape<2, 3>>()) * b.operand<shape<6>>(); });
    holds("rows become columns", [](bench& b) { return logsumexp(as_columns<3>(b.operand<scalar, 6>())); });
    holds("columns become rows", [](bench& b) { return as_rows(b.operand<shape<3>, 2>()) * b.operand<scalar, 6>(); });
    holds("pixels", [](bench& b) {
        const auto x = b.operand<shape<2, 2, 3>>();
        return as_image<2, 3>(product(as_pixels(x), b.matrix<shape<2>, 2>())) * x;
    });
}
BOOST_AUTO_TEST_CASE(columns) {
    holds("slice", [](bench& b) { return slice<1, 2>(b.operand<shape<4>>()) * b.operand<shape<2>>(); });
    holds("place", [](bench& b) {
        return value<shape<5>>{&b.t, b.t.place(b.operand<shape<2>>().id, 1, 5)} * b.operand<shape<5>>();
    });
    holds("concat", [](bench& b) { return join_columns(b.operand<shape<2>>(), b.operand<scalar>(), b.matrix<shape<2>>()); });
    holds("concat of one sample and two", [](bench& b) { return join_columns(b.operand<shape<2>, 2>(), b.operand<shape<3>>()); });
    holds("gather", [](bench& b) { return gather(b.operand<shape<3>>(), places(b, 2, 0, 2)) * b.operand<shape<3>>(); });
    holds("gather of pairs", [](bench& b) { return gather<2>(b.operand<shape<4>>(), places(b, 1, 0, 1)); });
    holds("gather by row", [](bench& b) { return gather(b.operand<shape<3>>(), places_of_each_row<2>(b)); });
    holds("gather by row, of samples", [](bench& b) { return gather<2>(b.operand<shape<6>, 2>(), places_of_each_row<2>(b)); });
    holds("scatter", [](bench& b) { return scatter<4>(b.operand<shape<3>>(), places(b, 2, 0, 2)) * b.operand<shape<4>>(); });
    holds("scatter of pairs", [](bench& b) { return scatter<6, 2>(b.operand<shape<6>>(), places(b, 2, 0, 2)); });
    holds("scatter by row", [](bench& b) { return scatter<3>(b.operand<shape<2>>(), places_of_each_row<2>(b)); });
    holds("scatter of one number by row", [](bench& b) {
        return scatter<3>(b.matrix<shape<1>>(), places_of_each_row<1>(b)) * b.operand<shape<3>>();
    });
    holds("transpose", [](bench& b) { return transposed(b.operand<shape<2, 3>>()) * b.operand<shape<3, 2>>(); });
    holds("flat and unflat", [](bench& b) { return unflat<shape<3, 2, 2>>(flat(b.operand<shape<2, 2, 3>>())) * b.operand<shape<3, 2, 2>>(); });
}
// Places on either side of pixels, in them and outside, none near a pixel: there the derivative jumps.
template <std::size_t N, int K = 1>
auto places_between_pixels(bench& b) {
    constexpr double       far[] = {0.4, 1.5, 2.45, -0.6, 3.4, -2.5, 7.5};
    std::array<double, N> offsets{};
    for (std::size_t i = 0; i < N; ++i) offsets[i] = far[(3 * i + 1) % std::size(far)];
    return b.operand<shape<N>, K>() * 0.3 + verbs::table<shape<N>>(b.t, offsets);
}
BOOST_AUTO_TEST_CASE(images_between_pixels) {
    holds("interpolate", [](bench& b) { return interpolate<shape<1, 2, 3>>(b.operand<shape<1, 3, 4>>(), places_between_pixels<12>(b)); });
    holds("interpolate in colour", [](bench& b) { return interpolate<shape<3, 2, 3>>(b.operand<shape<3, 3, 4>>(), places_between_pixels<12>(b)); });
    holds("one image, places of samples", [](bench& b) { return interpolate<shape<2, 2, 2>>(b.operand<shape<2, 3, 3>>(), places_between_pixels<8, 2>(b)); });
    holds("images of samples, one place", [](bench& b) { return interpolate<shape<1, 2, 2>>(b.operand<shape<1, 3, 3>, 2>(), places_between_pixels<8>(b)); });
    holds("a column", [](bench& b) { return interpolate<shape<1, 2, 2>>(b.operand<shape<1, 4, 1>>(), places_between_pixels<8>(b)); });
    holds("a row", [](bench& b) { return interpolate<shape<2, 2, 2>>(b.operand<shape<2, 1, 4>>(), places_between_pixels<8>(b) * 0.2); });
    const window colour{2, 3, 4, 2, 2, 3};  // (3, 4, 2), seen at 2 x 3 places
    for (const int slopes : {0, 1, 2, 3}) {
        holds("interpolate's slopes", [&](bench& b) {
            const auto x = b.operand<shape<2, 3, 4>>();
            return value<shape<12>>{&b.t, b.t.between(verb::interpolate, x.id, places_between_pixels<12>(b).id, b.t.geometry(colour), slopes)};
        });
        holds("splat and its slopes", [&](bench& b) {
            const auto x = b.operand<shape<12>>();
            return value<shape<24>>{&b.t, b.t.between(verb::splat, x.id, places_between_pixels<12>(b).id, b.t.geometry(colour), slopes)};
        });
    }
    holds("slopes", [&](bench& b) {
        const auto x = b.operand<shape<12>>();
        const auto i = b.operand<shape<24>>();
        return value<shape<12>>{&b.t, b.t.slopes(x.id, places_between_pixels<12>(b).id, i.id, b.t.geometry(colour))};
    });
}
BOOST_AUTO_TEST_CASE(products) {
    holds("a b", [](bench& b) { return product(b.operand<shape<3>, 2>(), b.matrix<shape<2>, 3>()); });
    holds("a' b", [](bench& b) {
        return value<shape<2>, once, 3>{&b.t, b.t.product(b.operand<shape<3>, 2>().id, b.operand<shape<2>, 2>().id, true, false)};
    });
    holds("a b'", [](bench& b) {
        return value<shape<2>, batch<1>, 2>{&b.t, b.t.product(b.operand<shape<3>, 2>().id, b.matrix<shape<3>, 2>().id, false, true)};
    });
}
BOOST_AUTO_TEST_CASE(products_of_each_row) {
    for (int way = 0; way < 4; ++way)
        holds("a b, a b', a' b, a' b'", [way](bench& b) {
            const auto A = b.operand<shape<6>>();
            const auto B = b.operand<shape<12>>();
            return value<shape<2, 4>>{&b.t, b.t.batched(A.id, B.id, way % 2 == 1, way / 2 == 1, 2, 4)};
        });
    holds("samples with one, batch with once", [](bench& b) {
        const auto A = b.operand<shape<2, 3>, 2>();
        const auto B = b.operand<shape<3, 2>>();
        return matmul(matmul(A, B), b.matrix<shape<2, 2>>());
    });
}
BOOST_AUTO_TEST_CASE(convolutions_and_windows) {
    const window w{2, 4, 5, 3, 2, 3, 3, 3, 2, 1};  // (4, 5, 2) to (2, 3, 3)
    holds("conv", [&](bench& b) {
        const auto x = b.operand<shape<2, 4, 5>>();
        const auto f = b.matrix<shape<3>, 18>();
        return value<shape<3, 2, 3>>{&b.t, b.t.conv(x.id, f.id, b.t.geometry(w))};
    });
    holds("conv_data", [&](bench& b) {
        const auto y = b.operand<shape<3, 2, 3>>();
        const auto f = b.matrix<shape<3>, 18>();
        return value<shape<2, 4, 5>>{&b.t, b.t.conv_data(y.id, f.id, b.t.geometry(w))};
    });
    holds("conv_filter", [&](bench& b) {
        const auto x = b.operand<shape<2, 4, 5>>();
        const auto y = b.operand<shape<3, 2, 3>>();
        return value<shape<3>, once, 18>{&b.t, b.t.conv_filter(x.id, y.id, b.t.geometry(w))};
    });
    const window p{2, 4, 5, 2, 2, 3, 3, 3, 2, 1};
    holds("pool", [&](bench& b) { return value<shape<2, 2, 3>>{&b.t, b.t.pool(b.operand<shape<2, 4, 5>>().id, b.t.geometry(p))}; });
    holds("unpool", [&](bench& b) { return value<shape<2, 4, 5>>{&b.t, b.t.unpool(b.operand<shape<2, 2, 3>>().id, b.t.geometry(p))}; });
    holds("argmax", [&](bench& b) {
        const auto            x = b.operand<shape<2, 4, 5>>();
        const value<shape<12>> where{&b.t, b.t.pool(x.id, b.t.geometry(p), verb::argmax)};
        return gather(x, where);
    });
}
BOOST_AUTO_TEST_CASE(rows_of_numbers) {
    holds("logsumexp", [](bench& b) { return logsumexp(b.operand<shape<4>, 2>() * 3.0); });
    holds("softmax", [](bench& b) { return softmax(b.operand<shape<4>>() * 3.0); });
}
// Above the diagonal a triangle is not read, whatever stands there.
BOOST_AUTO_TEST_CASE(small_systems) {
    for (bool transposed_ : {false, true})
        holds(transposed_ ? "L'^-1 b" : "L^-1 b", [&](bench& b) {
            const auto L = b.noted(b.operand<shape<3, 3>>() + identity<3>(b, 1.5));
            const auto r = b.operand<shape<3, 2>>();
            return value<shape<3, 2>>{&b.t, b.t.solve(L.id, r.id, transposed_, 3, 2)};
        });
    holds("one system for the batch", [](bench& b) {
        return solve_lower(b.noted(b.matrix<shape<2, 2>>() + identity<2>(b, 1.5)), b.operand<shape<2, 1>, 2>());
    });
    holds("cholesky of a symmetric matrix", [](bench& b) {
        const auto m = b.operand<shape<3, 3>>();
        return cholesky(matmul(m, transposed(m)) + identity<3>(b, 1));
    });
}

// ---- what the law cannot say ----

namespace {
// d total(y) / d parameters of a computation of one row.
template <class Body>
std::vector<double> gradient_at(Body body, std::vector<double> parameters) {
    bench b;
    const auto y = body(b);
    b.t.losses   = {total(sum(y)).id};
    canonicalise(b.t);
    const node_id one = b.t.constant(1);
    const auto    g   = differentiate(b.t, b.t.losses[0], one, [&](node_id id) { return b.t[id].what == verb::parameter; });
    for (node_id id = 0; id <= b.t.losses[0]; ++id)
        if (b.t[id].what == verb::parameter && g[static_cast<std::size_t>(id)] >= 0)
            b.t.effect(verb::store, b.t.spread_to(b.t[id].e, g[static_cast<std::size_t>(id)]), b.t[id].i);
    laws::replay_data d{.parameters = parameters, .state = {0, 0}, .inputs = {laws::numbers(16, 0.5)}};
    laws::replay(b.t, d);
    return d.gradients;
}
}  // namespace

BOOST_AUTO_TEST_CASE(stop_gradient_stops) {
    const auto g = gradient_at([](bench& b) { const auto w = b.matrix<shape<2>>(); return w * stop_gradient(w); }, {3, -2});
    BOOST_TEST((g == std::vector<double>{3, -2}));
}
// At their kinks formulas have the derivative of one side.
BOOST_AUTO_TEST_CASE(kinks_have_one_sided_derivatives) {
    BOOST_TEST((gradient_at([](bench& b) { return relu(b.matrix<shape<2>>()); }, {0, 1}) == std::vector<double>{0, 1}));
    BOOST_TEST((gradient_at([](bench& b) { return clamp(b.matrix<shape<2>>(), 0, 1); }, {2, 0.5}) == std::vector<double>{0, 1}));
    BOOST_TEST((gradient_at([](bench& b) { return at_least(b.matrix<shape<2>>(), 1); }, {0.5, 2}) == std::vector<double>{0, 1}));
}
// The larger of two equal numbers is the first, and it alone gets the gradient.
BOOST_AUTO_TEST_CASE(a_tie_goes_to_the_first) {
    const auto g = gradient_at(
        [](bench& b) {
            const auto                  w = b.matrix<shape<4>>();
            const value<shape<1>, once> where{&b.t, b.t.pool(w.id, b.t.geometry({1, 1, 4, 1, 1, 1, 1, 4, 1, 0}), verb::argmax)};
            return gather(w, where);
        },
        {1, 5, 5, 2});
    BOOST_TEST((g == std::vector<double>{0, 1, 0, 0}));
}
BOOST_AUTO_TEST_CASE(effects_are_no_part_of_the_derivative) {
    const auto g = gradient_at(
        [](bench& b) {
            const auto                  w = b.matrix<shape<2>>();
            const value<shape<2>, once> kept{&b.t, b.t.shared_leaf(verb::state, {0, 1, 2}, 0)};
            b.t.effect(verb::assign, (kept + w).id, 0);
            return w * 2.0 + kept;
        },
        {3, -2});
    BOOST_TEST((g == std::vector<double>{2, 2}));
}
// The typed face: a contractive penalty is a gradient, squared, and differentiated again.
BOOST_AUTO_TEST_CASE(gradients_are_values) {
    holds("contractive", [](bench& b) {
        const auto                x = b.operand<shape<3>>();
        const auto                h = tanh(product(x, b.matrix<shape<4>, 3>()));
        const value<scalar, once> one{&b.t, b.t.constant(1)};
        return sum(square(verbs::gradient(mean(sum(square(h))), one, x)));
    });
}
BOOST_AUTO_TEST_CASE(what_cannot_be_recorded_says_so) {
    BOOST_CHECK_THROW(bench().t.broadcast({1, 1, 3}, {1, 1, 2}), recording_error);
    BOOST_CHECK_THROW(bench().t.broadcast({1, 1, 3}, {2, 1, 3}), recording_error);
    BOOST_CHECK_THROW(bench().t.broadcast({1, 3, 1}, {1, 2, 1}), recording_error);
    BOOST_CHECK_THROW(bench().t.broadcast({0, 3, 1}, {1, 1, 1}), recording_error);
    const auto draw_twice = [] {
        tape t;
        t.noise({1, 1, 1}, false, 7, 0);
        t.noise({1, 1, 1}, true, 7, 0);
    };
    BOOST_CHECK_THROW(draw_twice(), recording_error);
    const auto no_dependence = [] {
        bench      b;
        const auto x = b.operand<shape<2>>();
        const auto y = b.operand<shape<2>>();
        verbs::gradient(sum(x), value<scalar, once>{&b.t, b.t.constant(1)}, y);
    };
    BOOST_CHECK_THROW(no_dependence(), recording_error);
}
