// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/dataset.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// Channels last: pixels[(y * width + x) * channels + c]. One channel is grey, three are red, green and blue.
struct picture {
    std::size_t               width = 0, height = 0, channels = 1;
    std::vector<std::uint8_t> pixels{};

    std::uint8_t*       at(std::size_t x, std::size_t y) { return pixels.data() + (y * width + x) * channels; }
    const std::uint8_t* at(std::size_t x, std::size_t y) const { return pixels.data() + (y * width + x) * channels; }

    bool operator==(const picture&) const = default;
};

struct colour {
    std::uint8_t red = 0, green = 0, blue = 0;

    bool grey() const { return red == green && green == blue; }
    bool operator==(const colour&) const = default;
};

inline constexpr std::size_t class_colours = 10;

// Ten colours that differ from each other and stand out on white and on black; then they repeat.
inline colour class_colour(std::size_t k) {
    constexpr std::array<colour, class_colours> colours = {{{59, 125, 221},
                                                            {236, 126, 42},
                                                            {46, 164, 106},
                                                            {219, 72, 82},
                                                            {141, 103, 214},
                                                            {172, 118, 80},
                                                            {230, 120, 184},
                                                            {128, 138, 152},
                                                            {186, 168, 48},
                                                            {38, 172, 192}}};
    return colours[k % class_colours];
}

inline void require_sound(const picture& in) {
    if ((in.channels != 1 && in.channels != 3) || in.width == 0 || in.height == 0 ||
        in.pixels.size() != in.width * in.height * in.channels)
        throw std::invalid_argument(sentence({"picture: ", in.width, " x ", in.height, " x ", in.channels, " with ",
                                              in.pixels.size(), " bytes"}));
}

inline picture blank(std::size_t width, std::size_t height, colour paper, std::size_t channels = 3) {
    picture out{width, height, channels, std::vector<std::uint8_t>(width * height * channels, paper.red)};
    if (channels == 3)
        for (std::size_t i = 0; i < width * height; ++i)
            out.pixels[3 * i + 1] = paper.green, out.pixels[3 * i + 2] = paper.blue;
    return out;
}

// [0, 1] to 0..255. What is outside is cut off; what is not a number is black.
inline std::uint8_t pixel_level(float v) {
    return v > 0 ? static_cast<std::uint8_t>(std::lround(255.0f * std::min(v, 1.0f))) : std::uint8_t{0};
}

// Floats as models hold them: (channels, height, width).
inline picture picture_of(std::span<const float> image, std::size_t channels, std::size_t height, std::size_t width) {
    if (image.size() != channels * height * width)
        throw std::invalid_argument(sentence({"picture_of: ", image.size(), " numbers are not an image"}));
    picture out{width, height, channels, std::vector<std::uint8_t>(image.size())};
    for (std::size_t c = 0; c < channels; ++c)
        for (std::size_t i = 0; i < height * width; ++i)
            out.pixels[i * channels + c] = pixel_level(image[c * height * width + i]);
    return out;
}

inline picture picture_of(const data::images& from, std::size_t i) {
    const auto bytes = from[i];
    return {from.width, from.height, from.channels, {bytes.begin(), bytes.end()}};
}

inline picture in_colour(picture in) {
    if (in.channels == 3) return in;
    picture out{in.width, in.height, 3, std::vector<std::uint8_t>(3 * in.pixels.size())};
    for (std::size_t i = 0; i < in.pixels.size(); ++i)
        std::fill_n(out.pixels.begin() + static_cast<std::ptrdiff_t>(3 * i), 3, in.pixels[i]);
    return out;
}

inline picture upscaled(const picture& in, std::size_t factor) {
    if (factor == 1) return in;
    picture out{in.width * factor, in.height * factor, in.channels,
                std::vector<std::uint8_t>(in.pixels.size() * factor * factor)};
    for (std::size_t y = 0; y < out.height; ++y)
        for (std::size_t x = 0; x < out.width; ++x)
            std::copy_n(in.at(x / factor, y / factor), in.channels, out.at(x, y));
    return out;
}

// Puts a picture onto another; where that is grey, so is the part.
inline void paste(picture& onto, const picture& part, std::size_t left, std::size_t top) {
    if (left + part.width > onto.width || top + part.height > onto.height || (part.channels == 3 && onto.channels == 1))
        throw std::invalid_argument("paste: the part does not fit");
    for (std::size_t y = 0; y < part.height; ++y)
        for (std::size_t x = 0; x < part.width; ++x)
            for (std::size_t c = 0; c < onto.channels; ++c)
                onto.at(left + x, top + y)[c] = part.at(x, y)[part.channels == 1 ? 0 : c];
}

// In pixels; a rectangle may lie partly outside.
struct rectangle {
    double left, top, right, bottom;
};

