// SPDX-License-Identifier: MIT
// Who multiplies matrices: every provider that was compiled in, against a double loop.
#define BOOST_TEST_MODULE providers
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"

#include <cstring>
#include <thread>

using namespace elbo;
using namespace elbo::parity;

namespace {

std::vector<provider> all_providers() {
    std::vector<provider> all{providers::builtin};
#if defined(ELBO_WITH_ONEDNN)
    all.push_back(providers::onednn);
#endif
#if defined(ELBO_WITH_CBLAS)
    all.push_back(providers::cblas);
#endif
    return all;
}

struct problem_of {
    std::size_t m, n, k;
    bool        ta, tb, add;
    std::size_t more = 0;  // leading dimensions are larger than they need to be

    std::size_t lda() const { return (ta ? m : k) + more; }
    std::size_t ldb() const { return (tb ? k : n) + more; }
    std::size_t ldc() const { return n + more; }
};

struct product_of {
    std::vector<float> a, b, before;

    explicit product_of(const problem_of& p)
        : a(spread_numbers((p.ta ? p.k : p.m) * p.lda(), -1, 1, 1)), b(spread_numbers((p.tb ? p.n : p.k) * p.ldb(), -1, 1, 2)),
          before(spread_numbers(p.m * p.ldc(), -1, 1, 3)) {}

