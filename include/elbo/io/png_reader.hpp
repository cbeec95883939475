// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/bytes.hpp>
#include <elbo/io/checksum.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/inflate.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace elbo::io {

namespace png {

inline constexpr std::uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};

struct layout {
    std::size_t width = 0, height = 0, samples = 0;   // samples a pixel in the file
    unsigned    bits    = 0;                          // a sample
    bool        palette = false;
    std::size_t row_bytes() const { return (width * samples * bits + 7) / 8; }
};

inline layout parse_header(cursor chunk) {
    layout image;
    image.width  = chunk.big32("width");
    image.height = chunk.big32("height");
    const bytes_view rest = chunk.take(5, "PNG header");
    chunk.need_end();
    const unsigned bits = rest[0], colour = rest[1];
    if (image.width == 0 || image.height == 0 || image.width > 65535 || image.height > 65535)
        chunk.reject({"a width and a height of 1 to 65535"}, {image.width, " x ", image.height});
    const bool packed = bits == 1 || bits == 2 || bits == 4;
    if (!(bits == 8 && (colour == 0 || colour == 2 || colour == 3 || colour == 4 || colour == 6)) &&
        !(packed && (colour == 0 || colour == 3)))
        chunk.reject({"at most 8 bits of grey, palette or colour"}, {bits, " bits of colour type ", colour});
    if (rest[2] != 0 || rest[3] != 0) chunk.reject({"compression 0 and filter 0"}, {"others"});
    if (rest[4] != 0) chunk.reject({"an image that is not interlaced"}, {"interlace ", rest[4]});
    image.bits    = bits;
    image.palette = colour == 3;
    image.samples = colour == 2 ? 3 : colour == 4 ? 2 : colour == 6 ? 4 : 1;
    return image;
}

// PNG specification, 9.4: of left, above and above-left, the one nearest to left + above - corner.
inline std::uint8_t paeth(int left, int above, int corner) {
    const int a = std::abs(above - corner), b = std::abs(left - corner), c = std::abs(left + above - 2 * corner);
    return static_cast<std::uint8_t>(a <= b && a <= c ? left : b <= c ? above : corner);
}

// Rows of a filter byte and row_bytes() bytes each; the filters (PNG specification, 9.2) are undone in place.
inline void undo_filters(std::vector<std::uint8_t>& rows, const layout& image, const std::string& file) {
    const std::size_t stride = image.row_bytes(), step = std::max<std::size_t>(1, image.samples * image.bits / 8);
    std::vector<std::uint8_t> zeros(stride, 0);
    const std::uint8_t*       above = zeros.data();
    for (std::size_t y = 0; y < image.height; ++y) {
        const unsigned filter = rows[y * (stride + 1)];
        std::uint8_t*  row    = rows.data() + y * (stride + 1) + 1;
        const auto     add    = [&](std::size_t x, int value) { row[x] = static_cast<std::uint8_t>(row[x] + value); };
        switch (filter) {
            case 0: break;
            case 1:
                for (std::size_t x = step; x < stride; ++x) add(x, row[x - step]);
                break;
            case 2:
                for (std::size_t x = 0; x < stride; ++x) add(x, above[x]);
                break;
            case 3:
                for (std::size_t x = 0; x < stride; ++x) add(x, ((x < step ? 0 : row[x - step]) + above[x]) / 2);
                break;
            case 4:
                for (std::size_t x = 0; x < stride; ++x)
                    add(x, x < step ? above[x] : paeth(row[x - step], above[x], above[x - step]));
                break;
            default:
                refuse(file + " (pixels unpacked)", y * (stride + 1), {"a filter of 0 to 4"}, {filter});
        }
        above = row;
    }
}

}  // namespace png

