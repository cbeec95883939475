// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/layer/network.hpp>

#include <array>
#include <span>
#include <string>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// One tensor of a model: what files call it, and where it lies. Names and layouts are PyTorch's.
struct tensor_place {
    std::string              name;     // "encoder.1.weight"
    std::vector<std::size_t> extents;  // in files
    std::size_t              offset = 0, size = 0;
    std::size_t (*file_index)(std::size_t) = nullptr;
    void (*fill)(std::span<float>, const draws&) = nullptr;
};

namespace layers {

// What a type knows of a tensor, as data: what is made of them is made in one place, not once for each of them.
struct tensor_facts {
    const char*                  network;
    std::span<const std::size_t> layers;  // within one another, the outermost first
    const char*                  name;
    std::span<const std::size_t> extents;
    std::size_t                  size;
    std::size_t (*file_index)(std::size_t);
    void (*fill)(std::span<float>, const draws&);
};

template <class P, std::size_t... Outer>
struct layers_around {
    static constexpr std::array<std::size_t, sizeof...(Outer)> numbers{Outer...};
};
template <class P, std::size_t... Outer>
requires requires { typename P::inner; }
struct layers_around<P, Outer...> : layers_around<typename P::inner, Outer..., P::layer> {};

template <class P>
void fill_initially(std::span<float> to, const draws& random) {
    P::initial::fill(to, P::order::fans_of(P::rows, P::cols), random);
}
template <class Network, class... P>
constexpr std::array<tensor_facts, sizeof...(P)> facts_of(list<P...>) {
    return {tensor_facts{Network::name, layers_around<P>::numbers, P::name, P::file_extents, P::shape::size, &P::order::file_index,
                         &fill_initially<P>}...};
}
template <class Network>
inline constexpr auto parameter_facts = facts_of<Network>(typename Network::network::parameters{});
template <class Network>
inline constexpr auto state_facts = facts_of<Network>(typename Network::network::states{});

ELBO_COLD inline std::vector<tensor_place> places_of(std::initializer_list<std::span<const tensor_facts>> networks) {
    std::vector<tensor_place> places;
    std::size_t               offset = 0;
    for (const std::span<const tensor_facts> tensors : networks)
        for (const tensor_facts& t : tensors) {
            std::string name = sentence({t.network, "."});
            for (std::size_t layer : t.layers) name += sentence({layer, "."});
            name += t.name;
            places.push_back({std::move(name), {t.extents.begin(), t.extents.end()}, offset, t.size, t.file_index, t.fill});
            offset += t.size;
        }
    return places;
}

template <class... Networks>
std::vector<tensor_place> parameter_places(list<Networks...>) {
    return places_of({parameter_facts<Networks>...});
}
template <class... Networks>
std::vector<tensor_place> state_places(list<Networks...>) {
    return places_of({state_facts<Networks>...});
}

}  // namespace layers

// The parameters of a model in the order of its buffer; and its states.
template <class Model>
std::vector<tensor_place> parameter_places() {
    return layers::parameter_places(typename layout<Model>::nets{});
}
template <class Model>
std::vector<tensor_place> state_places() {
    return layers::state_places(typename layout<Model>::nets{});
}

}  // namespace elbo
