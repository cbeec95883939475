// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cstddef>
#include <cstdint>

ELBO_COMPILED_ONCE

namespace elbo {

// Stops when a loss has not fallen by more than `least` for `patience` looks in a row; patience 0 never stops.
// The members are all there is: to resume, set them.
struct early_stopping {
    std::size_t patience = 0;
    double      least    = 0;

    double        best    = 0;
    std::uint64_t best_at = 0;  // the step of it
    std::size_t   looks   = 0;
    std::size_t   in_vain = 0;

    // True when this is the best so far. What is not a number never is.
    bool look(double loss, std::uint64_t step) {
        const bool better = loss == loss && (looks == 0 || best != best || loss < best - least);
        if (better || looks == 0) best = loss, best_at = step;
        in_vain = better ? 0 : in_vain + 1;
        ++looks;
        return better;
    }
    bool enough() const { return patience != 0 && in_vain >= patience; }
};

}  // namespace elbo
