// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/train/optimizer.hpp>

#include <variant>

ELBO_COMPILED_ONCE

namespace elbo {

// One of the optimisers, and how the host takes its step: a program compiles those that it names.
class any_optimizer {
public:
    template <class O>
    any_optimizer(O own) : own_(own), update_(&update_of<O>), name_(O::name), slots_(O::slots) {}

    const char* name() const { return name_; }
    std::size_t slots() const { return slots_; }  // numbers that it keeps for each parameter

    bool update(std::span<float> parameters, std::span<const float> gradients, float* state, const update_context<float>& now) const {
        return update_(*this, parameters, gradients, state, now);
    }
    // act(the optimiser that it is): all are compiled.
    template <class Do>
    void visit(Do act) const {
        std::visit(act, own_);
    }

private:
    template <class O>
    static bool update_of(const any_optimizer& any, std::span<float> parameters, std::span<const float> gradients, float* state, const update_context<float>& now) {
        return optimizing::update<float>(*std::get_if<O>(&any.own_), parameters, gradients, state, now);
    }

    std::variant<adam, adam_w, sgd, rms_prop, adagrad, ada_delta> own_;

    bool (*update_)(const any_optimizer&, std::span<float>, std::span<const float>, float*, const update_context<float>&);
    const char* name_;
    std::size_t slots_;
};

}  // namespace elbo
