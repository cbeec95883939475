// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace elbo::laws {

// The larger error of two; what is no number is the worst there is, and std::max would pass over it.
inline double worse(double so_far, double now) { return std::isnan(now) ? std::numeric_limits<double>::infinity() : std::max(so_far, now); }

}  // namespace elbo::laws
