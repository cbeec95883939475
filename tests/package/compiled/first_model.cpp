// SPDX-License-Identifier: MIT
// The shortest trainer, by another build: it links elbo::compiled.
#include <first_model.cpp>
