// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

ELBO_COMPILED_ONCE

namespace elbo::io {

// Fixed-binarised images as text (Larochelle's MNIST): one square image a line, values 0 or 1 with one space between,
// each line ended by a newline. In memory 1 is 255, so that pixel / 255 means the same for every data set.
inline data::images parse_amat(bytes_view bytes, const std::string& file) {
    const auto newline =
        static_cast<std::size_t>(std::find(bytes.begin(), bytes.end(), std::uint8_t{'\n'}) - bytes.begin());
    if (newline == bytes.size()) refuse(file, newline, {"a newline after the first image"}, {"the end"});
    const std::size_t line = newline + 1, values = line / 2;   // each value has a space or the newline behind it
    std::size_t       side = 1;
    while (side * side < values) ++side;
    if (line % 2 != 0 || side * side != values)
        refuse(file, newline, {"a line of n x n values"}, {newline, " characters"});
    if (bytes.size() % line != 0)
        refuse(file, bytes.size() / line * line, {"lines of ", line, " bytes"},
               {bytes.size() % line, " bytes to the end"});

    data::images images;
    images.kind   = data::pixels_are::fixed_binary;
    images.height = images.width = side;
    images.pixels.resize(bytes.size() / 2);
    std::uint8_t* out = images.pixels.data();
    for (std::size_t start = 0; start < bytes.size(); start += line) {
        const std::uint8_t* text  = bytes.data() + start;
        unsigned            wrong = 0;
        for (std::size_t i = 0; i + 1 < values; ++i) {
            wrong |= (text[2 * i] ^ unsigned{'0'}) & 0xFE;
            wrong |= text[2 * i + 1] ^ unsigned{' '};
            out[i] = static_cast<std::uint8_t>(-(text[2 * i] & 1));
        }
        wrong |= (text[line - 2] ^ unsigned{'0'}) & 0xFE;
        wrong |= text[line - 1] ^ unsigned{'\n'};
        out[values - 1] = static_cast<std::uint8_t>(-(text[line - 2] & 1));
        out += values;
        if (wrong == 0) continue;
        for (std::size_t i = 0; i < line; ++i) {
            const bool right = i % 2 == 0 ? (text[i] & 0xFE) == '0' : text[i] == (i + 1 == line ? '\n' : ' ');
            if (!right)
                refuse(file, start + i, {i % 2 == 0 ? "0 or 1" : i + 1 == line ? "a newline" : "one space"},
                       {"byte ", text[i]});
        }
    }
    return images;
}

inline data::images read_amat(const std::string& path) {
    const contents file = read_unpacked(path);
    return parse_amat(file.bytes, file.name);
}

}  // namespace elbo::io
