// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

// The one annotation of the library: a formula that a host and a device may both call.
#ifdef __CUDACC__
#define ELBO_HD __host__ __device__
#else
#define ELBO_HD
#endif

// A function that runs now and then: compiled once and called, neither inlined nor cloned for some caller's constants.
// Optimisers do both to every inline function, which in a library of headers is most of the time a program compiles. ELBO_COLD: it runs
// once, before anything that takes time, so that it need be small, not fast.
#if defined(__GNUC__) && !defined(__clang__)
#define ELBO_OUTLINE [[gnu::noinline, gnu::noclone]]
#define ELBO_COLD [[gnu::noinline, gnu::noclone, gnu::cold]]
#elif defined(__clang__)
#define ELBO_OUTLINE [[gnu::noinline]]
#define ELBO_COLD [[gnu::noinline, gnu::cold]]
#else
#define ELBO_OUTLINE
#define ELBO_COLD
#endif

// A program that links the library compiled once (ELBO_COMPILED; in CMake the target elbo::compiled) only reads the functions that follow
// this in a header: a directive of g++'s that no other compiler has. The others compile them again and then drop one of the two.
// ELBO_COMPILED_ELSEWHERE: of what has a lot behind it the declaration is enough.
#if defined(ELBO_COMPILED) && defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#define ELBO_COMPILED_ONCE _Pragma("interface")
#ifndef ELBO_COMPILING
#define ELBO_COMPILED_ELSEWHERE
#endif
#else
#define ELBO_COMPILED_ONCE
#endif

namespace elbo {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

// What a register of the processor holds that is compiled for.
#if defined(__AVX512F__)
inline constexpr std::size_t register_bytes = 64;
#elif defined(__AVX__)
inline constexpr std::size_t register_bytes = 32;
#else
inline constexpr std::size_t register_bytes = 16;
#endif

}  // namespace elbo
