// SPDX-License-Identifier: MIT
#pragma once

// The providers of matrix products that were compiled in.

#include <elbo/machine/host/products/cblas.hpp>
#include <elbo/machine/host/products/onednn.hpp>
#include <elbo/machine/host/products/provider.hpp>
