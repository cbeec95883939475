// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/distribution.hpp>

namespace elbo {

// An objective is a sum of named terms, each the mean over the batch of a number per row. A term is reported as it is
// and weighs in the loss as its weight says.
template <class Mean, class Weighed>
struct named_term {
    const char* name;
    Mean        mean_value;
    Weighed     weighed;
};

template <class V>
constexpr auto term(const char* name, V per_row) {
    const auto m = mean(per_row);
    return named_term<decltype(m), decltype(m)>{name, m, m};
}
template <class W, class V>
constexpr auto term(const char* name, W weight, V per_row) {
    const auto m = mean(per_row);
    const auto w = weight * m;
    return named_term<decltype(m), decltype(w)>{name, m, w};
}

// What one player minimises.
template <std::size_t N>
struct loss_of {
    node_id                       total = -1;
    std::array<named_output, N>   terms{};
    static constexpr std::size_t  size = N;
};

template <class First, class... Rest>
constexpr auto minimise(First first, Rest... rest) {
    auto all = first.weighed;
    ((all = all + rest.weighed), ...);
    return loss_of<1 + sizeof...(Rest)>{all.id, {named_output{first.name, first.mean_value.id}, named_output{rest.name, rest.mean_value.id}...}};
}

// Several players, in the order of the model's networks; each follows the gradient of its own loss.
template <class... Losses>
struct losses_of {
    static constexpr std::size_t players = sizeof...(Losses);
    std::array<node_id, players> totals;
    std::vector<named_output>    terms;
};
template <class... Losses>
constexpr auto each_player(Losses... losses) {
    losses_of<Losses...> all{{losses.total...}, {}};
    (all.terms.insert(all.terms.end(), losses.terms.begin(), losses.terms.end()), ...);
    return all;
}

}  // namespace elbo
