// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE optimizer
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"

#include <elbo/core/random.hpp>
#include <elbo/train/optimizer.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

using namespace elbo;

namespace {

using four = std::array<double, 4>;

constexpr four start{0.5, -1.25, 2.0, -0.03};
constexpr four gradients[5] = {{0.1, -0.2, 0.3, 1.5},
                               {0.05, 0.4, -0.6, -1.0},
                               {-0.3, 0.25, 0.0, 2.0},
                               {0.2, -0.1, 0.45, 0.5},
                               {-0.15, 0.35, -0.9, -0.7}};

template <class T, class Optimizer>
std::array<T, 4> five_steps(const Optimizer& optimizer, double rate, double decay) {
    std::array<T, 4>                    p{};
    std::array<T, 4 * Optimizer::slots> state{};
    std::copy(start.begin(), start.end(), p.begin());
    for (std::uint64_t step = 1; step <= 5; ++step) {
        std::array<T, 4> g{};
        std::transform(gradients[step - 1].begin(), gradients[step - 1].end(), g.begin(),
                       [](double x) { return static_cast<T>(x); });
        update_context<T> now;
        now.step = step, now.learning_rate = static_cast<T>(rate), now.weight_decay = static_cast<T>(decay);
        optimizing::update<T>(optimizer, p, g, state.data(), now);
    }
    return p;
}

template <class Optimizer>
void check(const Optimizer& optimizer, double rate, double decay, const four& torch) {
    const auto in_double = five_steps<double>(optimizer, rate, decay);
    const auto in_float  = five_steps<float>(optimizer, rate, decay);
    for (std::size_t i = 0; i < 4; ++i) {
        BOOST_TEST(in_double[i] == torch[i], boost::test_tools::tolerance(1e-13));
        BOOST_TEST(static_cast<double>(in_float[i]) == torch[i], boost::test_tools::tolerance(1e-5));
    }
}

}  // namespace

// Right sides: torch.optim of PyTorch 1.13, in double, from `start` by `gradients`.
BOOST_AUTO_TEST_CASE(sgd_is_torchs) {
    check(sgd{}, 0.1, 0, {0.51, -1.3199999999999998, 2.0749999999999997, -0.26});
    check(sgd{}, 0.1, 0.01, {0.5075199500474895, -1.3136825125462286, 2.065004980069968, -0.2591010992003});
    check(sgd{0.9}, 0.1, 0.01, {0.49372016215528947, -1.372913794347729, 2.0617790140651677, -0.864490679370608});
    check(sgd{0.9, true}, 0.1, 0.01, {0.5019645557911879, -1.4241615322891008, 2.120628855700316, -1.00780697036019});
}
BOOST_AUTO_TEST_CASE(rms_prop_is_torchs) {
    check(rms_prop{}, 0.01, 0, {0.43291967835577905, -1.3254547600002498, 2.008237097904048, -0.14223009275125725});
    check(rms_prop{0.9, 1e-6, 0.5}, 0.01, 0.01,
          {0.4477290289205172, -1.2765933352560377, 1.984490243741349, -0.10034400451320523});
}
BOOST_AUTO_TEST_CASE(adagrad_is_torchs) {
    check(adagrad{}, 0.05, 0, {0.4664645253550208, -1.2873851034752908, 2.0040774792105718, -0.08615065720348078});
    check(adagrad{1e-6}, 0.05, 0.01,
          {0.4642928899709884, -1.2839783299621177, 2.0001134845367967, -0.08609223168670462});
}
BOOST_AUTO_TEST_CASE(ada_delta_is_torchs) {
    check(ada_delta{}, 1, 0, {0.4986155718310193, -1.2564678150604454, 2.0025454750866345, -0.034006618019545826});
    check(ada_delta{0.95, 1e-4}, 0.5, 0.01,
          {0.4905619721936741, -1.2913625381990532, 2.0152294184750867, -0.05842044440282021});
}
BOOST_AUTO_TEST_CASE(adam_is_torchs) {
    check(adam{}, 0.01, 0, {0.4849730511925271, -1.2580393809959842, 1.9984954054658948, -0.055566608789619665});
    check(adam{0.5, 0.9, 1e-4}, 0.01, 0.01,
          {0.4891549533688924, -1.262031377353369, 2.000234974762818, -0.051213008657467786});
}
BOOST_AUTO_TEST_CASE(adam_w_is_torchs) {
    check(adam_w{}, 0.01, 0.01, {0.4847292692751273, -1.2574159517162375, 1.9974980722127942, -0.05554553136449457});
    check(adam_w{0.8, 0.99, 1e-3}, 0.05, 0.1,
          {0.42147300455571796, -1.266656244096593, 1.9480622730812716, -0.15085167282666237});
}

