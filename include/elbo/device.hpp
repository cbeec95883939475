// SPDX-License-Identifier: MIT
#pragma once

// The GPU machine: CUDA under nvcc; elsewhere one of Thrust's other systems. The doors to third-party headers are in
// machine/device/.

#include <elbo/machine/device/program.hpp>
