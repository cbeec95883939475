// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/gemm.hpp>

#include <string>

namespace elbo {

// Who multiplies matrices: a provider is one function, called on one thread at a time for one chunk of work.
//     C (m, n) = op(A) op(B), or C += op(A) op(B) with `add`
// The built-in one needs nothing, allocates nothing and is the default: `bench/run` prints it beside the others.
using product_function = void (*)(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a,
                                  std::size_t lda, const float* b, std::size_t ldb, float* c, std::size_t ldc, bool add,
                                  float* scratch);

struct provider {
    const char*      name    = "builtin";
    product_function product = &gemm::multiply;
    std::string (*warnings)() = nullptr;  // what is known to be slow or wrong about it on this computer
    bool (*one_thread_only)() = nullptr;  // whether threads that call it at once get wrong products
};

// Empty where nothing is known against it.
inline std::string provider_warnings(const provider& p) { return p.warnings == nullptr ? std::string() : p.warnings(); }
inline bool        is_for_one_thread(const provider& p) { return p.one_thread_only != nullptr && p.one_thread_only(); }

namespace providers {
inline constexpr provider builtin{};
}

}  // namespace elbo
