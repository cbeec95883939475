// SPDX-License-Identifier: MIT
#pragma once

// The one annotation of the library: a formula that a host and a device may both call.
#ifdef __CUDACC__
#define ELBO_HD __host__ __device__
#else
#define ELBO_HD
#endif

namespace elbo {

inline constexpr int version_major = 0;
inline constexpr int version_minor = 1;
inline constexpr int version_patch = 0;

}  // namespace elbo
