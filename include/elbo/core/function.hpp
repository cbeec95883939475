// SPDX-License-Identifier: MIT
#pragma once

#include <memory>
#include <type_traits>
#include <utility>

namespace elbo {

// Whatever can be called so: std::function without its header, which would be a fifteenth of what a trainer includes. Copies share
// what they call.
template <class>
class function;

template <class R, class... A>
class function<R(A...)> {
public:
    function() = default;
    template <class F>
        requires(!std::is_same_v<F, function> && std::is_invocable_r_v<R, F&, A...>)
    function(F f) : called_(std::make_shared<holds<F>>(std::move(f))) {}

    explicit operator bool() const { return called_ != nullptr; }

    R operator()(A... a) const { return called_->call(static_cast<A&&>(a)...); }

private:
    struct holds_any {
        virtual ~holds_any()   = default;
        virtual R call(A... a) = 0;
    };
    template <class F>
    struct holds final : holds_any {
        F f;

        explicit holds(F g) : f(std::move(g)) {}
        R call(A... a) override { return f(static_cast<A&&>(a)...); }
    };
    std::shared_ptr<holds_any> called_;
};

}  // namespace elbo
