// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/dataset.hpp>

#include <string>

namespace elbo::data {

// A data set from its original files, recognised by their content: MNIST, Fashion-MNIST and other IDX files, CIFAR-10
// binary, SVHN or Olivetti MAT files, fixed-binarised amat text, each gzipped or not, or PNG pictures. `path` is a
// folder, or one file, which then is the training set. Where a folder holds several of these the first named here is
// read, and SVHN's easier extra set is left out. Throws io::bad_file.
#ifdef ELBO_COMPILED_ELSEWHERE
splits load(const std::string& path);
#else
inline splits load(const std::string& path);
#endif

}  // namespace elbo::data

#ifndef ELBO_COMPILED_ELSEWHERE
#include <elbo/io/read_any.hpp>
#endif
