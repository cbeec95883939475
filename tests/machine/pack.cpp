// SPDX-License-Identifier: MIT
// The functions of a pack against double precision, and each lane for itself.
#define BOOST_TEST_MODULE pack
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/machine/host/pack_math.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

using elbo::simd::mask;
using elbo::simd::pack;

namespace {

constexpr std::size_t lanes    = pack::size;
constexpr float       infinity = std::numeric_limits<float>::infinity(), not_a_number = std::numeric_limits<float>::quiet_NaN();
constexpr float       least = std::numeric_limits<float>::denorm_min(), most = std::numeric_limits<float>::max();

using row = std::array<float, lanes>;

row lanes_of(pack x) {
    row y;
    elbo::simd::store(y.data(), x);
    return y;
}
bool same(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b) || (a != a && b != b); }

// The distance of neighbouring floats at x.
double unit_at(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x) & 0x7FF0000000000000u;
    return std::max(std::bit_cast<double>(bits) * 0x1p-23, 0x1p-149);
}

// Every 2039th float of [low, high], both signs and all exponents; then as many evenly spread over [from, to].
std::vector<float> floats_of(float low, float high, float from, float to) {
    std::vector<float> x = {0.0f, -0.0f, 1, -1, 0.5f, -0.5f, least, -least, 1e-39f, -1e-39f, 0x1p-126f, -0x1p-126f, most, -most,
                            infinity, -infinity, not_a_number, 88.722f, 88.7229f, 89, -87.5f, -103.9f, -104, 0x1p23f, -0x1p23f, 8388607.5f};
    std::erase_if(x, [&](float v) { return v < low || v > high; });
    for (std::uint64_t bits = 0; bits < (std::uint64_t{1} << 32); bits += 2039) {
        const float v = std::bit_cast<float>(static_cast<std::uint32_t>(bits));
        if (v >= low && v <= high) x.push_back(v);
    }
    const std::size_t count = 2200000 - std::min<std::size_t>(x.size(), 1100000);
    for (std::size_t i = 0; i < count; ++i)
        x.push_back(from + (to - from) * (static_cast<float>(i) / static_cast<float>(count)));
    while (x.size() % lanes != 0) x.push_back(from);
    return x;
}

// The worst error in units in the last place of the result, or of `floor` where the result is smaller. What is not
// finite, and zero, must be what rounding the true value gives; a result below every float may be the least one.
template <class F, class G>
void within(const char* name, double bound, const std::vector<float>& x, F of_pack, G truth, double floor = 0) {
    double worst = 0;
    float  where = 0;
    for (std::size_t i = 0; i < x.size(); i += lanes) {
        const row got = lanes_of(of_pack(elbo::simd::load(x.data() + i)));
        for (std::size_t l = 0; l < lanes; ++l) {
            const float  in   = x[i + l];
            const double want = truth(static_cast<double>(in));
            const float  near = static_cast<float>(want);
            if (!std::isfinite(near) || near == 0) {
                const bool fine = same(got[l], near) || (near == 0 && want != 0 && std::abs(got[l]) <= least);
                if (!fine) BOOST_FAIL(name << "(" << in << ") is " << got[l] << " instead of " << near);
                continue;
            }
            const double error = std::abs(static_cast<double>(got[l]) - want) / unit_at(std::max(std::abs(want), floor));
            if (!(error <= worst)) worst = error, where = in;
        }
    }
    BOOST_TEST_MESSAGE(name << ": " << worst << " ulp at " << where << ", " << x.size() << " numbers");
    BOOST_TEST(worst <= bound, name << " is off by " << worst << " ulp at " << where);
}

