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
    if (magic[0] != 0 || magic[1] != 0) throw bad_file(file, 0, "an IDX file's two zero bytes", "other bytes");
    if (magic[2] != 8) throw bad_file(file, 2, "IDX type 8 (unsigned bytes)", std::to_string(magic[2]));
    if (magic[3] < 1 || magic[3] > 4) throw bad_file(file, 3, "an IDX rank of 1 to 4", std::to_string(magic[3]));
    idx_array array;
    for (int axis = 0; axis < magic[3]; ++axis) array.shape.push_back(in.big32("IDX extent"));
    const std::size_t claimed = claimed_product(array.shape);
    if (claimed == 0) throw bad_file(file, 4, "no extent of 0", shape_text(array.shape));
    if (claimed != in.left())
        in.reject(std::to_string(claimed) + " bytes of shape " + shape_text(array.shape), std::to_string(in.left()));
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(in.at()));
    array.values = std::move(bytes);
    return array;
}

// (images, rows, columns), or with 1, 3 or 4 channels as the last axis.
inline data::images parse_idx_images(std::vector<std::uint8_t> bytes, const std::string& file) {
    idx_array array = parse_idx(std::move(bytes), file);
    if (array.shape.size() < 3)
        throw bad_file(file, 3, "images, of rank 3 or 4", "rank " + std::to_string(array.shape.size()));
    data::images images;
    images.height   = array.shape[1];
    images.width    = array.shape[2];
    images.channels = array.shape.size() == 4 ? array.shape[3] : 1;
    if (images.channels != 1 && images.channels != 3 && images.channels != 4)
        throw bad_file(file, 16, "1, 3 or 4 channels", std::to_string(images.channels));
    images.kind   = images.channels == 1 ? data::pixels_are::grey : data::pixels_are::colour;
    images.pixels = std::move(array.values);
    return images;
}

inline std::vector<std::uint8_t> parse_idx_labels(std::vector<std::uint8_t> bytes, const std::string& file) {
    idx_array array = parse_idx(std::move(bytes), file);
    if (array.shape.size() != 1)
        throw bad_file(file, 3, "labels, of rank 1", "rank " + std::to_string(array.shape.size()));
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
        throw bad_file(file, 4, std::to_string(images.size()) + " labels, one an image", std::to_string(labels.size()));
    const std::size_t classes = std::size_t{1} + *std::max_element(labels.begin(), labels.end());
    if (classes <= images.classes) return;
    images.labels  = std::move(labels);
    images.classes = classes;
}

}  // namespace elbo::io
