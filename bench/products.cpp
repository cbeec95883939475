// SPDX-License-Identifier: MIT
// GFLOP/s of every provider at the shapes of an fc-VAE and a conv-VAE, one thread.

#include "bench.hpp"

#include <elbo/host.hpp>

#include <cstdio>

using namespace elbo;

int main() {
    struct shape_of {
        std::size_t m, n, k;
        bool        ta, tb;
    };
    std::vector<provider> all{providers::builtin};
#if defined(ELBO_WITH_ONEDNN)
    all.push_back(providers::onednn);
#endif
#if defined(ELBO_WITH_CBLAS)
    all.push_back(providers::cblas);
#endif
    std::printf("| m, n, k |");
    for (const provider& p : all) std::printf(" %s |", p.name);
    std::printf("\n|---|");
    for (std::size_t i = 0; i < all.size(); ++i) std::printf("---|");
    std::printf("\n");
    for (const shape_of s : {shape_of{100, 500, 784, false, false}, {50, 500, 784, false, false}, {50, 40, 500, false, false},
                             {50, 784, 500, false, false}, {784, 500, 100, true, false}, {48, 500, 100, true, false},
                             {50, 500, 784, false, true}, {49, 64, 512, false, false}, {49, 512, 64, false, false}}) {
        std::vector<float> a(s.m * s.k, 0.5f), b(s.k * s.n, 0.25f), c(s.m * s.n), scratch(gemm::scratch_floats(s.k) + 4096);
        const std::size_t  lda = s.ta ? s.m : s.k, ldb = s.tb ? s.k : s.n;
        std::printf("| %zu, %zu, %zu%s |", s.m, s.n, s.k, s.ta ? " a'b" : s.tb ? " ab'" : "");
        for (const provider& p : all) {
            const double t = bench::median_seconds([&] { p.product(s.ta, s.tb, s.m, s.n, s.k, a.data(), lda, b.data(), ldb, c.data(), s.n, false, scratch.data()); });
            std::printf(" %.0f |", 2e-9 * static_cast<double>(s.m * s.n * s.k) / t);
        }
        std::printf("\n");
    }
}
