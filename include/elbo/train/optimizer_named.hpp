// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/train/optimizer_any.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

// Optimisers as a command line says them.

ELBO_COMPILED_ONCE

namespace elbo {

inline std::vector<any_optimizer> all_optimizers() { return {adam{}, adam_w{}, sgd{}, rms_prop{}, adagrad{}, ada_delta{}}; }

// With its usual hyperparameters: "adam", "adam_w", "sgd", ...
inline any_optimizer optimizer_named(std::string_view name) {
    std::string known;
    for (const any_optimizer& o : all_optimizers()) {
        if (o.name() == name) return o;
        known += (known.empty() ? "" : ", ") + std::string(o.name());
    }
    throw std::invalid_argument("no optimizer is called " + std::string(name) + ": there are " + known);
}

}  // namespace elbo
