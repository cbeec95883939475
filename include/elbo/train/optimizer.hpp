// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <utility>

// How parameters move, given their gradients. An optimiser is a struct of hyperparameters with
//   name, slots          slots numbers of state for each parameter, all zero before the first step
//   formula(now)         what one step does to one parameter: f(parameter, gradient, state...), on any machine
// and a pass over a range reads the gradients, changes state and parameters: optimizing::update.
//
// Names, defaults and arithmetic are PyTorch's (torch.optim), so a run can be repeated there. State is slot-major, as
// the parameters' buffer is: slot s of parameter i is state[s * slot_stride + i]. An update of a range is the update of
// its parts, in any cut and order, bit for bit, so threads share a buffer by cutting it.

ELBO_COMPILED_ONCE

namespace elbo {

template <class T>
struct update_context {
    std::uint64_t step           = 1;  // 1 at the first update
    T             learning_rate  = T(1e-3);
    T             gradient_scale = 1;  // gradients are multiplied by it first: clipping by norm, averaging over ranks
    T             weight_decay   = 0;
    std::size_t   slot_stride    = 0;  // parameters in the whole buffer; 0: this range is all of it
};

namespace optimizing {

// As many numbers as a register holds, where the compiler has such a type; loops over it need no vectoriser, which g++
// runs in earnest at -O3 alone. Else one number.
#if defined(__GNUC__) && !defined(__CUDACC__)
template <class T>
struct pack_of {
    typedef T type __attribute__((vector_size(register_bytes)));
};
#else
template <class T>
struct pack_of {
    using type = T;
};
#endif
template <class T>
using pack = typename pack_of<T>::type;

// sqrt(x), x >= 0, to 1.5 units in the last place, in arithmetic alone: a call of sqrt may set errno, which keeps
// compilers from vectorising a loop around it. 0 gives 0; what is not finite gives what is not finite. T is float or
// double; V holds one of them, or a pack.
template <class T, class V>
ELBO_HD constexpr V root(V x) {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double>);
    constexpr bool narrow = std::is_same_v<T, float>;
    using bit             = std::conditional_t<narrow, std::uint32_t, std::uint64_t>;
    using bits            = std::conditional_t<std::is_same_v<V, T>, bit, pack<bit>>;
    const V half    = T(0.5) * x;
    const V first   = std::bit_cast<V>(static_cast<bit>(narrow ? 0x5F3759DFu : 0x5FE6EB50C7B537A9u) -
                                     (std::bit_cast<bits>(x) >> 1));          // 1 / sqrt(x) to 3.5 %
    V       inverse = first * (T(1.5) - (half * first) * first);                // Newton: 1.8e-3
    inverse *= T(1.5) - (half * inverse) * inverse;                             // 4.8e-6
    if constexpr (!narrow) inverse *= T(1.5) - (half * inverse) * inverse;      // 3.4e-11
    const V y = x * inverse;
    return y + T(0.5) * inverse * (x - y * y);
}

// A factor the compiler must not see through: if it knew a 1 at one call and not at another, it would contract other
// products into multiply-adds there, and the bits would depend on the caller.
template <class T, class From>
inline T opaque(From x) {
    const volatile T value = static_cast<T>(x);
    return value;
}

template <class T, class V>
bool is_zero(const V& sums) {
    T lanes[sizeof(V) / sizeof(T)], total = 0;
    std::memcpy(lanes, &sums, sizeof sums);
    for (const T x : lanes) total += x;
    return total == 0;
}

// formula(parameter, gradient, state...) for each parameter of a range: the one loop of every optimiser. It is bound by
// memory: 4 bytes x (3 + 2 slots) a parameter in float. The last pack is filled up with zeros, so that every parameter
// takes the same instructions, wherever a range is cut. Returns whether all gradients were finite: x - x is 0, or it is not a number.
template <class T, class Formula, class... State>
inline bool each(std::size_t n, Formula formula, T* p, const T* g, State*... state) {
    using V                     = pack<T>;
    constexpr std::size_t width = sizeof(V) / sizeof(T);
    V                     nothing{};
    const auto            turn  = [&](std::size_t i, auto bytes) {  // a constant where it can be: then copies are moves
        V          slope{};
        const auto apply = [&](V at, auto... slots) {
            std::memcpy(&slope, g + i, bytes);
            std::memcpy(&at, p + i, bytes);
            (std::memcpy(&slots, state + i, bytes), ...);
            formula(at, slope, slots...);
            nothing += slope - slope;
            std::memcpy(p + i, &at, bytes);
            (std::memcpy(state + i, &slots, bytes), ...);
        };
        apply(V{}, (static_cast<void>(state), V{})...);
    };
    std::size_t i = 0;
    for (; i + width <= n; i += width) turn(i, std::integral_constant<std::size_t, sizeof(V)>{});
    if (i < n) turn(i, (n - i) * sizeof(T));
    return is_zero<T>(nothing);
}

template <class T>
bool all_finite(std::span<const T> values) {
    using V                     = pack<T>;
    constexpr std::size_t width = sizeof(V) / sizeof(T);
    V                     nothing{}, x{};
    T                     rest = 0;
    std::size_t           i    = 0;
    for (; i + width <= values.size(); i += width) {
        std::memcpy(&x, values.data() + i, sizeof(V));
        nothing += x - x;
    }
    for (; i < values.size(); ++i) rest += values[i] - values[i];
    return is_zero<T>(nothing) && rest == 0;
}

// The next step of an optimiser, over a range. State is slot-major. Returns whether all gradients were finite.
template <class T, class Optimizer>
bool update(const Optimizer& o, std::span<T> parameters, std::span<const T> gradients, T* state, const update_context<T>& now) {
    static_assert(Optimizer::slots == 1 || Optimizer::slots == 2);
    const std::size_t n      = parameters.size();
    const std::size_t stride = now.slot_stride == 0 ? n : now.slot_stride;
    if constexpr (Optimizer::slots == 1) return each(n, o.formula(now), parameters.data(), gradients.data(), state);
    else return each(n, o.formula(now), parameters.data(), gradients.data(), state, state + stride);
}

}  // namespace optimizing

