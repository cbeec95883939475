// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/bytes.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

namespace elbo::io {

inline constexpr std::size_t cifar10_record = 1 + 3 * 32 * 32;

// CIFAR-10, binary version: records of a label (0 to 9) and a red, a green and a blue plane of 32 x 32, row by row.
// Adds to what `images` holds, since the training set is five such files.
inline void parse_cifar10(data::images& images, bytes_view bytes, const std::string& file) {
    constexpr std::size_t plane = 32 * 32;
    if (bytes.empty() || bytes.size() % cifar10_record != 0)
        refuse(file, bytes.size() / cifar10_record * cifar10_record, {"records of 3073 bytes"},
               {bytes.size() % cifar10_record, " bytes to the end"});
    const std::size_t count = bytes.size() / cifar10_record;
    for (std::size_t i = 0; i < count; ++i)
        if (bytes[i * cifar10_record] > 9)
            refuse(file, i * cifar10_record, {"a label of 0 to 9"}, {bytes[i * cifar10_record]});

    images.kind     = data::pixels_are::colour;
    images.channels = 3;
    images.height = images.width = 32;
    images.classes               = 10;
    const std::size_t before     = images.pixels.size();
    images.pixels.resize(before + count * 3 * plane);
    std::uint8_t* out = images.pixels.data() + before;
    for (std::size_t i = 0; i < count; ++i) {
        images.labels.push_back(bytes[i * cifar10_record]);
        const std::uint8_t* planes = bytes.data() + i * cifar10_record + 1;
        for (std::size_t p = 0; p < plane; ++p)
            for (std::size_t c = 0; c < 3; ++c) *out++ = planes[c * plane + p];
    }
}

inline data::images read_cifar10(const std::string& path) {
    const contents file = read_unpacked(path);
    data::images   images;
    parse_cifar10(images, file.bytes, file.name);
    return images;
}

}  // namespace elbo::io
