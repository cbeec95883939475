// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>

namespace elbo {

// What one sample looks like. shape<> is a number, shape<20> a vector, shape<3, 32, 32> channels x height x width.
// The batch is never part of a shape.
template <std::size_t... Extents>
struct shape {
    static constexpr std::size_t                  rank    = sizeof...(Extents);
    static constexpr std::size_t                  size    = (std::size_t{1} * ... * Extents);
    static constexpr std::array<std::size_t, rank> extents = {Extents...};
};

using scalar = shape<>;

template <class S>
inline constexpr bool is_shape = false;
template <std::size_t... E>
inline constexpr bool is_shape<shape<E...>> = true;

// An image is channels x height x width by its shape and height x width x channels in memory ("channels last"), as
// cameras, PNG files and convolution kernels have it. flatten and reshape cross between the two orders, so that a
// flattened image reads as PyTorch's does.
template <class S>
struct image_of;
template <std::size_t C, std::size_t H, std::size_t W>
struct image_of<shape<C, H, W>> {
    static constexpr std::size_t channels = C, height = H, width = W;
};
template <class S>
inline constexpr bool is_image = false;
template <std::size_t C, std::size_t H, std::size_t W>
inline constexpr bool is_image<shape<C, H, W>> = true;

// A recovered image for rejected inputs, so that one mistake is one error.
template <class In>
struct image_or_dot {
    static constexpr std::size_t channels = 1, height = 1, width = 1;
};
template <std::size_t C, std::size_t H, std::size_t W>
struct image_or_dot<shape<C, H, W>> : image_of<shape<C, H, W>> {};

}  // namespace elbo
