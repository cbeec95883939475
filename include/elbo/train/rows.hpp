// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/shape.hpp>
#include <elbo/io/picture.hpp>

#include <cstddef>
#include <span>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// Rows of numbers of one shape, as a model takes and gives them. Images are height x width x channels.
template <class Shape>
struct rows {
    std::vector<float> values;

    std::size_t            size() const { return values.size() / Shape::size; }
    std::span<const float> operator[](std::size_t i) const { return std::span(values).subspan(i * Shape::size, Shape::size); }
    operator std::span<const float>() const { return values; }
};

// Images with their channels last as a sheet of pictures.
ELBO_COLD inline picture grid_of_rows(std::span<const float> values, std::size_t channels, std::size_t height, std::size_t width,
                            const grid_options& options = {}) {
    const std::size_t  plane = height * width, count = values.size() / (channels * plane);
    std::vector<float> planes(values.size());
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t p = 0; p < plane; ++p)
            for (std::size_t c = 0; c < channels; ++c) planes[(i * channels + c) * plane + p] = values[(i * plane + p) * channels + c];
    return grid(std::span<const float>(planes), count, channels, height, width, options);
}
template <std::size_t C, std::size_t H, std::size_t W>
picture grid(const rows<shape<C, H, W>>& images, const grid_options& options = {}) {
    return grid_of_rows(images, C, H, W, options);
}

}  // namespace elbo