namespace {

struct run {
    std::vector<float> p, g, state;
};

template <class Optimizer>
run random_run(std::size_t n) {
    run         r{std::vector<float>(n), std::vector<float>(n), std::vector<float>(n * Optimizer::slots)};
    const draws random(1, "optimizer test");
    for (std::uint32_t i = 0; i < n; ++i) r.p[i] = random.normal<float>(i), r.g[i] = 0.01f * random.normal<float>(i, 1);
    return r;
}

template <class Optimizer>
void check_cuts(const Optimizer& optimizer) {
    constexpr std::size_t n     = 1003;
    run                   whole = random_run<Optimizer>(n), parts = whole;
    const draws           random(2, "cuts");
    for (std::uint32_t step = 1; step <= 6; ++step) {
        const update_context<float> now{step, 1e-2f, 0.7f, 0.01f, n};
        optimizing::update<float>(optimizer, whole.p, whole.g, whole.state.data(), now);
        for (std::size_t first = 0, cut = 0; first < n; ++cut) {
            const std::size_t count = std::min<std::size_t>(
                n - first, 1 + random.below(step % 2 == 0 ? 150 : 7, step, static_cast<std::uint32_t>(cut)));
            optimizing::update<float>(optimizer, std::span(parts.p).subspan(first, count),
                                             std::span<const float>(parts.g).subspan(first, count),
                                             parts.state.data() + first, now);
            first += count;
        }
        BOOST_TEST(std::memcmp(whole.p.data(), parts.p.data(), n * sizeof(float)) == 0, optimizer.name);
        BOOST_TEST(std::memcmp(whole.state.data(), parts.state.data(), whole.state.size() * sizeof(float)) == 0,
                   optimizer.name);
    }
}

template <class Optimizer>
void check_scale(const Optimizer& optimizer) {
    run a = random_run<Optimizer>(50), b = a;
    for (float& g : b.g) g *= 4;
    for (std::uint64_t step = 1; step <= 3; ++step) {
        optimizing::update<float>(optimizer, a.p, a.g, a.state.data(), {step, 1e-2f, 1.0f, 0.01f});
        optimizing::update<float>(optimizer, b.p, b.g, b.state.data(), {step, 1e-2f, 0.25f, 0.01f});
    }
    BOOST_TEST((a.p == b.p), optimizer.name);
}

template <class Optimizer>
void check_not_a_number(const Optimizer& optimizer) {
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        run r  = random_run<Optimizer>(40);
        r.g[3] = bad;
        optimizing::update<float>(optimizer, r.p, r.g, r.state.data(), {1, 1e-2f});
        for (std::size_t i = 0; i < 40; ++i) BOOST_TEST(std::isfinite(r.p[i]) == (i != 3), optimizer.name);
    }
}

template <class Check>
void each_optimizer(Check check_one) {
    check_one(sgd{});
    check_one(sgd{0.9, true});
    check_one(rms_prop{0.99, 1e-8, 0.9});
    check_one(adagrad{});
    check_one(ada_delta{});
    check_one(adam{});
    check_one(adam_w{});
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_update_is_the_update_of_its_parts_bit_for_bit) {
    each_optimizer([](auto o) { check_cuts(o); });
}
BOOST_AUTO_TEST_CASE(the_scale_multiplies_gradients_and_not_decay) {
    each_optimizer([](auto o) { check_scale(o); });
}
BOOST_AUTO_TEST_CASE(what_is_not_finite_stays_visible_and_where_it_is) {
    each_optimizer([](auto o) { check_not_a_number(o); });
}

BOOST_AUTO_TEST_CASE(one_number_that_is_not_finite_is_seen) {
    constexpr float infinity = std::numeric_limits<float>::infinity(), most = std::numeric_limits<float>::max();
    for (const std::size_t size : {0u, 1u, 15u, 16u, 33u, 100u}) {
        std::vector<float> numbers(size, most);  // their sum is not finite, they are
        BOOST_TEST(optimizing::all_finite(std::span<const float>(numbers)));
        for (float& x : numbers)
            for (const float wrong : {infinity, -infinity, std::numeric_limits<float>::quiet_NaN()}) {
                const float was = std::exchange(x, wrong);
                BOOST_TEST(!optimizing::all_finite(std::span<const float>(numbers)));
                x = was;
            }
    }
}

BOOST_AUTO_TEST_CASE(zero_gradients_move_nothing) {
    each_optimizer([](auto o) {
        run r = random_run<decltype(o)>(20);
        std::fill(r.g.begin(), r.g.end(), 0.0f);
        const auto before = r.p;
        optimizing::update<float>(o, r.p, r.g, r.state.data(), {1, 1e-2f});
        BOOST_TEST((r.p == before), o.name);
    });
}

template <class T>
void check_root() {
    const T     least = std::numeric_limits<T>::min(), unit = std::numeric_limits<T>::epsilon() / 2;
    const draws random(3, "root");
    double      worst = 0;
    for (std::uint32_t i = 0; i < 200000; ++i) {
        const T exponent = static_cast<T>(random.uniform(i)) * (std::is_same_v<T, float> ? T(250) : T(2000)) -
                           (std::is_same_v<T, float> ? T(125) : T(1000));
        const T x = std::exp2(exponent);
        if (x < least) continue;
        const T exact = std::sqrt(x);
        worst         = laws::worse(worst, static_cast<double>(std::abs(optimizing::root<T>(x) - exact) / exact / unit));
    }
    BOOST_TEST(worst <= 3.0);  // 1.5 units in the last place, and the half of the exact one's own
    BOOST_TEST(optimizing::root<T>(T(0)) == T(0));
    BOOST_TEST(std::abs(optimizing::root<T>(T(1)) - T(1)) <= 2 * unit);
    BOOST_TEST(!std::isfinite(optimizing::root<T>(std::numeric_limits<T>::quiet_NaN())));
    BOOST_TEST(!std::isfinite(optimizing::root<T>(std::numeric_limits<T>::infinity())));
    const T tiny = optimizing::root<T>(std::numeric_limits<T>::denorm_min());
    BOOST_TEST(tiny >= 0);
    BOOST_TEST(tiny <= std::sqrt(least));
}
BOOST_AUTO_TEST_CASE(root_is_the_square_root) {
    check_root<float>();
    check_root<double>();
}
