// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

namespace elbo {

// The one list of types.
template <class... Items>
struct list {
    static constexpr std::size_t size = sizeof...(Items);
};

template <class T>
struct type_of {
    using type = T;
};

namespace lists {

template <class... Lists>
struct joined {
    using type = list<>;
};
template <class... A>
struct joined<list<A...>> {
    using type = list<A...>;
};
template <class... A, class... B, class... Rest>
struct joined<list<A...>, list<B...>, Rest...> : joined<list<A..., B...>, Rest...> {};

template <std::size_t I, class T>
struct cell {};
template <class Indices, class... Items>
struct cells;
template <std::size_t... I, class... Items>
struct cells<std::index_sequence<I...>, Items...> : cell<I, Items>... {};
template <std::size_t I, class T>
type_of<T> pick(cell<I, T>*);

template <std::size_t I, class List>
struct at;
template <std::size_t I, class... Items>
struct at<I, list<Items...>> {
    using type =
        typename decltype(pick<I>(static_cast<cells<std::index_sequence_for<Items...>, Items...>*>(nullptr)))::type;
};

}  // namespace lists

template <class... Lists>
using concat = typename lists::joined<Lists...>::type;

template <std::size_t I, class List>
using at = typename lists::at<I, List>::type;

// The first index of T, or the size of the list.
template <class T, class... Items>
constexpr std::size_t index_in(list<Items...>) {
    std::size_t position = 0;
    bool        found    = false;
    ((found = found || std::is_same_v<T, Items>, position += found ? 0u : 1u), ...);
    return position;
}

template <class T, class List>
inline constexpr bool contains = index_in<T>(List{}) < List::size;

}  // namespace elbo
