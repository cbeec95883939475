// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/gemm.hpp>

// Who multiplies matrices: a provider is one function, called on one thread at a time for one chunk of work.
//     C (m, n) = op(A) op(B), or C += op(A) op(B) with `add`
// The built-in one needs nothing, allocates nothing and is the default: it is as fast as oneDNN here (bench/RESULTS.md).

#if defined(ELBO_WITH_ONEDNN)
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#endif
#if defined(ELBO_WITH_CBLAS)
#include <xtensor-blas/xblas_config.hpp>

#include <xflens/cxxblas/drivers/cblas.h>
#endif

namespace elbo {

using product_function = void (*)(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a,
                                  std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add,
                                  float* scratch);

struct provider {
    const char*      name    = "builtin";
    product_function product = &gemm::multiply;
};

namespace providers {

inline constexpr provider builtin{};

#if defined(ELBO_WITH_ONEDNN)
// Detects the processor by itself; its OpenMP team is kept to one thread, this thread's.
inline void onednn_product(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a,
                           std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add, float*) {
    using set_threads             = void (*)(int);
    static thread_local bool once = [] {
        if (void* symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads")) reinterpret_cast<set_threads>(symbol)(1);
        return true;
    }();
    (void)once;
    if (m == 0 || n == 0) return;
    using dim = dnnl_dim_t;
    dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', static_cast<dim>(m), static_cast<dim>(n), static_cast<dim>(k), 1.0f, a,
               static_cast<dim>(lda), b, static_cast<dim>(ldb), add ? 1.0f : 0.0f, c, static_cast<dim>(ldc));
}
inline constexpr provider onednn{"oneDNN", &onednn_product};
#endif

#if defined(ELBO_WITH_CBLAS)
// What is known to be wrong or slow is said: OpenBLAS takes an unknown processor for a Prescott (SSE3) and is then
// five times slower; its serial flavour computes wrong products when two threads call it at once.
inline void cblas_product(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
                          const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add, float*) {
    if (m == 0 || n == 0) return;
    const auto i = [](std::size_t x) { return static_cast<int>(x); };
    cblas_sgemm(CBLAS_ORDER::CblasRowMajor, ta ? CBLAS_TRANSPOSE::CblasTrans : CBLAS_TRANSPOSE::CblasNoTrans,
                tb ? CBLAS_TRANSPOSE::CblasTrans : CBLAS_TRANSPOSE::CblasNoTrans, i(m), i(n), i(k), 1.0f, a, i(lda), b,
                i(ldb), add ? 1.0f : 0.0f, c, i(ldc));
}
inline constexpr provider cblas{"CBLAS", &cblas_product};
#endif

}  // namespace providers

}  // namespace elbo
