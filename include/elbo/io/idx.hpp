// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/bytes.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace elbo::io {

// The files of MNIST: bytes 0, 0, 8 (unsigned bytes), rank; each extent as a big-endian 32-bit number; the values.
struct idx_array {
    std::vector<std::size_t>  shape;
    std::vector<std::uint8_t> values;
};

inline idx_array parse_idx(std::vector<std::uint8_t> bytes, const std::string& file) {
    cursor           in(bytes, file);
    const bytes_view magic = in.take(4, "IDX magic");
    if (magic[0] != 0 || magic[1] != 0) refuse(file, 0, {"an IDX file's two zero bytes"}, {"other bytes"});
    if (magic[2] != 8) refuse(file, 2, {"IDX type 8 (unsigned bytes)"}, {magic[2]});
    if (magic[3] < 1 || magic[3] > 4) refuse(file, 3, {"an IDX rank of 1 to 4"}, {magic[3]});
    idx_array array;
    for (int axis = 0; axis < magic[3]; ++axis) array.shape.push_back(in.big32("IDX extent"));
    const std::size_t claimed = claimed_product(array.shape);
    if (claimed == 0) refuse(file, 4, {"no extent of 0"}, {shape_text(array.shape)});
    if (claimed != in.left())
        in.reject({claimed, " bytes of shape ", shape_text(array.shape)}, {in.left()});
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(in.at()));
    array.values = std::move(bytes);
    return array;
}

// (images, rows, columns), or with 1, 3 or 4 channels as the last axis.
inline data::images parse_idx_images(std::vector<std::uint8_t> bytes, const std::string& file) {
    idx_array array = parse_idx(std::move(bytes), file);
    if (array.shape.size() < 3)
        refuse(file, 3, {"images, of rank 3 or 4"}, {"rank ", array.shape.size()});
    data::images images;
    images.height   = array.shape[1];
    images.width    = array.shape[2];
    images.channels = array.shape.size() == 4 ? array.shape[3] : 1;
    if (images.channels != 1 && images.channels != 3 && images.channels != 4)
        refuse(file, 16, {"1, 3 or 4 channels"}, {images.channels});
    images.kind   = images.channels == 1 ? data::pixels_are::grey : data::pixels_are::colour;
    images.pixels = std::move(array.values);
    return images;
}

inline std::vector<std::uint8_t> parse_idx_labels(std::vector<std::uint8_t> bytes, const std::string& file) {
    idx_array array = parse_idx(std::move(bytes), file);
    if (array.shape.size() != 1)
        refuse(file, 3, {"labels, of rank 1"}, {"rank ", array.shape.size()});
    return std::move(array.values);
}

inline data::images read_idx_images(const std::string& path) {
    contents file = read_unpacked(path);
    return parse_idx_images(std::move(file.bytes), file.name);
}

inline std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
    contents file = read_unpacked(path);
    return parse_idx_labels(std::move(file.bytes), file.name);
}

// Of several labellings an image set keeps the one with the most classes.
inline void add_labels(data::images& images, std::vector<std::uint8_t> labels, const std::string& file) {
    if (labels.size() != images.size())
        refuse(file, 4, {images.size(), " labels, one an image"}, {labels.size()});
    const std::size_t classes = std::size_t{1} + *std::max_element(labels.begin(), labels.end());
    if (classes <= images.classes) return;
    images.labels  = std::move(labels);
    images.classes = classes;
}

}  // namespace elbo::io