// Only the frame of the rectangle, drawn inwards. A grey picture becomes a coloured one where the ink needs it.
inline void draw_rectangle(picture& onto, rectangle r, colour ink, double thickness = 1) {
    if (onto.channels == 1 && !ink.grey()) onto = in_colour(std::move(onto));
    r                 = {std::round(r.left), std::round(r.top), std::round(r.right), std::round(r.bottom)};
    const auto inside = [](double v, std::size_t end) {
        return v > 0 ? static_cast<std::size_t>(std::min(v, static_cast<double>(end))) : std::size_t{0};
    };
    const double                      pen    = std::max(1.0, thickness);
    const std::array<std::uint8_t, 3> levels = {ink.red, ink.green, ink.blue};
    for (std::size_t y = inside(r.top, onto.height); y < inside(r.bottom, onto.height); ++y)
        for (std::size_t x = inside(r.left, onto.width); x < inside(r.right, onto.width); ++x) {
            const double middle_x = static_cast<double>(x) + 0.5, middle_y = static_cast<double>(y) + 0.5;
            const double depth =
                std::min({middle_x - r.left, r.right - middle_x, middle_y - r.top, r.bottom - middle_y});
            if (depth < pen) std::copy_n(levels.begin(), onto.channels, onto.at(x, y));
        }
}

// The picture with a border around it.
inline picture framed(const picture& in, std::size_t thickness, colour ink) {
    picture out = blank(in.width + 2 * thickness, in.height + 2 * thickness, ink, ink.grey() ? in.channels : 3);
    paste(out, in, thickness, thickness);
    return out;
}

struct grid_options {
    std::size_t columns = 0;  // 0: as square as it gets
    std::size_t padding = 2;  // between and around the pictures, before scaling
    std::size_t scale   = 1;  // each pixel becomes scale x scale
    colour      paper   = {32, 36, 42};
};

// Pictures in rows, left to right, top to bottom; each in a cell of the largest one's size.
ELBO_COLD inline picture grid(const std::vector<picture>& pictures, const grid_options& options = {}) {
    if (pictures.empty()) throw std::invalid_argument("grid: no picture");
    std::size_t width = 0, height = 0, channels = 1;
    for (const picture& p : pictures) {
        require_sound(p);
        width = std::max(width, p.width), height = std::max(height, p.height),
        channels = std::max(channels, p.channels);
    }
    // The paper of a grey grid is as light as its green: colour for the paper alone would triple the file.
    const colour paper =
        channels == 1 ? colour{options.paper.green, options.paper.green, options.paper.green} : options.paper;
    const std::size_t count = pictures.size(), padding = options.padding;
    const std::size_t square  = static_cast<std::size_t>(std::ceil(std::sqrt(static_cast<double>(count))));
    const std::size_t columns = options.columns == 0 ? square : options.columns;
    const std::size_t rows    = (count + columns - 1) / columns;
    picture out = blank(columns * (width + padding) + padding, rows * (height + padding) + padding, paper, channels);
    for (std::size_t i = 0; i < count; ++i)
        paste(out, pictures[i], padding + i % columns * (width + padding), padding + i / columns * (height + padding));
    return upscaled(out, std::max<std::size_t>(options.scale, 1));
}

// images: (count, channels, height, width), each in [0, 1]
inline picture grid(std::span<const float> images, std::size_t count, std::size_t channels, std::size_t height,
                    std::size_t width, const grid_options& options = {}) {
    const std::size_t size = channels * height * width;
    if (images.size() != count * size)
        throw std::invalid_argument(sentence({"grid: ", images.size(), " numbers are not ", count, " images"}));
    std::vector<picture> pictures;
    for (std::size_t i = 0; i < count; ++i)
        pictures.push_back(picture_of(images.subspan(i * size, size), channels, height, width));
    return grid(pictures, options);
}

// The first `count` images of a data set.
inline picture grid(const data::images& from, std::size_t count, const grid_options& options = {}) {
    std::vector<picture> pictures;
    for (std::size_t i = 0; i < std::min(count, from.size()); ++i) pictures.push_back(picture_of(from, i));
    return grid(pictures, options);
}

// All in one row.
inline picture strip(const std::vector<picture>& pictures, grid_options options = {}) {
    options.columns = std::max<std::size_t>(pictures.size(), 1);
    return grid(pictures, options);
}

namespace picture_detail {

inline picture joined(const std::vector<picture>& parts, std::size_t gap, colour paper, bool across) {
    if (parts.empty()) throw std::invalid_argument("beside, above: no picture");
    std::size_t along = gap * (parts.size() - 1), other = 0, channels = paper.grey() ? 1 : 3;
    for (const picture& p : parts) {
        require_sound(p);
        along += across ? p.width : p.height;
        other    = std::max(other, across ? p.height : p.width);
        channels = std::max(channels, p.channels);
    }
    picture     out = across ? blank(along, other, paper, channels) : blank(other, along, paper, channels);
    std::size_t at  = 0;
    for (const picture& p : parts) {
        paste(out, p, across ? at : 0, across ? 0 : at);
        at += (across ? p.width : p.height) + gap;
    }
    return out;
}

}  // namespace picture_detail

inline picture beside(const std::vector<picture>& parts, std::size_t gap = 4, colour paper = {36, 36, 36}) {
    return picture_detail::joined(parts, gap, paper, true);
}
inline picture above(const std::vector<picture>& parts, std::size_t gap = 4, colour paper = {36, 36, 36}) {
    return picture_detail::joined(parts, gap, paper, false);
}

}  // namespace elbo
