// SPDX-License-Identifier: MIT
#pragma once

namespace elbo {

// A mistake is a type that carries its sentence. It is passed along as a value and asserted once, at the door;
// meanwhile a dummy result keeps later steps from complaining too.
struct accepted {};

template <class Reason>
inline constexpr bool is_accepted = false;
template <>
inline constexpr bool is_accepted<accepted> = true;

namespace detail {
template <bool Condition, class Reason>
struct unless_ {
    using type = accepted;
};
template <class Reason>
struct unless_<false, Reason> {
    using type = Reason;
};
template <class... Reasons>
struct first_ {
    using type = accepted;
};
template <class Reason, class... Rest>
struct first_<Reason, Rest...> {
    using type = Reason;
};
template <class... Rest>
struct first_<accepted, Rest...> {
    using type = typename first_<Rest...>::type;
};
}  // namespace detail

// unless<In::rank == 1, needs_flat_input<In>>
template <bool Condition, class Reason>
using unless = typename detail::unless_<Condition, Reason>::type;

// The first of several reasons that is not `accepted`.
template <class... Reasons>
using first_reason = typename detail::first_<Reasons...>::type;

}  // namespace elbo
