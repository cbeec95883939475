// SPDX-License-Identifier: MIT
#pragma once

// The machine that the trainers of this folder are built for: the processor, or the GPU (see tests/device/CMakeLists.txt).

#ifdef ELBO_EXAMPLES_ON_DEVICE
#include <elbo/device.hpp>
#else
#include <elbo/host.hpp>
#endif

#include <cstddef>

namespace elbo::examples {

#ifdef ELBO_EXAMPLES_ON_DEVICE
using machine = device;
inline machine::options machine_with(std::size_t) { return {}; }
#else
using machine = host;
inline machine::options machine_with(std::size_t threads) { return {.threads = static_cast<int>(threads)}; }
#endif

}  // namespace elbo::examples