#define ELBO_WITHIN(bound, f, ...) \
    within(#f, bound, floats_of(__VA_ARGS__), [](pack x) { return f(x); }, [](double x) { return std::f(x); }, 0)
#define ELBO_WAVE_WITHIN(bound, f, ...) \
    within(#f, bound, floats_of(__VA_ARGS__), [](pack x) { return f(x); }, [](double x) { return std::f(x); }, 0x1p-24)

// Numbers of every kind, more than a pack holds.
const std::vector<float> kinds = {0.0f,         -0.0f, 1,      -1,   2.5f,  -2.5f, 3,     infinity, -infinity,
                                  not_a_number, least, -least, most, -most, 0.3f,  -0.3f, 1e-20f};

// f(a, b) of each two numbers, the first in every lane in turn: a pack of them holds what each lane gives alone.
template <class F, class G>
void for_each_pair(F check_lane, G of_packs) {
    for (const float b : kinds)
        for (std::size_t first = 0; first < kinds.size(); ++first) {
            row a;
            for (std::size_t l = 0; l < lanes; ++l) a[l] = kinds[(first + l) % kinds.size()];
            const auto got = of_packs(elbo::simd::load(a.data()), b);
            for (std::size_t l = 0; l < lanes; ++l)
                if (!check_lane(a[l], b, got, l)) BOOST_FAIL("lane " << l << " of " << a[l] << " and " << b);
        }
}
template <class F>
void is_lane_by_lane(F f) {
    for_each_pair([&](float a, float b, const row& y, std::size_t l) { return same(y[l], f(a, b)); },
                  [&](pack a, float b) { return lanes_of(f(a, pack(b))); });
}
template <class F>
void compares(F f) {
    for_each_pair([&](float a, float b, const row& y, std::size_t l) { return y[l] == (f(a, b) ? 7.0f : -7.0f); },
                  [&](pack a, float b) { return lanes_of(select(f(a, pack(b)), pack(7), pack(-7))); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(functions_are_those_of_double_precision) {
    ELBO_WITHIN(2, exp, -infinity, infinity, -104, 89);
    ELBO_WITHIN(2, expm1, -infinity, infinity, -2, 2);
    ELBO_WITHIN(2, log, -infinity, infinity, 0.4f, 2.5f);
    ELBO_WITHIN(2, log1p, -infinity, infinity, -1, 3);
    within("log1p_exp", 2, floats_of(-infinity, 0, -20, 0), [](pack x) { return log1p_exp(x); }, [](double x) { return std::log1p(std::exp(x)); });
    ELBO_WITHIN(2, tanh, -infinity, infinity, -2, 2);
    ELBO_WITHIN(2, sqrt, -infinity, infinity, 0, 4);
    ELBO_WITHIN(4, erf, -infinity, infinity, -4, 4);
    ELBO_WAVE_WITHIN(2, sin, -1e4f, 1e4f, -10, 10);
    ELBO_WAVE_WITHIN(2, cos, -1e4f, 1e4f, -10, 10);
    ELBO_WITHIN(0, floor, -infinity, infinity, -9, 9);
    ELBO_WITHIN(0, abs, -infinity, infinity, -1, 1);
}
BOOST_AUTO_TEST_CASE(what_is_not_a_number_stays_so) {
    const pack x(not_a_number);
    for (const pack y : {exp(x), expm1(x), log(x), log1p(x), tanh(x), sqrt(x), erf(x), sin(x), cos(x), floor(x), abs(x),
                         sin(pack(infinity)), cos(pack(-infinity)), log(pack(-1)), log1p(pack(-2)), sqrt(pack(-1)), exp(-x), log1p_exp(x),
                         tanh(-x), erf(-x)})
        for (const float lane : lanes_of(y)) BOOST_TEST(lane != lane);
}
// Where sin and cos are not exact any more they are still numbers within [-1, 1].
BOOST_AUTO_TEST_CASE(waves_far_out_are_bounded) {
    for (float x = 1e4f; x < infinity; x *= 1.37f)
        for (const pack y : {sin(pack(x)), cos(pack(x)), sin(pack(-x)), cos(pack(-x))})
            for (const float lane : lanes_of(y)) BOOST_TEST(std::abs(lane) <= 1);
}
BOOST_AUTO_TEST_CASE(arithmetic_is_that_of_a_lane) {
    is_lane_by_lane([](auto a, auto b) { return a + b; });
    is_lane_by_lane([](auto a, auto b) { return a - b; });
    is_lane_by_lane([](auto a, auto b) { return a * b; });
    is_lane_by_lane([](auto a, auto b) { return a / b; });
    is_lane_by_lane([](auto a, auto) { return -a; });
    is_lane_by_lane([](auto a, auto b) { return a += b, a; });
    is_lane_by_lane([](auto a, auto b) { return a -= b, a; });
    is_lane_by_lane([](auto a, auto b) { return a *= b, a; });
    is_lane_by_lane([](auto a, auto b) { return a /= b, a; });
    is_lane_by_lane([](auto a, auto) { return 2.0f * a + 1.0f; });
    is_lane_by_lane([](auto a, auto) { return (1.0f - a) / 4.0f; });
}
BOOST_AUTO_TEST_CASE(comparisons_are_those_of_a_lane) {
    compares([](auto a, auto b) { return a < b; });
    compares([](auto a, auto b) { return a > b; });
    compares([](auto a, auto b) { return a <= b; });
    compares([](auto a, auto b) { return a >= b; });
    compares([](auto a, auto b) { return a == b; });
    compares([](auto a, auto b) { return a != b; });
    compares([](auto a, auto b) { return !(a < b); });
    compares([](auto a, auto b) { return (a < b) & (a > -b); });
    compares([](auto a, auto b) { return (a < b) | (a > 1.0f); });
}
BOOST_AUTO_TEST_CASE(a_number_fills_a_pack) {
    for (const float x : kinds)
        for (const float lane : lanes_of(pack(x))) BOOST_TEST(same(lane, x));
}
// Packs are read and written anywhere, and nothing beside them.
BOOST_AUTO_TEST_CASE(loads_and_stores_touch_a_pack) {
    std::vector<float> from(2 * lanes), to(2 * lanes + 1);
    for (std::size_t i = 0; i < from.size(); ++i) from[i] = static_cast<float>(i + 1);
    for (std::size_t at = 0; at <= lanes; ++at) {
        std::fill(to.begin(), to.end(), -1.0f);
        elbo::simd::store(to.data() + at, elbo::simd::load(from.data() + at));
        for (std::size_t i = 0; i < to.size(); ++i) BOOST_TEST(to[i] == (i >= at && i < at + lanes ? from[i] : -1.0f));
    }
}
// A lane's bits are its own: the same whatever stands beside it, and wherever it stands.
BOOST_AUTO_TEST_CASE(no_lane_knows_its_neighbours) {
    const auto alone = [](auto f) {
        for (const float x : kinds) {
            const float want = lanes_of(f(pack(x)))[0];
            for (std::size_t place = 0; place < lanes; ++place)
                for (const float other : kinds) {
                    row beside;
                    beside.fill(other);
                    beside[place] = x;
                    if (!same(lanes_of(f(elbo::simd::load(beside.data())))[place], want)) BOOST_FAIL(x << " beside " << other);
                }
        }
    };
    alone([](pack x) { return exp(x); });
    alone([](pack x) { return expm1(x); });
    alone([](pack x) { return log(x); });
    alone([](pack x) { return log1p(x); });
    alone([](pack x) { return tanh(x); });
    alone([](pack x) { return sqrt(x); });
    alone([](pack x) { return erf(x); });
    alone([](pack x) { return sin(x); });
    alone([](pack x) { return cos(x); });
    alone([](pack x) { return floor(x); });
    alone([](pack x) { return abs(x); });
    alone([](pack x) { return select(x > pack(0), x, 1.0f / x); });
}
