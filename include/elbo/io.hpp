// SPDX-License-Identifier: MIT
#pragma once

// Files in, pictures out.

#include <elbo/io/batches.hpp>
#include <elbo/io/digits.hpp>
#include <elbo/io/distort.hpp>
#include <elbo/io/gif.hpp>
#include <elbo/io/half_labelled.hpp>
#include <elbo/io/load.hpp>
#include <elbo/io/npy.hpp>
#include <elbo/io/picture.hpp>
#include <elbo/io/png.hpp>
#include <elbo/io/report.hpp>
#include <elbo/io/safetensors.hpp>
#include <elbo/io/svg.hpp>