// b <- momentum b + g;   p <- p - rate (b, or g + momentum b if nesterov)
struct sgd {
    static constexpr const char* name  = "sgd";
    static constexpr std::size_t slots = 1;

    double momentum = 0;
    bool   nesterov = false;

    template <class T>
    struct step {
        T keep, of_g, of_b, scale, decay;

        template <class V>
        ELBO_HD void operator()(V& p, V gradient, V& b) const {
            const V g = scale * gradient + decay * p;
            b         = keep * b + g;
            p -= of_g * g + of_b * b;
        }
    };
    template <class T>
    step<T> formula(const update_context<T>& now) const {
        using optimizing::opaque;
        const double rate = static_cast<double>(now.learning_rate);
        return {.keep = opaque<T>(momentum), .of_g = opaque<T>(nesterov ? rate : 0), .of_b = opaque<T>(nesterov ? rate * momentum : rate),
                .scale = opaque<T>(now.gradient_scale), .decay = opaque<T>(now.weight_decay)};
    }
};

// v <- alpha v + (1 - alpha) g^2;   b <- momentum b + g / (sqrt v + eps);   p <- p - rate b     Tieleman, Hinton (2012)
struct rms_prop {
    static constexpr const char* name  = "rms_prop";
    static constexpr std::size_t slots = 2;

    double alpha = 0.99, eps = 1e-8, momentum = 0;

    template <class T>
    struct step {
        T keep, take, tiny, roll, rate, scale, decay;

        template <class V>
        ELBO_HD void operator()(V& p, V gradient, V& v, V& b) const {
            const V g = scale * gradient + decay * p;
            v         = keep * v + take * g * g;
            b         = roll * b + g / (optimizing::root<T>(v) + tiny);
            p -= rate * b;
        }
    };
    template <class T>
    step<T> formula(const update_context<T>& now) const {
        using optimizing::opaque;
        return {.keep = opaque<T>(alpha), .take = opaque<T>(1 - alpha), .tiny = opaque<T>(eps), .roll = opaque<T>(momentum),
                .rate = opaque<T>(now.learning_rate), .scale = opaque<T>(now.gradient_scale), .decay = opaque<T>(now.weight_decay)};
    }
};

// v <- v + g^2;   p <- p - rate g / (sqrt v + eps)                                     Duchi, Hazan, Singer (2011)
struct adagrad {
    static constexpr const char* name  = "adagrad";
    static constexpr std::size_t slots = 1;

    double eps = 1e-10;

