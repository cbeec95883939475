// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/between.hpp>
#include <elbo/machine/host/simd.hpp>
#include <elbo/tape/tape.hpp>

#include <algorithm>

// Images between pixels, a strip of places at a time: first the weights, as many as a register holds at once, then the
// pixels, one place after another. An eighth of a step of a spatial transformer; as verbs on whole images it was a fifth.

namespace elbo::kernels {

struct strip_of_places {
    static constexpr std::size_t length = 64;
    using weights = float[2][length];

    int     first[length];  // the upper left pixel of four
    weights x, y;

    // Places [begin, begin + count) of one image; those after them lie anywhere in it. `slopes`: 1 instead of the weights along x,
    // 2 along y; both of them beside the weights, where they are asked for.
    void read(const window& w, int slopes, const float* places, std::size_t all, std::size_t begin, std::size_t count, strip_of_places* both = nullptr) {
        float left[length], top[length];
        along(places + begin, count, w.in_w, left, slopes & 1 ? nullptr : &x, both != nullptr ? &both->x : slopes & 1 ? &x : nullptr);
        along(places + all + begin, count, w.in_h, top, slopes & 2 ? nullptr : &y, both != nullptr ? &both->y : slopes & 2 ? &y : nullptr);
        for (std::size_t i = 0; i < length; ++i) first[i] = static_cast<int>(top[i]) * w.in_w + static_cast<int>(left[i]);
    }

private:
    static void along(const float* places, std::size_t count, int extent, float* first, weights* weight, weights* slope) {
        float at[length] = {};
        std::memcpy(at, places, count * sizeof(float));
        for (std::size_t i = 0; i < length; i += simd::width) {
            const auto two = pixels_around(simd::load(at + i), extent);
            simd::store(first + i, two.first);
            for (int k = 0; k < 2; ++k) {
                if (weight != nullptr) simd::store((*weight)[k] + i, two.weight[k]);
                if (slope != nullptr) simd::store((*slope)[k] + i, two.slope[k]);
            }
        }
    }
};

// How far the other three pixels are; an image of one column, or row, has no next one.
struct next_pixel {
    std::size_t right, below;

    explicit next_pixel(const window& w) : right(w.in_w > 1 ? 1 : 0), below(w.in_h > 1 ? static_cast<std::size_t>(w.in_w) : 0) {}
};

// Two pixels beside each other: one word of memory.
struct two_floats {
    float left, right;
};
inline two_floats read_two(const float* from) {
    two_floats x;
    std::memcpy(&x, from, sizeof x);
    return x;
}
inline void add_two(float* to, two_floats x) {
    const two_floats before = read_two(to), sum{before.left + x.left, before.right + x.right};
    std::memcpy(to, &sum, sizeof sum);
}

// What images of one channel are read through: the four pixels around each place of a strip.
struct four_pixels {
    two_floats above[strip_of_places::length], below[strip_of_places::length];

    void read(const strip_of_places& s, const next_pixel& next, const float* image, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            const float* pixel = image + s.first[i];
            above[i] = read_two(pixel), below[i] = read_two(pixel + next.below);
        }
    }
    float mixed(std::size_t i, const strip_of_places::weights& x, const strip_of_places::weights& y) const {
        return y[0][i] * (x[0][i] * above[i].left + x[1][i] * above[i].right) + y[1][i] * (x[0][i] * below[i].left + x[1][i] * below[i].right);
    }
};
inline float mixed_at(const float* pixel, const next_pixel& next, std::size_t channels, float left, float right, float up, float down) {
    return up * (left * pixel[0] + right * pixel[next.right * channels]) +
           down * (left * pixel[next.below * channels] + right * pixel[(next.below + next.right) * channels]);
}

ELBO_OUTLINE inline void interpolate_row(const window& w, int slopes, float* __restrict to, const float* __restrict image, const float* places) {
    const std::size_t all = static_cast<std::size_t>(w.out_h) * static_cast<std::size_t>(w.out_w), channels = static_cast<std::size_t>(w.in_c);
    const next_pixel  next(w);
    const bool        simple = channels == 1 && next.right == 1;
    strip_of_places   s;
    four_pixels       four;
    for (std::size_t begin = 0; begin < all; begin += s.length) {
        const std::size_t count = std::min(s.length, all - begin);
        s.read(w, slopes, places, all, begin, count);
        float* y = to + begin * channels;
        if (simple) four.read(s, next, image, count);
        for (std::size_t i = 0; simple && i < count; ++i) y[i] = four.mixed(i, s.x, s.y);
        for (std::size_t i = 0; !simple && i < count; ++i)
            for (std::size_t c = 0; c < channels; ++c)
                y[i * channels + c] = mixed_at(image + static_cast<std::size_t>(s.first[i]) * channels + c, next, channels, s.x[0][i], s.x[1][i], s.y[0][i], s.y[1][i]);
    }
}

