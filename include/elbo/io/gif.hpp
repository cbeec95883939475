// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/palette.hpp>
#include <elbo/io/picture.hpp>
#include <elbo/io/write_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

struct gif_options {
    unsigned milliseconds      = 80;    // a frame; a GIF counts hundredths of a second
    unsigned last_milliseconds = 1600;  // the last one stays
    bool     loop              = true;
};

namespace gif_detail {

inline void put16(std::vector<std::uint8_t>& out, std::size_t value) {
    out.push_back(static_cast<std::uint8_t>(value));
    out.push_back(static_cast<std::uint8_t>(value >> 8));
}

// Welch (1984), with codes that grow from bits + 1 to 12 bits; then the table starts anew. Blocks of at most 255 bytes.
inline void put_lzw(std::vector<std::uint8_t>& out, std::span<const std::uint8_t> indices, unsigned bits) {
    const std::uint32_t       clear = 1u << bits, end = clear + 1;
    std::vector<std::uint8_t> packed;
    std::uint32_t             held = 0, next = 0;
    unsigned                  count = 0, width = 0;
    const auto                put = [&](std::uint32_t code) {
        held |= code << count;
        for (count += width; count >= 8; count -= 8, held >>= 8) packed.push_back(static_cast<std::uint8_t>(held));
    };
    // A tree of the strings seen: the first child of a string, its next sibling, its last byte.
    std::array<std::uint16_t, 4096> child{}, sibling{};
    std::array<std::uint8_t, 4096>  last{};
    const auto                      restart = [&] {
        child.fill(0);
        next  = end + 1;
        width = bits + 1;
    };
    restart();
    put(clear);
    std::uint32_t string = indices[0];
    for (const std::uint8_t index : indices.subspan(1)) {
        std::uint32_t longer = child[string];
        while (longer != 0 && last[longer] != index) longer = sibling[longer];
        if (longer != 0) {
            string = longer;
            continue;
        }
        put(string);
        if (next == 4096) {
            put(clear);
            restart();
        } else {
            // A reader learns a string one code later than the writer: the width grows when the writer's code needs it.
            if (next == 1u << width) ++width;
            last[next]    = index;
            sibling[next] = child[string];
            child[string] = static_cast<std::uint16_t>(next++);
        }
        string = index;
    }
    put(string);
    if (next == 1u << width && width < 12) ++width;
    put(end);
    if (count > 0) packed.push_back(static_cast<std::uint8_t>(held));

    out.push_back(static_cast<std::uint8_t>(bits));
    for (std::size_t at = 0; at < packed.size(); at += 255) {
        const std::size_t size = std::min<std::size_t>(255, packed.size() - at);
        out.push_back(static_cast<std::uint8_t>(size));
        out.insert(out.end(), packed.begin() + static_cast<std::ptrdiff_t>(at),
                   packed.begin() + static_cast<std::ptrdiff_t>(at + size));
    }
    out.push_back(0);
}

}  // namespace gif_detail

// An animation of pictures of one size, with one palette: exact up to 256 colours in all, the best 256 otherwise.
inline std::vector<std::uint8_t> gif_bytes(const std::vector<picture>& frames, const gif_options& options = {}) {
    using gif_detail::put16;
    if (frames.empty()) throw std::invalid_argument("gif: no picture");
    for (const picture& p : frames) {
        require_sound(p);
        if (p.width != frames[0].width || p.height != frames[0].height || p.width > 65535 || p.height > 65535)
            throw std::invalid_argument("gif: pictures of different sizes, or too large");
    }
    const palette colours(frames);
    unsigned      bits = 1;
    while ((std::size_t{1} << bits) < colours.table().size()) ++bits;

    std::vector<std::uint8_t> out = {'G', 'I', 'F', '8', '9', 'a'};
    put16(out, frames[0].width);
    put16(out, frames[0].height);
    for (const unsigned v : {0xF0u | (bits - 1), 0u, 0u}) out.push_back(static_cast<std::uint8_t>(v));
    for (std::size_t i = 0; i < std::size_t{1} << bits; ++i) {
        const colour c = i < colours.table().size() ? colours.table()[i] : colour{};
        out.insert(out.end(), {c.red, c.green, c.blue});
    }
    if (options.loop)
        for (const char c : {'\x21', '\xFF', '\x0B', 'N', 'E', 'T', 'S', 'C', 'A', 'P', 'E', '2', '.', '0', '\x03',
                             '\x01', '\0', '\0', '\0'})
            out.push_back(static_cast<std::uint8_t>(c));
    std::vector<std::uint8_t> indices(frames[0].width * frames[0].height);
    for (std::size_t f = 0; f < frames.size(); ++f) {
        const unsigned stays = f + 1 == frames.size() ? options.last_milliseconds : options.milliseconds;
        out.insert(out.end(), {0x21, 0xF9, 4, 4});
        put16(out, std::min((stays + 5) / 10, 65535u));
        out.insert(out.end(), {0, 0, 0x2C});
        for (const std::size_t v : {std::size_t{0}, std::size_t{0}, frames[f].width, frames[f].height}) put16(out, v);
        out.push_back(0);
        for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = colours.index_of(frames[f], i);
        gif_detail::put_lzw(out, indices, std::max(bits, 2u));
    }
    out.push_back(0x3B);
    return out;
}

inline void write_gif(const std::filesystem::path& path, const std::vector<picture>& frames,
                      const gif_options& options = {}) {
    write_file(path, gif_bytes(frames, options));
}

}  // namespace elbo::io
