// SPDX-License-Identifier: MIT
// Matrices that are read often have a copy laid out for the kernel: which they are, and that nothing else changes.
#define BOOST_TEST_MODULE often_read
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"
#include "parity/models.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

std::vector<float> numbers(std::size_t count) {
    std::vector<float> v(count);
    for (std::size_t i = 0; i < count; ++i) v[i] = static_cast<float>(std::sin(1.7 * static_cast<double>(i % 9973) + 0.3));
    return v;
}
double most_apart(const std::vector<float>& a, const std::vector<float>& b) {
    double worst = 0;
    for (std::size_t i = 0; i < a.size(); ++i) worst = laws::worse(worst, static_cast<double>(std::abs(a[i] - b[i]) / (1 + std::abs(b[i]))));
    return worst;
}

struct draw_small : draw<shape<1, 9, 8>, time_steps<9>, hidden_units<37>, code_size<5>, glimpses<2, 3>> {};
struct draw_in_segments : draw<shape<1, 9, 8>, time_steps<9>, hidden_units<37>, code_size<5>, glimpses<2, 3>, in_segments<3>> {};

}  // namespace

// The same sums in the same order.
BOOST_AUTO_TEST_CASE(packed_products_are_products) {
    for (const bool transposed : {false, true})
        for (const std::size_t m : {1u, 8u, 13u, 50u})
            for (const std::size_t n : {1u, 31u, 32u, 70u, 128u})
                for (const std::size_t k : {1u, 7u, 64u}) {
                    if (transposed && gemm::is_of_dots(m, n, k)) continue;  // those go along the inner extent
                    const auto         a = numbers(m * k), b = numbers(k * n);
                    std::vector<float> scratch(gemm::scratch_floats(k)), packed(gemm::packed_floats(k, n)), want(m * n), got(m * n, -1.0f);
                    gemm::multiply(false, transposed, m, n, k, a.data(), k, b.data(), transposed ? k : n, want.data(), n, false, scratch.data());
                    const std::size_t panels = gemm::packed_floats(1, n) / gemm::panel;
                    gemm::pack(transposed, k, n, b.data(), packed.data(), 0, panels / 2);
                    gemm::pack(transposed, k, n, b.data(), packed.data(), panels / 2, panels);
                    gemm::rows_times_packed(m, n, k, {a.data(), k, 1}, packed.data(), got.data(), n, scratch.data());
                    BOOST_TEST((got == want), m << " x " << n << " x " << k << (transposed ? ", transposed" : ""));
                }
}
// Of rows a power of two apart each panel is copied first; beyond so many rows the sum goes on from memory.
BOOST_AUTO_TEST_CASE(copies_are_products) {
    for (const std::size_t k : {256u, 1024u, 1300u})
        for (const bool add : {false, true}) {
            const std::size_t  m = 150, n = 512;
            const auto         a = numbers(m * k), b = numbers(k * n);
            std::vector<float> scratch(gemm::scratch_floats(k)), got = numbers(m * n), want = got;
            gemm::rows_times_copies(m, n, k, {a.data(), 1, m}, b.data(), n, got.data(), n, add, scratch.data());
            for (std::size_t i = 0; i < m; ++i)
                for (std::size_t j = 0; j < n; ++j) {
                    double sum = add ? static_cast<double>(want[i * n + j]) : 0;
                    for (std::size_t p = 0; p < k; ++p) sum += static_cast<double>(a[p * m + i]) * static_cast<double>(b[p * n + j]);
                    want[i * n + j] = static_cast<float>(sum);
                }
            BOOST_TEST(most_apart(got, want) < 1e-4, k);
            std::vector<float> chosen(m * n);
            gemm::multiply(true, false, m, n, k, a.data(), m, b.data(), n, chosen.data(), n, false, scratch.data());
            BOOST_TEST((add || chosen == got), "this is what multiply() chooses here");
        }
}
BOOST_AUTO_TEST_CASE(those_of_loops) {
    const auto packed = [](const tape& t, std::int64_t batch) { return matrices_read_often(t, {1, batch, batch, batch}).size(); };
    const tape loops = programs::training<draw_small>(), one = programs::training<fc>();
    BOOST_TEST(packed(loops, 100) > 4);
    BOOST_TEST(packed(loops, 4) == 0);     // one chunk of rows: nine reads
    BOOST_TEST(packed(one, 100) == 0);     // two chunks
    BOOST_TEST(packed(one, 5000) > 0);     // a hundred
}
BOOST_AUTO_TEST_CASE(a_loop_on_a_host_is_the_loop) {
    const auto check = []<class M>(named_model<M> m) {
        const tape      t    = programs::training<M>();
        const handed_in d    = something_for<M>(53);
        const auto      want = on_plain(t, d);
        host            alone{{1}};
        const auto      got = on(alone, t, d);
        for (std::size_t k = 0; k < want.outputs.size(); ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) < 1e-5, m.name);
        BOOST_TEST(apart(got.gradients, want.gradients, 0.1) < 1e-4, m.name);
        for (const int threads : {2, 3}) {
            host team{{threads}};
            BOOST_TEST((on(team, t, d) == got), m.name << ", " << threads << " threads");
        }
        host::program made(alone, t, {1, 53, 53, 53});
        BOOST_TEST(static_cast<std::int64_t>(made.arena_floats()) <= measure(t, {1, 53, 53, 53}).live);
    };
    check(named_model<draw_small>{"draw"});
    check(named_model<draw_in_segments>{"draw, in segments"});
}
