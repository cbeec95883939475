// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/digits.hpp>

#include <cmath>

ELBO_COMPILED_ONCE

namespace elbo::data {

// How images are moved, each in its own way: Jaderberg et al. (2015), section 4.1.
struct distortion {
    range       rotation = {0, 0};  // radians
    range       scale    = {1, 1};
    std::size_t room     = 0;       // pixels that height and width grow by; an image's middle lies anywhere in that room
};
inline constexpr distortion rotated{.rotation = {-1.5707963267948966, 1.5707963267948966}};
inline constexpr distortion scattered{.rotation = {-0.7853981633974483, 0.7853981633974483}, .scale = {0.7, 1.2}, .room = 14};

namespace distorting {
// Between pixels, and zero outside.
inline double bilinear(std::span<const std::uint8_t> image, const images& set, double x, double y, std::size_t c) {
    const double left = std::floor(x), top = std::floor(y), u = x - left, v = y - top;
    const auto   at   = [&](double column, double row) {
        if (column < 0 || row < 0 || column >= static_cast<double>(set.width) || row >= static_cast<double>(set.height)) return 0.0;
        return static_cast<double>(image[(static_cast<std::size_t>(row) * set.width + static_cast<std::size_t>(column)) * set.channels + c]);
    };
    return (1 - v) * ((1 - u) * at(left, top) + u * at(left + 1, top)) + v * ((1 - u) * at(left, top + 1) + u * at(left + 1, top + 1));
}
}  // namespace distorting

// All images, `times` over, each time moved anew. What is image i of a seed is always moved in the same way.
ELBO_OUTLINE inline images distorted(const images& from, const distortion& how, std::uint64_t seed, std::size_t times = 1) {
    images to = from;
    to.height += how.room, to.width += how.room;
    to.pixels.assign(times * from.size() * to.image_size(), 0);
    for (std::size_t again = 1; again < times; ++again) {
        to.labels.insert(to.labels.end(), from.labels.begin(), from.labels.end());
        to.attributes.insert(to.attributes.end(), from.attributes.begin(), from.attributes.end());
    }
    const draws random(seed, "distortion");
    const auto  half = [](std::size_t n) { return (static_cast<double>(n) - 1) / 2; };
    for (std::size_t i = 0; i < to.size(); ++i) {
        const auto drawn = [&](range r, std::uint32_t which) { return r.low + (r.high - r.low) * random.uniform(static_cast<std::uint32_t>(i), which); };
        const double angle = drawn(how.rotation, 0), scale = drawn(how.scale, 1), room = static_cast<double>(how.room) / 2;
        const double along = drawn({-room, room}, 2), down = drawn({-room, room}, 3), c = std::cos(angle) / scale, s = std::sin(angle) / scale;
        for (std::size_t y = 0; y < to.height; ++y)
            for (std::size_t x = 0; x < to.width; ++x) {
                const double dx = static_cast<double>(x) - half(to.width) - along, dy = static_cast<double>(y) - half(to.height) - down;
                for (std::size_t k = 0; k < to.channels; ++k)
                    to.pixels[((i * to.height + y) * to.width + x) * to.channels + k] = static_cast<std::uint8_t>(
                        distorting::bilinear(from[i % from.size()], from, c * dx + s * dy + half(from.width), c * dy - s * dx + half(from.height), k) + 0.5);
            }
    }
    return to;
}

}  // namespace elbo::data
