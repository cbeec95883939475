// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/products/provider.hpp>

#if defined(ELBO_WITH_ONEDNN)
#include <elbo/machine/host/products/symbols.hpp>

#include <oneapi/dnnl/dnnl.h>

namespace elbo::providers {

// Detects the processor by itself; its OpenMP team is kept to the thread that calls.
inline void onednn_product(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a,
                           std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add, float*) {
    if (m == 0 || n == 0) return;
    const one_openmp_thread alone;
    using dim = dnnl_dim_t;
    dnnl_sgemm(ta ? 'T' : 'N', tb ? 'T' : 'N', static_cast<dim>(m), static_cast<dim>(n), static_cast<dim>(k), 1.0f, a,
               static_cast<dim>(lda), b, static_cast<dim>(ldb), add ? 1.0f : 0.0f, c, static_cast<dim>(ldc));
}
inline constexpr provider onednn{"oneDNN", &onednn_product};

}  // namespace elbo::providers
#endif
