// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/checksum.hpp>
#include <elbo/io/deflate.hpp>
#include <elbo/io/picture.hpp>
#include <elbo/io/write_file.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

namespace png_detail {

inline void put_big32(std::vector<std::uint8_t>& out, std::size_t value) {
    const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(value >> shift); };
    append(out, std::array{byte(24), byte(16), byte(8), byte(0)});
}

// length, name, content, checksum of name and content
ELBO_OUTLINE inline void put_chunk(std::vector<std::uint8_t>& out, std::string_view name, bytes_view content) {
    put_big32(out, content.size());
    const std::size_t start = out.size();
    append(out, bytes_view(reinterpret_cast<const std::uint8_t*>(name.data()), name.size()));
    append(out, content);
    put_big32(out, checksum::crc32(bytes_view(out).subspan(start)));
}

// The neighbour (left a, above b, above left c) that is nearest to a + b - c.  PNG, section 9.4
inline std::uint8_t paeth(std::uint8_t a, std::uint8_t b, std::uint8_t c) {
    const int to_a = std::abs(b - c), to_b = std::abs(a - c), to_c = std::abs(a + b - 2 * c);
    return to_a <= to_b && to_a <= to_c ? a : to_b <= to_c ? b : c;
}

// What filter 0..4 takes from a pixel: nothing, left, above, their mean, or Paeth's choice. One call for all, since a loop
// with five cases is otherwise compiled as ten vectorised loops.
ELBO_OUTLINE inline int guess(int filter, std::uint8_t a, std::uint8_t b, std::uint8_t c) {
    return filter == 0 ? 0 : filter == 1 ? a : filter == 2 ? b : filter == 3 ? (a + b) / 2 : paeth(a, b, c);
}

// A row as what a filter leaves of it.
ELBO_OUTLINE inline void filter_row(bytes_view row, bytes_view above, std::size_t channels, int filter, std::uint8_t* out) {
    for (std::size_t i = 0; i < row.size(); ++i) {
        const std::uint8_t a = i < channels ? std::uint8_t{0} : row[i - channels];
        const std::uint8_t b = above.empty() ? std::uint8_t{0} : above[i];
        const std::uint8_t c = above.empty() || i < channels ? std::uint8_t{0} : above[i - channels];
        out[i]               = static_cast<std::uint8_t>(row[i] - guess(filter, a, b, c));
    }
}

// Each row with the filter that leaves the least, counted as signed bytes; or all rows as they are.
ELBO_OUTLINE inline std::vector<std::uint8_t> filtered(const picture& in, bool choose) {
    const std::size_t         stride = in.width * in.channels;
    std::vector<std::uint8_t> out, candidate(stride), best(stride);
    out.reserve((stride + 1) * in.height);
    for (std::size_t y = 0; y < in.height; ++y) {
        const bytes_view row    = bytes_view(in.pixels).subspan(y * stride, stride);
        const bytes_view above  = y == 0 ? bytes_view{} : bytes_view(in.pixels).subspan((y - 1) * stride, stride);
        std::size_t      least  = static_cast<std::size_t>(-1);
        std::uint8_t     chosen = 0;
        for (int filter = 0; filter < (choose ? 5 : 1); ++filter) {
            filter_row(row, above, in.channels, filter, candidate.data());
            std::size_t left = 0;
            for (const std::uint8_t v : candidate) left += std::min<std::size_t>(v, 256u - v);
            if (left < least) least = left, chosen = static_cast<std::uint8_t>(filter), std::swap(best, candidate);
        }
        out.push_back(chosen);
        append(out, best);
    }
    return out;
}

}  // namespace png_detail

// Eight bits a channel, grey or colour, not interlaced. Flat pictures pack better unfiltered, smooth ones filtered:
// both are tried, the smaller is kept.
inline std::vector<std::uint8_t> png_bytes(const picture& in) {
    require_sound(in);
    std::vector<std::uint8_t> header;
    png_detail::put_big32(header, in.width);
    png_detail::put_big32(header, in.height);
    append(header, std::array<std::uint8_t, 5>{8, in.channels == 3 ? std::uint8_t{2} : std::uint8_t{0}});
    std::vector<std::uint8_t> packed = zlib_deflate(png_detail::filtered(in, false));
    std::vector<std::uint8_t> other  = zlib_deflate(png_detail::filtered(in, true));
    if (other.size() < packed.size()) packed.swap(other);

    std::vector<std::uint8_t> out = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
    png_detail::put_chunk(out, "IHDR", header);
    png_detail::put_chunk(out, "IDAT", packed);
    png_detail::put_chunk(out, "IEND", {});
    return out;
}

inline void write_png(const std::filesystem::path& path, const picture& in) { write_file(path, png_bytes(in)); }

}  // namespace elbo::io
