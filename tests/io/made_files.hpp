// SPDX-License-Identifier: MIT
#pragma once

// Files of every format, made by hand, so that the readers are not tested against their own writers.

#include <elbo/io/bytes.hpp>
#include <elbo/io/checksum.hpp>
#include <elbo/io/deflate.hpp>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace made {

using bytes = std::vector<std::uint8_t>;
using elbo::io::bytes_view;

inline bytes& operator+=(bytes& a, bytes_view b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
inline bytes operator+(bytes a, bytes_view b) { return a += b; }
inline bytes text(std::string_view s) { return bytes(s.begin(), s.end()); }
inline bytes big32(std::uint64_t v) {
    return {std::uint8_t(v >> 24), std::uint8_t(v >> 16), std::uint8_t(v >> 8), std::uint8_t(v)};
}
inline bytes little32(std::uint64_t v) {
    return {std::uint8_t(v), std::uint8_t(v >> 8), std::uint8_t(v >> 16), std::uint8_t(v >> 24)};
}
inline bytes little64(std::uint64_t v) { return little32(v) + little32(v >> 32); }

// Bytes that look random and are always the same.
inline bytes noise(std::size_t count, std::uint32_t seed = 1, std::uint32_t below = 256) {
    bytes out(count);
    for (std::uint8_t& b : out) {
        seed = seed * 1664525u + 1013904223u;
        b    = std::uint8_t((seed >> 16) % below);
    }
    return out;
}

// Deflate without compression.
inline bytes stored(bytes_view data) {
    bytes out;
    for (std::size_t at = 0; at == 0 || at < data.size(); at += 65535) {
        const std::size_t n = std::min<std::size_t>(65535, data.size() - at);
        out += bytes{std::uint8_t(at + n == data.size()), std::uint8_t(n), std::uint8_t(n >> 8), std::uint8_t(~n),
                     std::uint8_t(~n >> 8)};
        out += data.subspan(at, n);
    }
    return out;
}
inline bytes gzip(bytes_view data, bytes_view packed) {
    return bytes{0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255} + packed + little32(elbo::io::checksum::crc32(data)) +
           little32(data.size());
}
inline bytes gzip(bytes_view data) { return gzip(data, stored(data)); }
inline bytes zlib(bytes_view data) {
    return bytes{0x78, 0x01} + stored(data) + big32(elbo::io::checksum::adler32(data));
}

inline bytes idx(const std::vector<std::size_t>& shape, bytes_view values) {
    bytes out{0, 0, 8, std::uint8_t(shape.size())};
    for (const std::size_t extent : shape) out += big32(extent);
    return out + values;
}

inline bytes cifar(std::size_t count, std::uint32_t seed = 1) {
    bytes out;
    for (std::size_t i = 0; i < count; ++i) out += bytes{std::uint8_t(i % 10)} + noise(3072, seed + std::uint32_t(i));
    return out;
}

inline bytes amat(std::size_t side, bytes_view bits) {
    bytes out;
    for (std::size_t i = 0; i < bits.size(); ++i) {
        out.push_back(std::uint8_t('0' + bits[i]));
        out.push_back((i + 1) % (side * side) == 0 ? '\n' : ' ');
    }
    return out;
}

// An element of a MAT file; the short form is used where it fits, as MATLAB does.
inline bytes mat_element(std::uint32_t type, bytes data) {
    const std::size_t size = data.size();
    if (size >= 1 && size <= 4) {
        data.resize(4);
        return little32(std::uint32_t(size) << 16 | type) + data;
    }
    data.resize((size + 7) / 8 * 8);
    return little32(type) + little32(size) + data;
}
inline bytes mat_matrix(std::string_view name, const std::vector<std::size_t>& shape, std::uint32_t stored_as,
                        bytes data, std::uint8_t kind = 9) {
    bytes axes;
    for (const std::size_t extent : shape) axes += little32(extent);
    const bytes body = mat_element(6, bytes{kind, 0, 0, 0, 0, 0, 0, 0}) + mat_element(5, axes) +
                       mat_element(1, text(name)) + mat_element(stored_as, data);
    return little32(14) + little32(body.size()) + body;
}
inline bytes mat_compressed(bytes_view matrix) {
    const bytes packed = elbo::io::zlib_deflate(matrix);
    return little32(15) + little32(packed.size()) + packed;
}
inline bytes mat(bytes_view elements) {
    bytes header = text("MATLAB 5.0 MAT-file, made by a test");
    header.resize(124, ' ');
    return header + bytes{0, 1, 'I', 'M'} + elements;
}

inline bytes png_chunk(std::string_view type, bytes_view data) {
    const bytes named = text(type) + data;
    return big32(data.size()) + named + big32(elbo::io::checksum::crc32(named));
}
inline bytes png_head(std::size_t width, std::size_t height, std::uint8_t bits, std::uint8_t colour,
                      std::uint8_t interlace = 0) {
    return bytes{0x89, 'P', 'N', 'G', 13, 10, 26, 10} +
           png_chunk("IHDR", big32(width) + big32(height) + bytes{bits, colour, 0, 0, interlace});
}
// `rows` already carry a filter byte each; the pixels are cut into two chunks.
inline bytes png(std::size_t width, std::size_t height, std::uint8_t bits, std::uint8_t colour, bytes_view rows,
                 bytes_view middle = {}) {
    const bytes       packed = zlib(rows);
    const std::size_t half   = packed.size() / 2;
    return png_head(width, height, bits, colour) + middle + png_chunk("IDAT", bytes_view(packed).first(half)) +
           png_chunk("IDAT", bytes_view(packed).subspan(half)) + png_chunk("IEND", {});
}
// Filters 0 to 4 in turn, as a writer applies them (PNG specification, 9.2).
inline bytes png_filtered(std::size_t stride, std::size_t step, bytes_view pixels) {
    bytes out;
    for (std::size_t y = 0; y < pixels.size() / stride; ++y) {
        const int filter = int(y % 5);
        out.push_back(std::uint8_t(filter));
        for (std::size_t x = 0; x < stride; ++x) {
            const int a = x < step ? 0 : pixels[y * stride + x - step], b = y == 0 ? 0 : pixels[(y - 1) * stride + x];
            const int c = x < step || y == 0 ? 0 : pixels[(y - 1) * stride + x - step], p = a + b - c;
            const int near  = std::abs(p - a) <= std::abs(p - b) && std::abs(p - a) <= std::abs(p - c) ? a
                              : std::abs(p - b) <= std::abs(p - c)                                     ? b
                                                                                                       : c;
            const int guess = filter == 0 ? 0 : filter == 1 ? a : filter == 2 ? b : filter == 3 ? (a + b) / 2 : near;
            out.push_back(std::uint8_t(pixels[y * stride + x] - guess));
        }
    }
    return out;
}

inline bytes safetensors(std::string_view header, bytes_view data) {
    return little64(header.size()) + text(header) + data;
}
inline bytes npy(std::string_view header, bytes_view data) {
    return text("\x93NUMPY") + bytes{1, 0, std::uint8_t(header.size()), std::uint8_t(header.size() >> 8)} +
           text(header) + data;
}

// A folder of our own that goes away with us.
class folder {
public:
    folder() {
        static int counter = 0;
        path_              = std::filesystem::temp_directory_path() /
                ("elbo-io-" + std::to_string(::getpid()) + "-" + std::to_string(counter++));
        std::filesystem::create_directories(path_);
    }
    folder(const folder&)            = delete;
    folder& operator=(const folder&) = delete;
    ~folder() {
        std::error_code ignore;
        std::filesystem::remove_all(path_, ignore);
    }
    std::string path(const std::string& name = "") const {
        return name.empty() ? path_.string() : (path_ / name).string();
    }
    std::string put(const std::string& name, bytes_view data) const {
        const std::filesystem::path file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream out(file, std::ios::binary);
        out.write(reinterpret_cast<const char*>(data.data()), std::streamsize(data.size()));
        return file.string();
    }

private:
    std::filesystem::path path_;
};

inline bytes slurp(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return bytes(std::istreambuf_iterator<char>(in), {});
}

}  // namespace made
