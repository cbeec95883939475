// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

// Training on host, of which no part but the tapes is a model's own: a program that links the library compiled once (see
// ELBO_COMPILED_ONCE) finds it there. The library's one source defines ELBO_COMPILING.
#if defined(ELBO_COMPILED) && !defined(__CUDACC__)
#include <elbo/machine/host/host.hpp>
#include <elbo/train/training.hpp>

#if defined(ELBO_COMPILING)
#define ELBO_HERE_OR_THERE template
#else
#define ELBO_HERE_OR_THERE extern template
#endif

namespace elbo {

ELBO_HERE_OR_THERE class updater<host>;
ELBO_HERE_OR_THERE class built<host>;
ELBO_HERE_OR_THERE class training<host>;
ELBO_HERE_OR_THERE void save(const built<host>&, const std::string&);
ELBO_HERE_OR_THERE void load(built<host>&, const std::string&);

// A program for other registers than the library was compiled for would lay out memory otherwise: it does not link.
template <std::size_t Bytes>
struct compiled_for_registers_of {
    static void so_many_bytes();
};
#if defined(ELBO_COMPILING)
template <>
void compiled_for_registers_of<register_bytes>::so_many_bytes() {}
#elif defined(__GNUC__)
[[gnu::used]] inline void (*const compiled_for_them)() = &compiled_for_registers_of<register_bytes>::so_many_bytes;
#endif

}  // namespace elbo

#undef ELBO_HERE_OR_THERE
#endif