ELBO_OUTLINE inline void slopes_row(const window& w, float* __restrict to, const float* __restrict from, const float* __restrict image, const float* places) {
    const std::size_t all = static_cast<std::size_t>(w.out_h) * static_cast<std::size_t>(w.out_w), channels = static_cast<std::size_t>(w.in_c);
    const next_pixel  next(w);
    const bool        simple = channels == 1 && next.right == 1;
    strip_of_places   s, along;
    four_pixels       four;
    for (std::size_t begin = 0; begin < all; begin += s.length) {
        const std::size_t count = std::min(s.length, all - begin);
        s.read(w, 0, places, all, begin, count, &along);
        const float* number = from + begin * channels;
        float *      x = to + begin, *y = to + all + begin;
        if (simple) four.read(s, next, image, count);
        for (std::size_t i = 0; simple && i < count; ++i) x[i] = number[i] * four.mixed(i, along.x, s.y);
        for (std::size_t i = 0; simple && i < count; ++i) y[i] = number[i] * four.mixed(i, s.x, along.y);
        for (std::size_t i = 0; !simple && i < count; ++i) {
            x[i] = y[i] = 0;
            for (std::size_t c = 0; c < channels; ++c) {
                const float* pixel = image + static_cast<std::size_t>(s.first[i]) * channels + c;
                x[i] += number[i * channels + c] * mixed_at(pixel, next, channels, along.x[0][i], along.x[1][i], s.y[0][i], s.y[1][i]);
                y[i] += number[i * channels + c] * mixed_at(pixel, next, channels, s.x[0][i], s.x[1][i], along.y[0][i], along.y[1][i]);
            }
        }
    }
}

// Places that follow one another mostly lie in the same pixels, where each would wait for the one before: of any four each
// adds to an image of its own.
ELBO_OUTLINE inline void splat_row(const window& w, int slopes, float* __restrict image, const float* __restrict from, const float* places) {
    constexpr std::size_t most = 1024, copies = 4;
    const std::size_t     all = static_cast<std::size_t>(w.out_h) * static_cast<std::size_t>(w.out_w), channels = static_cast<std::size_t>(w.in_c);
    const std::size_t     size = static_cast<std::size_t>(w.in_h) * static_cast<std::size_t>(w.in_w) * channels;
    const next_pixel      next(w);
    strip_of_places       s;
    float                 others[copies - 1][most];
    two_floats            above[s.length], below[s.length];
    const bool            apart = channels == 1 && next.right == 1 && size <= most && all >= size;
    std::memset(image, 0, size * sizeof(float));
    for (std::size_t k = 1; apart && k < copies; ++k) std::memset(others[k - 1], 0, size * sizeof(float));
    for (std::size_t begin = 0; begin < all; begin += s.length) {
        const std::size_t count = std::min(s.length, all - begin);
        s.read(w, slopes, places, all, begin, count);
        if (!apart) {
            for (std::size_t i = 0; i < count; ++i)
                for (std::size_t c = 0; c < channels; ++c) {
                    const float number = from[(begin + i) * channels + c], up = number * s.y[0][i], down = number * s.y[1][i];
                    float*      pixel = image + static_cast<std::size_t>(s.first[i]) * channels + c;
                    pixel[0] += up * s.x[0][i], pixel[next.right * channels] += up * s.x[1][i];
                    pixel[next.below * channels] += down * s.x[0][i], pixel[(next.below + next.right) * channels] += down * s.x[1][i];
                }
            continue;
        }
        for (std::size_t i = 0; i < count; ++i) {
            const float number = from[begin + i], up = number * s.y[0][i], down = number * s.y[1][i];
            above[i] = {up * s.x[0][i], up * s.x[1][i]}, below[i] = {down * s.x[0][i], down * s.x[1][i]};
        }
        for (std::size_t i = 0; i < count; ++i) {
            float* pixel = (i % copies == 0 ? image : others[i % copies - 1]) + s.first[i];
            add_two(pixel, above[i]), add_two(pixel + next.below, below[i]);
        }
    }
    for (std::size_t i = 0; apart && i < size; ++i) image[i] += others[0][i] + others[1][i] + others[2][i];
}

}  // namespace elbo::kernels
