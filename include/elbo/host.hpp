// SPDX-License-Identifier: MIT
#pragma once

// The CPU machine. The doors to third-party headers are in machine/host/.

#include <elbo/machine/host/host.hpp>
#include <elbo/machine/plain.hpp>
