// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/train/optimizer.hpp>

#include <variant>

namespace elbo {

using any_optimizer = std::variant<adam, adam_w, sgd, rms_prop, adagrad, ada_delta>;

inline std::size_t slots_of(const any_optimizer& o) {
    return std::visit([](const auto& own) { return own.slots; }, o);
}
ELBO_OUTLINE inline bool update(const any_optimizer& o, std::span<float> parameters, std::span<const float> gradients, float* state,
                                const update_context<float>& now) {
    return std::visit([&](const auto& own) { return optimizing::update<float>(own, parameters, gradients, state, now); }, o);
}

}  // namespace elbo
