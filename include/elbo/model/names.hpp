// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/network.hpp>

#include <string>
#include <vector>

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

template <class P>
std::string path_of() {
    if constexpr (requires { P::layer; typename P::inner; }) return std::to_string(P::layer) + "." + path_of<typename P::inner>();
    else return P::name;
}
template <class P>
tensor_place place_of(const std::string& network, std::size_t& offset) {
    tensor_place place{network + "." + path_of<P>(),
                       {P::file_extents.begin(), P::file_extents.end()},
                       offset,
                       P::shape::size,
                       &P::order::file_index,
                       [](std::span<float> to, const draws& random) {
                           P::initial::fill(to, P::order::fans_of(P::rows, P::cols), random);
                       }};
    offset += P::shape::size;
    return place;
}

template <class... P>
void append_places(std::vector<tensor_place>& places, [[maybe_unused]] const char* network, [[maybe_unused]] std::size_t& offset, list<P...>) {
    (places.push_back(place_of<P>(network, offset)), ...);
}
template <class... N>
std::vector<tensor_place> parameter_places(list<N...>) {
    std::vector<tensor_place> places;
    std::size_t               offset = 0;
    (append_places(places, N::name, offset, typename N::network::parameters{}), ...);
    return places;
}
template <class... N>
std::vector<tensor_place> state_places(list<N...>) {
    std::vector<tensor_place> places;
    std::size_t               offset = 0;
    (append_places(places, N::name, offset, typename N::network::states{}), ...);
    return places;
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
