// SPDX-License-Identifier: MIT
#pragma once

#include <type_traits>
#include <utility>

namespace elbo {

// Whatever can be called so: std::function without its header, which brings hash tables with it (7 MB of what g++ holds for a trainer).
template <class>
class function;

template <class R, class... A>
class function<R(A...)> {
public:
    function() = default;
    template <class F>
        requires(!std::is_same_v<F, function> && std::is_invocable_r_v<R, F&, A...>)
    function(F f) : called_(new holds<F>(std::move(f))) {}

    function(const function& other) : called_(other.called_ == nullptr ? nullptr : other.called_->copy()) {}
    function(function&& other) noexcept : called_(std::exchange(other.called_, nullptr)) {}
    function& operator=(function other) noexcept {
        std::swap(called_, other.called_);
        return *this;
    }
    ~function() { delete called_; }

    explicit operator bool() const { return called_ != nullptr; }

    R operator()(A... a) const { return called_->call(static_cast<A&&>(a)...); }

private:
    struct holds_any {
        virtual ~holds_any()           = default;
        virtual holds_any* copy() const = 0;
        virtual R call(A... a)         = 0;
    };
    template <class F>
    struct holds final : holds_any {
        F f;

        explicit holds(F g) : f(std::move(g)) {}
        holds_any* copy() const override { return new holds(f); }
        R          call(A... a) override { return static_cast<R>(f(static_cast<A&&>(a)...)); }
    };
    holds_any* called_ = nullptr;
};

}  // namespace elbo
