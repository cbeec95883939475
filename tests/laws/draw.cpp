// SPDX-License-Identifier: MIT
// DRAW, Gregor et al. (2015): a plain loop over shared weights.
#define BOOST_TEST_MODULE draw
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"
#include "laws/worse.hpp"

#include <elbo/model/draw.hpp>

#include <algorithm>

namespace {

using namespace elbo;

using grey   = shape<1, 6, 5>;
using colour = shape<2, 4, 6>;

template <class Image, class... More>
struct small : draw<Image, time_steps<3>, hidden_units<5>, code_size<2>, More...> {};

using whole    = small<grey>;
using attended = small<grey, glimpses<2, 3>>;
using coloured = small<colour, glimpses<2, 3>, with_likelihood<discretised_logistic<>>>;
using by_label = small<grey, glimpses<2, 3>, conditioned_on<label<4>>>;

BOOST_AUTO_TEST_CASE(without_attention) { laws::obeys_the_law<whole>("draw"); }
BOOST_AUTO_TEST_CASE(with_attention) { laws::obeys_the_law<attended>("draw, attention"); }
BOOST_AUTO_TEST_CASE(of_colours) { laws::obeys_the_law<coloured>("draw, colour"); }
BOOST_AUTO_TEST_CASE(conditional) { laws::obeys_the_law<by_label>("draw, conditional"); }

constexpr auto cost_of_a_step = plan_of<attended>.step(3);
static_assert(cost_of_a_step.verbs > 100 && cost_of_a_step.flops > 0);

// However many steps there are, the parameters are the same: the weights are shared.
template <int T>
struct longer : draw<grey, time_steps<T>, hidden_units<5>, code_size<2>, glimpses<2, 3>> {};
static_assert(parameter_count<longer<1>> == parameter_count<longer<64>>);
template <int T, int S>
struct longer_in_segments : draw<grey, time_steps<T>, hidden_units<5>, code_size<2>, glimpses<2, 3>, in_segments<S>> {};

template <class Model>
std::vector<double> replayed_step(std::vector<double>& gradients) {
    const std::vector<double>    x = laws::some_numbers(4 * grey::size), weights = laws::some_numbers(parameter_count<Model>, 0.5);
    const laws::replayed<double> step(programs::training<Model>(), {x}, weights, {1, 4, 0, 0});
    gradients = step.gradients;
    return step["loss"];
}

// What is cut is only the gradient, and only across the cut.
BOOST_AUTO_TEST_CASE(truncated_in_time) {
    using cut = small<grey, glimpses<2, 3>, truncated_at<2>>;
    std::vector<double> full, less;
    BOOST_TEST(replayed_step<attended>(full) == replayed_step<cut>(less));
    BOOST_TEST(full != less);
    using never = small<grey, glimpses<2, 3>, truncated_at<3>>;
    BOOST_TEST(hash_of(programs::training<never>()) == hash_of(programs::training<attended>()));
    // With one step between cuts the states where the loop begins still get theirs: they are before the first cut.
    std::vector<double> one;
    replayed_step<small<grey, glimpses<2, 3>, truncated_at<1>>>(one);
    const auto at = layout<attended>::find<attended::encoder_0>().parameters;
    BOOST_TEST(one[at] != 0.0);
}

// What is computed anew for the gradients is the same, to the bit.
BOOST_AUTO_TEST_CASE(in_segments_of_time) {
    std::vector<double> kept, anew;
    using in_three = longer_in_segments<9, 3>;
    BOOST_TEST(replayed_step<longer<9>>(kept) == replayed_step<in_three>(anew));
    double most = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) most = laws::worse(most, std::abs(kept[i] - anew[i]) / (1 + std::abs(kept[i])));
    BOOST_TEST(most < 1e-13);  // sums over time are cut at the segments, so here only nearly
}

// 64 steps of the paper's size: what a step takes, before it runs.
struct paper : draw<shape<1, 28, 28>, time_steps<64>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};
struct frugal : draw<shape<1, 28, 28>, time_steps<64>, hidden_units<256>, code_size<100>, glimpses<2, 5>, in_segments<16>> {};
BOOST_AUTO_TEST_CASE(memory_of_a_long_run) {
    const auto all = plan<paper>::bytes(100), anew = plan<frugal>::bytes(100), half = plan<frugal>::flops(100);
    BOOST_TEST_MESSAGE("64 steps, batch 100: " << static_cast<double>(all) / 1e6 << " MB, computed anew " << static_cast<double>(anew) / 1e6 << " MB, " << static_cast<double>(half) / static_cast<double>(plan<paper>::flops(100)) << " times the FLOPs");
    BOOST_TEST(all <= 300'000'000);
    BOOST_TEST(anew <= 60'000'000);
}

