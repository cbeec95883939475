// SPDX-License-Identifier: MIT
// Completion of images, Sohn et al. (2015).
#define BOOST_TEST_MODULE completion
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

using image = shape<1, 4, 6>;

template <class Which>
struct encoder : stack<image, flatten, linear<7>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
template <class Which>
struct decoder : stack<shape<3>, join<seen_part<image, Which>>, linear<7>, act::tanh, linear<missing_part<image, Which>::size>, to<bernoulli>> {};
template <class Which>
struct guess : stack<typename seen_part<image, Which>::seen, linear<6>, to<diagonal_normal<3>>> {};
template <class Which>
struct completed : completion<encoder<Which>, decoder<Which>, guess<Which>, Which> {};

// What is seen and what is missing, each in its place.
template <class Which>
void shows(std::initializer_list<double> seen) {
    using model  = completed<Which>;
    const tape t = programs::of<model>([](auto& record) {
        const auto x = input<image>(record);
        output(record, "seen", model::part::pixels::back(model::part::see(x)));
        output(record, "rest", model::rest::back(model::rest::of(x)));
    });
    std::vector<double> x(24);
    for (std::size_t i = 0; i < 24; ++i) x[i] = static_cast<double>(i + 1);
    const laws::replayed<double> both(t, {x}, laws::some_numbers(parameter_count<model>), {1, 1, 0, 0});
    const auto                   a = both["seen"], b = both["rest"];
    for (std::size_t i = 0; i < 24; ++i) {
        BOOST_TEST(a[i] + b[i] == x[i]);
        BOOST_TEST(a[i] * b[i] == 0.0);
        BOOST_TEST((std::find(seen.begin(), seen.end(), a[i]) != seen.end() || a[i] == 0.0));
    }
    double sum = 0, expected = 0;
    for (double v : a) sum += v;
    for (double v : seen) expected += v;
    BOOST_TEST(sum == expected);
}

BOOST_AUTO_TEST_CASE(parts_are_where_they_are_said_to_be) {
    shows<left_half>({1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21});
    shows<top_half>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    shows<quadrants<1>>({13, 14, 15, 19, 20, 21});
    shows<quadrants<2>>({1, 2, 3, 7, 8, 9, 13, 14, 15, 19, 20, 21});
    shows<quadrants<3>>({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 21});
}
BOOST_AUTO_TEST_CASE(gradients) {
    laws::obeys_the_law<completed<left_half>>("left half");
    laws::obeys_the_law<completed<quadrants<3>>>("three quadrants");
}

// The prior and the decoder do not look at what is missing.
BOOST_AUTO_TEST_CASE(what_is_missing_is_not_looked_at) {
    using model  = completed<left_half>;
    const tape t = programs::of<model>([](auto& record) { model::reconstruct(record); });
    std::vector<double> x(24, 0.5), other = x;
    for (std::size_t i = 0; i < 24; ++i)
        if (i % 6 >= 3) other[i] = 0.9;
    const auto p = laws::some_numbers(parameter_count<model>);
    const laws::replayed<double> a(t, {x}, p, {1, 1, 0, 0}), b(t, {other}, p, {1, 1, 0, 0});
    BOOST_TEST((a["mean"] == b["mean"]));
}

}  // namespace
