// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/train/optimizer_any.hpp>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

// Optimisers as a command line says them.

namespace elbo {

namespace optimizing {
template <std::size_t... I>
std::vector<any_optimizer> one_of_each(std::index_sequence<I...>) {
    return {any_optimizer(std::in_place_index<I>)...};
}
}  // namespace optimizing

inline std::vector<any_optimizer> all_optimizers() {
    return optimizing::one_of_each(std::make_index_sequence<std::variant_size_v<any_optimizer>>{});
}
inline std::string name_of(const any_optimizer& optimizer) {
    return std::visit([](const auto& o) { return std::string(o.name); }, optimizer);
}

// With its usual hyperparameters: "adam", "adam_w", "sgd", ...
inline any_optimizer optimizer_named(std::string_view name) {
    std::string known;
    for (const any_optimizer& o : all_optimizers()) {
        if (name_of(o) == name) return o;
        known += (known.empty() ? "" : ", ") + name_of(o);
    }
    throw std::invalid_argument("no optimizer is called " + std::string(name) + ": there are " + known);
}

}  // namespace elbo