    template <class T>
    struct step {
        T tiny, rate, scale, decay;

        template <class V>
        ELBO_HD void operator()(V& p, V gradient, V& v) const {
            const V g = scale * gradient + decay * p;
            v += g * g;
            p -= rate * (g / (optimizing::root<T>(v) + tiny));
        }
    };
    template <class T>
    step<T> formula(const update_context<T>& now) const {
        using optimizing::opaque;
        return {.tiny = opaque<T>(eps), .rate = opaque<T>(now.learning_rate), .scale = opaque<T>(now.gradient_scale), .decay = opaque<T>(now.weight_decay)};
    }
};

// v <- rho v + (1 - rho) g^2;   d = g sqrt(u + eps) / sqrt(v + eps);   u <- rho u + (1 - rho) d^2;   p <- p - rate d
// Zeiler (2012); the rate is 1 there.
struct ada_delta {
    static constexpr const char* name  = "ada_delta";
    static constexpr std::size_t slots = 2;

    double rho = 0.9, eps = 1e-6;

    template <class T>
    struct step {
        T keep, take, tiny, rate, scale, decay;

        template <class V>
        ELBO_HD void operator()(V& p, V gradient, V& v, V& u) const {
            const V g = scale * gradient + decay * p;
            v         = keep * v + take * g * g;
            const V d = g * (optimizing::root<T>(u + tiny) / optimizing::root<T>(v + tiny));
            u         = keep * u + take * d * d;
            p -= rate * d;
        }
    };
    template <class T>
    step<T> formula(const update_context<T>& now) const {
        using optimizing::opaque;
        return {.keep = opaque<T>(rho), .take = opaque<T>(1 - rho), .tiny = opaque<T>(eps), .rate = opaque<T>(now.learning_rate),
                .scale = opaque<T>(now.gradient_scale), .decay = opaque<T>(now.weight_decay)};
    }
};

namespace optimizing {

// m <- beta1 m + (1 - beta1) g;   v <- beta2 v + (1 - beta2) g^2
// p <- p - rate m^ / (sqrt v^ + eps),   m^ = m / (1 - beta1^t),   v^ = v / (1 - beta2^t)      Kingma, Ba (2015)
// Weight decay is added to the gradient (`of_gradient`) or taken from the parameter (`of_parameter`).
template <class T>
struct adam_step {
    T keep1, take1, keep2, take2, rate, spread, tiny, stay, scale, decay;

    template <class V>
    ELBO_HD void operator()(V& p, V gradient, V& m, V& v) const {
        const V g = scale * gradient + decay * p;
        m         = keep1 * m + take1 * g;
        v         = keep2 * v + take2 * g * g;
        p         = stay * p - rate * (m / (root<T>(v) * spread + tiny));
    }
};
template <class T>
adam_step<T> adam(const update_context<T>& now, double beta1, double beta2, double eps, T of_gradient, T of_parameter) {
    const double t = static_cast<double>(now.step);
    return {.keep1 = opaque<T>(beta1), .take1 = opaque<T>(1 - beta1), .keep2 = opaque<T>(beta2), .take2 = opaque<T>(1 - beta2),
            .rate   = opaque<T>(static_cast<double>(now.learning_rate) / (1 - std::pow(beta1, t))),
            .spread = opaque<T>(1 / std::sqrt(1 - std::pow(beta2, t))), .tiny = opaque<T>(eps), .stay = opaque<T>(1 - of_parameter),
            .scale = opaque<T>(now.gradient_scale), .decay = opaque<T>(of_gradient)};
}

}  // namespace optimizing

struct adam {
    static constexpr const char* name  = "adam";
    static constexpr std::size_t slots = 2;

    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

    template <class T>
    auto formula(const update_context<T>& now) const {
        return optimizing::adam(now, beta1, beta2, eps, now.weight_decay, T(0));
    }
};

// Adam with decoupled weight decay, p <- (1 - rate decay) p first.                    Loshchilov and Hutter (2019)
struct adam_w {
    static constexpr const char* name  = "adam_w";
    static constexpr std::size_t slots = 2;

    double beta1 = 0.9, beta2 = 0.999, eps = 1e-8;

    template <class T>
    auto formula(const update_context<T>& now) const {
        return optimizing::adam(now, beta1, beta2, eps, T(0), now.learning_rate * now.weight_decay);
    }
};

}  // namespace elbo
