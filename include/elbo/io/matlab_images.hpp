// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/matlab.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

namespace matlab {

inline const matlab_array* find(std::span<const matlab_array> arrays, const std::string& name) {
    for (const matlab_array& array : arrays)
        if (array.name == name) return &array;
    return nullptr;
}

// SVHN numbers its classes 1 to 10, and 10 is the digit 0.
inline std::vector<std::uint8_t> svhn_labels(const matlab_array& array, std::size_t count, const std::string& file) {
    const std::size_t unit = bytes_of(array.stored);
    if (array.size != count * unit)
        refuse({file, ": expected ", count, " labels in y, got ", shape_text(array.shape)});
    cursor                    in(array.bytes(), file + " (y)");
    std::vector<std::uint8_t> labels(count);
    for (std::uint8_t& label : labels) {
        double value = 0;
        if (array.stored == matlab_array::float64) value = std::bit_cast<double>(in.little64("label"));
        else if (array.stored == matlab_array::float32) value = std::bit_cast<float>(in.little32("label"));
        else {
            std::uint32_t    whole  = 0;   // a negative number becomes a large one, and is refused
            const bytes_view number = in.take(unit, "label");
            for (std::size_t i = unit; i-- > 0;) whole = whole << 8 | number[i];
            value = whole;
        }
        if (!(value >= 1 && value <= 10) || value != static_cast<int>(value))
            refuse(file + " (y)", in.at() - unit, {"a label of 1 to 10"}, {std::to_string(value)});
        label = static_cast<std::uint8_t>(static_cast<int>(value) % 10);
    }
    return labels;
}

// X is (row, column, channel, image), first axis fastest.
inline data::images svhn(const matlab_array& pixels, const matlab_array& labels, const std::string& file) {
    const auto& shape = pixels.shape;
    if (pixels.stored != matlab_array::uint8 || shape.size() < 3 || shape.size() > 4 || shape[0] != 32 ||
        shape[1] != 32 || shape[2] != 3)
        refuse({file, ": expected X of bytes and shape (32, 32, 3, n), got ", shape_text(shape)});
    const std::size_t count = shape.size() == 4 ? shape[3] : 1;
    if (count == 0) refuse({file, ": expected X with images, got none"});
    data::images images;
    images.kind     = data::pixels_are::colour;
    images.channels = 3;
    images.height = images.width = 32;
    images.labels                = svhn_labels(labels, count, file);
    images.classes               = 10;
    images.pixels.resize(pixels.size);
    const std::uint8_t* from = pixels.bytes().data();
    std::uint8_t*       to   = images.pixels.data();
    for (std::size_t n = 0; n < count; ++n, from += 3072, to += 3072)
        for (std::size_t c = 0; c < 3; ++c)
            for (std::size_t x = 0; x < 32; ++x)
                for (std::size_t y = 0; y < 32; ++y) to[(y * 32 + x) * 3 + c] = from[(c * 32 + x) * 32 + y];
    return images;
}

// faces is (4096, n): one face of 64 x 64 a column, itself column by column. Ten pictures of each of forty people.
inline data::images olivetti(const matlab_array& faces, const std::string& file) {
    if (faces.stored != matlab_array::uint8 || faces.shape.size() != 2 || faces.shape[0] != 4096 || faces.shape[1] == 0)
        refuse({file, ": expected faces of bytes and shape (4096, n), got ", shape_text(faces.shape)});
    const std::size_t count = faces.shape[1];
    data::images      images;
    images.height = images.width = 64;
    images.pixels.resize(faces.size);
    const bytes_view from = faces.bytes();
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t y = 0; y < 64; ++y)
            for (std::size_t x = 0; x < 64; ++x) images.pixels[(n * 64 + y) * 64 + x] = from[(n * 64 + x) * 64 + y];
    if (count == 400) {
        images.classes = 40;
        for (std::size_t n = 0; n < count; ++n) images.labels.push_back(static_cast<std::uint8_t>(n / 10));
    }
    return images;
}

}  // namespace matlab

// SVHN's cropped digits (X and y) or the Olivetti faces (faces).
inline data::images parse_matlab_images(bytes_view bytes, const std::string& file) {
    const std::vector<matlab_array> arrays = parse_matlab(bytes, file);
    const matlab_array* x     = matlab::find(arrays, "X");
    const matlab_array* y     = matlab::find(arrays, "y");
    const matlab_array* faces = matlab::find(arrays, "faces");
    if (x != nullptr && y != nullptr) return matlab::svhn(*x, *y, file);
    if (faces != nullptr) return matlab::olivetti(*faces, file);
    std::string names;
    for (const matlab_array& array : arrays) names += (names.empty() ? "" : ", ") + printable(array.name);
    refuse({file, ": expected arrays X and y, or faces, got ", names.empty() ? "none" : names.substr(0, 200)});
}

inline data::images read_matlab_images(const std::string& path) {
    const contents file = read_unpacked(path);
    return parse_matlab_images(file.bytes, file.name);
}

}  // namespace elbo::io