// One picture, as a set of one image: grey, grey and alpha, colour, or colour and alpha, by its number of channels.
// Not interlaced, at most 8 bits a sample, nothing transparent by a tRNS chunk; every checksum is checked.
inline data::images parse_png(bytes_view bytes, const std::string& file) {
    cursor in(bytes, file);
    if (!std::equal(std::begin(png::signature), std::end(png::signature), in.take(8, "PNG signature").begin()))
        refuse(file, 0, {"PNG's signature"}, {"other bytes"});
    png::layout               image;
    bytes_view                palette;
    std::vector<std::uint8_t> packed;
    std::string               before;
    for (bool end = false; !end;) {
        const std::size_t at = in.at(), size = in.big32("chunk size");
        const bytes_view  type_bytes = in.take(4, "chunk type");
        const std::string type(type_bytes.begin(), type_bytes.end());
        const bytes_view  body = in.take(size, "chunk");
        if (in.big32("chunk checksum") != checksum::crc32(bytes.subspan(at + 4, size + 4)))
            refuse(file, in.at() - 4, {"the checksum of chunk ", printable(type)}, {"another"});
        const auto wrong = [&](const char* expected) {
            refuse(file, at, {expected}, {"chunk ", printable(type)});
        };
        if (before.empty() != (type == "IHDR")) wrong("IHDR first, and once");
        if (type == "IHDR") image = png::parse_header(cursor(body, file + " (IHDR)"));
        else if (type == "PLTE") {
            if (!palette.empty() || !packed.empty() || size == 0 || size % 3 != 0 || size > 768)
                wrong("one palette of 1 to 256 colours before the pixels");
            palette = body;
        } else if (type == "IDAT") {
            if (!packed.empty() && before != "IDAT") wrong("the pixels without a break");
            append(packed, body);
        } else if (type == "IEND") {
            if (size != 0) wrong("an empty IEND");
            end = true;
        } else if (type == "tRNS") {
            wrong("no transparent colours");
        } else if ((type[0] & 32) == 0) {
            wrong("a critical chunk that PNG defines");
        }
        before = type;
    }
    in.need_end();
    if (image.palette && palette.empty()) in.reject({"a palette"}, {"none"});

    // A row never unpacks to more than is asked for, and deflate cannot claim a thousandfold without the bytes.
    const std::size_t         stride = image.row_bytes(), wanted = (stride + 1) * image.height;
    std::vector<std::uint8_t> rows = zlib_inflate(packed, wanted, file + " (pixels)");
    if (rows.size() != wanted)
        refuse(file + " (pixels unpacked)", rows.size(), {wanted, " bytes"}, {"the end"});
    png::undo_filters(rows, image, file);

    data::images picture;
    picture.width    = image.width;
    picture.height   = image.height;
    picture.channels = image.palette ? 3 : image.samples;
    picture.kind     = picture.channels >= 3 ? data::pixels_are::colour
                       : image.bits == 1     ? data::pixels_are::fixed_binary
                                             : data::pixels_are::grey;
    picture.pixels.resize(picture.image_size());
    const unsigned most = (1u << image.bits) - 1;
    std::uint8_t*  out  = picture.pixels.data();
    for (std::size_t y = 0; y < image.height; ++y) {
        const std::uint8_t* row = rows.data() + y * (stride + 1) + 1;
        for (std::size_t i = 0; i < image.width * image.samples; ++i) {
            const std::size_t bit    = i * image.bits;
            const unsigned    sample = unsigned{row[bit / 8]} >> (8 - image.bits - bit % 8) & most;
            if (!image.palette) {
                *out++ = static_cast<std::uint8_t>(sample * (255 / most));
            } else {
                if (3 * sample >= palette.size())
                    refuse(file + " (pixels unpacked)", y * (stride + 1) + 1 + bit / 8,
                           {"a colour below ", palette.size() / 3}, {sample});
                out = std::copy_n(palette.begin() + 3 * sample, 3, out);
            }
        }
    }
    return picture;
}

inline data::images read_png(const std::string& path) { return parse_png(read_file(path, std::size_t{1} << 28), path); }

}  // namespace elbo::io