    std::vector<float> by(const provider& who, const problem_of& p, std::vector<float>& scratch) const {
        std::vector<float> c = before;
        scratch.resize(std::max(scratch.size(), gemm::scratch_floats(p.k) + 4096));
        who.product(p.ta, p.tb, p.m, p.n, p.k, a.data(), p.lda(), b.data(), p.ldb(), c.data(), p.ldc(), p.add, scratch.data());
        return c;
    }
};

// A sum of k products of numbers below 1, in single precision: k roundings of a sum that grows like the root of k. What
// lies beside the result stays.
bool is_right(const product_of& x, const problem_of& p, const std::vector<float>& c) {
    const double most = 4e-7 * std::sqrt(static_cast<double>(p.k)) * std::max(1.0, std::sqrt(static_cast<double>(p.k)) / 4) + 1e-6;
    for (std::size_t i = 0; i < p.m; ++i)
        for (std::size_t j = 0; j < p.ldc(); ++j) {
            const double before = static_cast<double>(x.before[i * p.ldc() + j]);
            if (j >= p.n) {
                if (static_cast<double>(c[i * p.ldc() + j]) != before) return false;
                continue;
            }
            double s = p.add ? before : 0;
            for (std::size_t q = 0; q < p.k; ++q)
                s += static_cast<double>(p.ta ? x.a[q * p.lda() + i] : x.a[i * p.lda() + q]) *
                     static_cast<double>(p.tb ? x.b[j * p.ldb() + q] : x.b[q * p.ldb() + j]);
            if (!(std::abs(s - static_cast<double>(c[i * p.ldc() + j])) <= most)) return false;
        }
    return true;
}

std::string spelled(const problem_of& p) {
    return std::to_string(p.m) + " x " + std::to_string(p.n) + " x " + std::to_string(p.k) + (p.ta ? " a'" : " a") + (p.tb ? "b'" : "b") +
           (p.add ? " added" : "") + (p.more ? " of larger matrices" : "");
}

std::vector<problem_of> problems() {
    std::vector<problem_of> all;
    const std::size_t       sizes[] = {1, 3, 7, 13, 25, 33, 49, 69};
    for (std::size_t m : sizes)
        for (std::size_t n : sizes)
            for (std::size_t k : sizes)
                for (int way = 0; way < 8; ++way) {
                    if ((m + n + k + static_cast<std::size_t>(way)) % 3 != 0) continue;  // a third of them
                    all.push_back({m, n, k, way % 2 == 1, way / 2 % 2 == 1, way / 4 == 1, (m * n) % 4 == 0 ? 5u : 0u});
                }
    for (int way = 0; way < 8; ++way)
        for (auto [m, n, k] : {std::array<std::size_t, 3>{100, 50, 784}, {50, 784, 100}, {1, 784, 100}, {2, 300, 50}, {784, 1, 5}, {5, 100, 1}, {48, 32, 784}, {12, 16, 8}, {5, 40, 5000}})
            all.push_back({m, n, k, way % 2 == 1, way / 2 % 2 == 1, way / 4 == 1, 0});
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(products_are_right) {
    for (const provider& who : all_providers()) {
        const std::string what = provider_warnings(who);
        BOOST_TEST_MESSAGE(who.name << (what.empty() ? "" : ": ") << what);
        std::vector<float> scratch;
        for (const problem_of& p : problems()) {
            const product_of x(p);
            BOOST_TEST(is_right(x, p, x.by(who, p, scratch)), who.name << ": " << spelled(p));
        }
    }
}
// Rows of 512 numbers are a power of two apart: panels of them are copied, here in one go and in several.
BOOST_AUTO_TEST_CASE(sums_of_products_are_right) {
    struct sum_of {
        std::size_t m, n, k, count;
    };
    for (const auto& [m, n, k, count] : {sum_of{150, 512, 64, 5}, sum_of{150, 512, 300, 7}, sum_of{30, 512, 700, 2}, sum_of{30, 50, 13, 3}, sum_of{9, 5, 40, 4}})
        for (const bool add : {false, true}) {
            // One product of all terms below each other is the same sum.
            const problem_of        p{m, n, k * count, true, false, add};
            const product_of        x(p);
            std::vector<gemm::term> terms(2 * count);
            for (std::size_t t = 0; t < count; ++t) terms[t] = {x.a.data() + t * k * m, x.b.data() + t * k * n};
            std::vector<float> c = x.before, scratch(gemm::scratch_floats(std::max(k, gemm::most_copied)));
            BOOST_TEST(gemm::wants_copies(m, n, k * count, n) == (n == 512));
            gemm::sum_of_products(terms.data(), count, terms.data() + count, m, n, k, m, n, c.data(), n, add, scratch.data());
            BOOST_TEST(is_right(x, p, c), count << " terms of " << spelled({m, n, k, true, false, add}));
        }
}
BOOST_AUTO_TEST_CASE(nothing_times_something) {
    for (const provider& who : all_providers()) {
        std::vector<float> scratch;
        for (const problem_of& p : {problem_of{0, 5, 3, false, false, false}, problem_of{5, 0, 3, true, false, false}}) {
            const product_of x(p);
            BOOST_TEST((x.by(who, p, scratch) == x.before), who.name);
        }
    }
}
// The same bits whenever, and whoever else is multiplying.
BOOST_AUTO_TEST_CASE(concurrent_products_are_serial_ones) {
    const problem_of some[] = {{50, 500, 78, false, false, false}, {48, 50, 100, true, false, true}, {50, 78, 50, false, true, false}, {7, 33, 129, false, false, false}};
    for (const provider& who : all_providers()) {
        if (is_for_one_thread(who)) {
            BOOST_TEST_MESSAGE(who.name << ": skipped, " << provider_warnings(who));
            continue;
        }
        std::vector<product_of>         x;
        std::vector<std::vector<float>> serial;
        std::vector<float>              scratch;
        for (const problem_of& p : some) {
            x.emplace_back(p);
            serial.push_back(x.back().by(who, p, scratch));
        }
        std::atomic<int>         wrong{0}, done{0};
        std::vector<std::thread> team;
        for (int thread = 0; thread < 4; ++thread)
            team.emplace_back([&, thread] {
                std::vector<float> own;
                for (int turn = 0; turn < 400; ++turn) {
                    const auto i = static_cast<std::size_t>(turn + thread) % std::size(some);
                    wrong += x[i].by(who, some[i], own) != serial[i];
                    ++done;
                }
            });
        for (std::thread& t : team) t.join();
        BOOST_TEST(wrong == 0, who.name << ": " << wrong << " of " << done << " products differ");
    }
}

// ---- what is known against OpenBLAS ----
#if defined(ELBO_WITH_CBLAS)
BOOST_AUTO_TEST_CASE(openblas_is_looked_into) {
    using providers::warnings_about;
    BOOST_TEST(warnings_about({"Haswell", "", 1}, true).empty());
    BOOST_TEST(warnings_about({"", "", 1}, true).empty());  // another library
    BOOST_TEST(warnings_about({"Prescott", "", 1}, false).empty());
    BOOST_TEST(warnings_about({"Prescott", "", 1}, true).find("OPENBLAS_CORETYPE") != std::string::npos);
    BOOST_TEST(warnings_about({"Zen", "OpenBLAS 0.3.21", 0}, true).find("serial") != std::string::npos);
    BOOST_TEST(warnings_about({"Nehalem", "OpenBLAS 0.3.21", 0}, true).find("; ") != std::string::npos);

    const auto facts = providers::openblas_of_this_process();
    BOOST_TEST_MESSAGE("OpenBLAS: core " << facts.core << ", " << facts.config << ", parallel " << facts.parallel);
    if (!facts.config.empty()) BOOST_TEST(facts.config.find("OpenBLAS") == 0u);
}
#endif
// A provider that is for one thread is refused on two, by the constructor.
BOOST_AUTO_TEST_CASE(what_is_unsafe_is_refused) {
    provider serial = providers::builtin;
    serial.one_thread_only = [] { return true; };
    serial.warnings        = [] { return std::string("this one is serial"); };
    BOOST_CHECK_NO_THROW(host({1, serial}));
    BOOST_CHECK_EXCEPTION(host({2, serial}), std::invalid_argument, [](const std::invalid_argument& e) { return std::strstr(e.what(), "this one is serial") != nullptr; });
    for (const provider& who : all_providers())
        if (is_for_one_thread(who)) BOOST_CHECK_THROW(host({2, who}), std::invalid_argument);
        else BOOST_CHECK_NO_THROW(host({2, who}));
}

// ---- whole steps ----
BOOST_AUTO_TEST_CASE(steps_agree_and_do_not_depend_on_threads) {
    for (const provider& who : all_providers()) {
        if (is_for_one_thread(who)) continue;
        host one({1, who}), two({2, who});
        each_model([&]<class M>(named_model<M> m) {
            const tape            t    = programs::training<M>();
            const handed_in       d    = something_for<M>(20);
            const outcome<double> want = on_plain(t, d);
            const outcome<float>  got  = on(one, t, d);
            BOOST_TEST_CONTEXT(who.name << ", " << m.name) {
                for (std::size_t k = 0; k < want.outputs.size(); ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) <= 1e-5);
                BOOST_TEST(apart(got.gradients, want.gradients, 0.1) <= 1e-4);
                BOOST_TEST((on(two, t, d) == got));
            }
        });
    }
}
// Steps down the gradient: the losses of all providers stay together.
BOOST_AUTO_TEST_CASE(training_goes_the_same_way) {
    const tape          t = programs::training<fc>();
    std::vector<double> first;
    for (const provider& who : all_providers()) {
        host                machine({1, who});
        host::program       program(machine, t, batches_of(20));
        handed_in           d = something_for<fc>(20);
        std::vector<double> losses;
        for (std::uint32_t step = 0; step < 60; ++step) {
            d.step         = step;
            const auto got = parity::replay<float>(program, program.code(), d);
            losses.push_back(static_cast<double>(got.outputs[0][0]));
            for (std::size_t i = 0; i < d.parameters.size(); ++i) d.parameters[i] -= 0.02f * got.gradients[i];
        }
        BOOST_TEST(losses.back() < 0.98 * losses.front(), who.name);
        if (first.empty()) first = losses;
        for (std::size_t i = 0; i < losses.size(); ++i) BOOST_TEST(std::abs(losses[i] - first[i]) <= 1e-5 * std::abs(first[i]), who.name << ", step " << i);
    }
}
