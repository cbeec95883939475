// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/products/provider.hpp>

#if defined(ELBO_WITH_CBLAS)
#include <elbo/machine/host/products/symbols.hpp>

#include <xtensor-blas/xblas_config.hpp>

#include <xflens/cxxblas/drivers/cblas.h>

namespace elbo::providers {

// What OpenBLAS says of itself. Other libraries say nothing.
struct openblas_facts {
    std::string core, config;
    int         parallel = 1;  // 0: serial, 1: with threads of its own, 2: with OpenMP's
};

// It takes a processor that it does not know for an old one, and is then several times slower; its serial flavour uses
// one buffer for all, so that threads that call it at once get wrong products.
ELBO_COLD inline std::string warnings_about(const openblas_facts& facts, bool has_avx2) {
    std::string text;
    if (facts.parallel == 0)
        text = "this OpenBLAS (" + facts.config + ") is the serial one: called from several threads at once it computes wrong products; "
               "use its pthread flavour, another provider, or one thread";
    for (const char* old : {"Unknown", "Katmai", "Coppermine", "Northwood", "Prescott", "Banias", "Atom", "Core2", "Penryn", "Dunnington",
                            "Nehalem", "Athlon", "Opteron", "Opteron_SSE3", "Barcelona", "Nano", "Sandybridge", "Bobcat", "Bulldozer",
                            "Piledriver", "Steamroller"})
        if (has_avx2 && facts.core == old)
            text += std::string(text.empty() ? "" : "; ") + "OpenBLAS takes this processor for a " + old +
                    ", which has no AVX2, and is slow: set OPENBLAS_CORETYPE (Haswell, SkylakeX, Zen) in the environment";
    return text;
}
inline bool processor_has_avx2() {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return false;
#endif
}
inline openblas_facts openblas_of_this_process() {
    openblas_facts facts;
    if (const auto core = symbol<char* (*)()>("openblas_get_corename")) facts.core = core();
    if (const auto config = symbol<char* (*)()>("openblas_get_config")) facts.config = config();
    if (const auto parallel = symbol<int (*)()>("openblas_get_parallel")) facts.parallel = parallel();
    return facts;
}

// Its own threads are switched off, for the whole process: what is parallel here are the calls.
inline void cblas_product(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
                          const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add, float*) {
    static const bool single = [] {
        if (const auto set = symbol<void (*)(int)>("openblas_set_num_threads")) set(1);
        return true;
    }();
    if (!single || m == 0 || n == 0) return;
    const one_openmp_thread alone;
    const auto              i = [](std::size_t x) { return static_cast<int>(x); };
    cblas_sgemm(CBLAS_ORDER::CblasRowMajor, ta ? CBLAS_TRANSPOSE::CblasTrans : CBLAS_TRANSPOSE::CblasNoTrans,
                tb ? CBLAS_TRANSPOSE::CblasTrans : CBLAS_TRANSPOSE::CblasNoTrans, i(m), i(n), i(k), 1.0f, a, i(lda), b,
                i(ldb), add ? 1.0f : 0.0f, c, i(ldc));
}
inline std::string cblas_warnings() { return warnings_about(openblas_of_this_process(), processor_has_avx2()); }
inline bool        cblas_is_serial() { return openblas_of_this_process().parallel == 0; }

inline constexpr provider cblas{"CBLAS", &cblas_product, &cblas_warnings, &cblas_is_serial};

}  // namespace elbo::providers
#endif