// Programs: T images are painted, the last of them is the reconstruction; labels change what is painted.
BOOST_AUTO_TEST_CASE(what_is_followed_ends_in_the_reconstruction) {
    const std::vector<double> x = laws::some_numbers(2 * grey::size), weights = laws::some_numbers(parameter_count<attended>, 0.5);
    const auto program = [&](auto f) { return laws::replayed<double>(programs::of<attended>(f), {x}, weights, {1, 2, 0, 0}); };
    const auto film    = program([](auto& r) { attended::follow(r); })["result"];
    const auto last    = program([](auto& r) { attended::reconstruct(r); })["mean"];
    const auto codes   = program([](auto& r) { attended::encode(r); })["mean"];
    const auto nats    = program([](auto& r) { attended::nats_of_steps(r); })["result"];
    const auto frames  = program([](auto& r) { attended::glances(r); })["result"];
    BOOST_TEST(film.size() == 2 * 3 * grey::size);
    for (std::size_t row = 0; row < 2; ++row)
        for (std::size_t i = 0; i < grey::size; ++i) BOOST_TEST(film[(row * 3 + 2) * grey::size + i] == last[row * grey::size + i]);
    const laws::replayed<double> decoded(programs::of<attended>([](auto& r) { attended::decode(r); }), {codes}, weights, {1, 2, 0, 0});
    BOOST_TEST(decoded["mean"] == last, boost::test_tools::per_element());
    BOOST_TEST((nats.size() == 6 && *std::min_element(nats.begin(), nats.end()) >= 0.0));
    BOOST_TEST(frames.size() == 2 * 3 * 10);
    for (std::size_t i = 0; i < frames.size(); i += 5) BOOST_TEST((frames[i] < frames[i + 2] && frames[i + 1] < frames[i + 3] && frames[i + 4] > 0));
}
BOOST_AUTO_TEST_CASE(a_label_is_heard) {
    const std::vector<double> weights = laws::some_numbers(parameter_count<by_label>, 0.5);
    const auto painted = [&](double y) {
        return laws::replayed<double>(programs::of<by_label>([](auto& r) { by_label::generate(r); }), {{}, {y}}, weights, {1, 1, 0, 0})["mean"];
    };
    BOOST_TEST(painted(0) != painted(3));
    BOOST_TEST(painted(2) == painted(2), boost::test_tools::per_element());
}

// Filters of stride one and no width see a square image as it is; moved by one pixel, they see it moved.
struct glance {
    using image    = shape<2, 4, 4>;
    using inputs   = list<image, shape<5>>;
    using networks = list<>;
    static constexpr void program(auto& record) {
        const auto sight = attend<4, image>(input<shape<5>>(record));
        const auto x     = input<image>(record);
        output(record, "read", sight.read(x));
        output(record, "written", sight.write(x));
    }
};

// Several grids look at one image in colour, as many as it has channels and more: each sees it as it would alone.
template <int Grids>
struct several_glances {
    using image    = shape<3, 4, 4>;
    using inputs   = list<image, shape<5 * Grids>>;
    using networks = list<>;
    static constexpr void program(auto& record) {
        const auto x     = input<image>(record);
        const auto sight = attend<2, image>(as_rows(in_shape<shape<Grids, 5>>(input<shape<5 * Grids>>(record))));
        output(record, "read", sight.read(x));
        output(record, "written", sight.write(sight.read(x)));
    }
};
template <int Grids>
void every_grid_sees_the_image() {
    const auto several = programs::of<several_glances<Grids>>([](auto& record) { several_glances<Grids>::program(record); });
    const auto alone   = programs::of<several_glances<1>>([](auto& record) { several_glances<1>::program(record); });
    const std::vector<double>    x = laws::some_numbers(48), numbers = laws::some_numbers(5 * Grids);
    const laws::replayed<double> together(several, {x, numbers}, {}, {1, 1, 0, 0});
    std::vector<double>          read, written;
    for (int grid = 0; grid < Grids; ++grid) {
        const laws::replayed<double> one(alone, {x, std::vector<double>(numbers.begin() + 5 * grid, numbers.begin() + 5 * grid + 5)}, {}, {1, 1, 0, 0});
        for (double v : one["read"]) read.push_back(v);
        for (double v : one["written"]) written.push_back(v);
    }
    BOOST_TEST(together["read"] == read, boost::test_tools::per_element());
    BOOST_TEST(together["written"] == written, boost::test_tools::per_element());
}
BOOST_AUTO_TEST_CASE(several_grids_see_one_image) {
    every_grid_sees_the_image<2>();
    every_grid_sees_the_image<3>();
    every_grid_sees_the_image<6>();
}

BOOST_AUTO_TEST_CASE(filters_lie_where_they_should) {
    const auto tape = programs::of<glance>([](auto& record) { glance::program(record); });
    const std::vector<double> x = laws::some_numbers(3 * 32);
    const double              pixel = 2.0 / 5, narrow = -20, twice = 0.6931471805599453;
    const std::vector<double> numbers{0, 0, narrow, 0, 0, pixel, 0, narrow, 0, 0, 0, pixel, narrow, 0, twice};
    const laws::replayed<double> seen(tape, {x, numbers}, {}, {1, 3, 0, 0});
    const auto read = seen["read"], written = seen["written"];
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t c = 0; c < 2; ++c) {
                const auto at = [&](std::size_t row, std::size_t v, std::size_t u) {
                    return row * 32 + (v * 4 + u) * 2 + c;
                };
                BOOST_TEST(read[at(0, y, i)] == x[at(0, y, i)]);
                BOOST_TEST(written[at(0, y, i)] == x[at(0, y, i)]);
                if (i < 3) BOOST_TEST(std::abs(read[at(1, y, i)] - x[at(1, y, i + 1)]) < 1e-14);
                if (i == 1 || i == 2) BOOST_TEST(std::abs(written[at(1, y, i)] - x[at(1, y, i - 1)]) < 1e-14);
                if (y < 3) BOOST_TEST(std::abs(read[at(2, y, i)] - 2 * x[at(2, y + 1, i)]) < 1e-14);
                if (y == 1 || y == 2) BOOST_TEST(std::abs(written[at(2, y, i)] - x[at(2, y - 1, i)] / 2) < 1e-14);
            }
}

}  // namespace
