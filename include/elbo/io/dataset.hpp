// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::data {

// Grey pixels, dynamically binarised pixels and fixed binarised pixels are three different data sets:
// every printed bound says which.
enum class pixels_are { grey, fixed_binary, colour };

// Images in memory, channels last: pixels[((i * height + y) * width + x) * channels + c].
// What is not known is absent: an unlabelled set has no labels.
struct images {
    std::string               name;
    pixels_are                kind     = pixels_are::grey;
    std::size_t               channels = 1, height = 0, width = 0;
    std::vector<std::uint8_t> pixels;
    std::vector<std::uint8_t> labels;           // empty, or one an image
    std::size_t               classes = 0;      // labels are below this
    std::vector<std::string>  attribute_names;  // generating factors, when known
    std::vector<float>        attributes;       // size() x attribute_names.size()

    std::size_t image_size() const { return channels * height * width; }
    std::size_t size() const { return image_size() == 0 ? 0 : pixels.size() / image_size(); }
    bool        labelled() const { return !labels.empty(); }

    std::span<const std::uint8_t> operator[](std::size_t i) const {
        return std::span(pixels).subspan(i * image_size(), image_size());
    }
};

struct splits {
    images train, validation, test;
};

}  // namespace elbo::data
