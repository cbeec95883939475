// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// Numbers in the order of their keys, of equal keys the lower first. One type for everybody: each kind of sort is kilobytes of code
// in every program.
using numbers_by_key = std::vector<std::pair<std::int64_t, std::size_t>>;
ELBO_OUTLINE inline void sort(numbers_by_key& all) { std::sort(all.begin(), all.end()); }

}  // namespace elbo
