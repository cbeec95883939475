// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/between.hpp>
#include <elbo/machine/host/simd.hpp>
#include <elbo/tape/tape.hpp>

#include <algorithm>

// Images between pixels, a strip of places at a time: first the weights, as many as a register holds at once, then the
// pixels, one place after another. An eighth of a step of a spatial transformer; as verbs on whole images it was a fifth.

ELBO_COMPILED_ONCE

namespace elbo::kernels {

struct strip_of_places {
    static constexpr std::size_t length = 64;
    using weights = float[2][length];

    int     first[length];  // the upper left pixel of four
    weights x, y;

    // Places [begin, begin + count) of one image; those after them lie anywhere in it. `slopes`: 1 instead of the weights along x,
    // 2 along y; both of them beside the weights, where they are asked for.
    ELBO_OUTLINE void read(const window& w, int slopes, const float* places, std::size_t all, std::size_t begin, std::size_t count, strip_of_places* both = nullptr) {
        float left[length], top[length];
        along(places + begin, count, w.in_w, left, slopes & 1 ? nullptr : &x, both != nullptr ? &both->x : slopes & 1 ? &x : nullptr);
        along(places + all + begin, count, w.in_h, top, slopes & 2 ? nullptr : &y, both != nullptr ? &both->y : slopes & 2 ? &y : nullptr);
        for (std::size_t i = 0; i < length; ++i) first[i] = static_cast<int>(top[i]) * w.in_w + static_cast<int>(left[i]);
    }

private:
    ELBO_OUTLINE static void along(const float* places, std::size_t count, int extent, float* first, weights* weight, weights* slope) {
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
// The same for images of several channels, or of one column: place by place.
struct one_place {
    float left, right, up, down;

    one_place(const strip_of_places::weights& x, const strip_of_places::weights& y, std::size_t i) : left(x[0][i]), right(x[1][i]), up(y[0][i]), down(y[1][i]) {}

    float mixed(const float* pixel, const next_pixel& next, std::size_t channels) const {
        return up * (left * pixel[0] + right * pixel[next.right * channels]) + down * (left * pixel[next.below * channels] + right * pixel[(next.below + next.right) * channels]);
    }
    ELBO_OUTLINE void read(const float* pixel, const next_pixel& next, std::size_t channels, float* y) const {
        for (std::size_t c = 0; c < channels; ++c) y[c] = mixed(pixel + c, next, channels);
    }
    ELBO_OUTLINE float dot(const float* pixel, const next_pixel& next, std::size_t channels, const float* numbers) const {
        float sum = 0;
        for (std::size_t c = 0; c < channels; ++c) sum += numbers[c] * mixed(pixel + c, next, channels);
        return sum;
    }
    ELBO_OUTLINE void add(float* pixel, const next_pixel& next, std::size_t channels, const float* numbers) const {
        for (std::size_t c = 0; c < channels; ++c, ++pixel) {
            pixel[0] += up * left * numbers[c], pixel[next.right * channels] += up * right * numbers[c];
            pixel[next.below * channels] += down * left * numbers[c], pixel[(next.below + next.right) * channels] += down * right * numbers[c];
        }
    }
};

// What the three kernels go through: the strips of an image's places.
struct strips_of_an_image {
    const std::size_t places, channels, pixels;
    const next_pixel  next;
    const bool        simple;  // two pixels beside each other are two numbers

    explicit strips_of_an_image(const window& w)
        : places(static_cast<std::size_t>(w.out_h) * static_cast<std::size_t>(w.out_w)), channels(static_cast<std::size_t>(w.in_c)),
          pixels(static_cast<std::size_t>(w.in_h) * static_cast<std::size_t>(w.in_w)), next(w), simple(channels == 1 && next.right == 1) {}

    template <class Do>
    void each(Do act) const {
        for (std::size_t begin = 0; begin < places; begin += strip_of_places::length) act(begin, std::min(strip_of_places::length, places - begin));
    }
};

ELBO_OUTLINE inline void interpolate_row(const window& w, int slopes, float* __restrict to, const float* __restrict image, const float* places) {
    const strips_of_an_image all(w);
    strip_of_places          s;
    four_pixels              four;
    all.each([&](std::size_t begin, std::size_t count) {
        s.read(w, slopes, places, all.places, begin, count);
        float* y = to + begin * all.channels;
        if (all.simple) {
            four.read(s, all.next, image, count);
            for (std::size_t i = 0; i < count; ++i) y[i] = four.mixed(i, s.x, s.y);
        } else
            for (std::size_t i = 0; i < count; ++i)
                one_place(s.x, s.y, i).read(image + static_cast<std::size_t>(s.first[i]) * all.channels, all.next, all.channels, y + i * all.channels);
    });
}

ELBO_OUTLINE inline void slopes_row(const window& w, float* __restrict to, const float* __restrict from, const float* __restrict image, const float* places) {
    const strips_of_an_image all(w);
    strip_of_places          s, along;
    four_pixels              four;
    all.each([&](std::size_t begin, std::size_t count) {
        s.read(w, 0, places, all.places, begin, count, &along);
        const float* number = from + begin * all.channels;
        float *      x = to + begin, *y = to + all.places + begin;
        if (all.simple) {
            four.read(s, all.next, image, count);
            for (std::size_t i = 0; i < count; ++i) x[i] = number[i] * four.mixed(i, along.x, s.y), y[i] = number[i] * four.mixed(i, s.x, along.y);
        } else
            for (std::size_t i = 0; i < count; ++i, number += all.channels) {
                const float* pixel = image + static_cast<std::size_t>(s.first[i]) * all.channels;
                x[i] = one_place(along.x, s.y, i).dot(pixel, all.next, all.channels, number);
                y[i] = one_place(s.x, along.y, i).dot(pixel, all.next, all.channels, number);
            }
    });
}

// Places that follow one another mostly lie in the same pixels, where each would wait for the one before: of any four each
// adds to an image of its own.
ELBO_OUTLINE inline void splat_row(const window& w, int slopes, float* __restrict image, const float* __restrict from, const float* places) {
    constexpr std::size_t    most = 1024, copies = 4;
    const strips_of_an_image all(w);
    strip_of_places          s;
    four_pixels              four;
    float                    others[copies - 1][most];
    const bool               apart = all.simple && all.pixels <= most && all.places >= all.pixels;
    std::memset(image, 0, all.pixels * all.channels * sizeof(float));
    for (std::size_t k = 1; apart && k < copies; ++k) std::memset(others[k - 1], 0, all.pixels * sizeof(float));
    all.each([&](std::size_t begin, std::size_t count) {
        s.read(w, slopes, places, all.places, begin, count);
        if (apart) {
            for (std::size_t i = 0; i < count; ++i) {
                const float up = from[begin + i] * s.y[0][i], down = from[begin + i] * s.y[1][i];
                four.above[i] = {up * s.x[0][i], up * s.x[1][i]}, four.below[i] = {down * s.x[0][i], down * s.x[1][i]};
            }
            for (std::size_t i = 0; i < count; ++i) {
                float* pixel = (i % copies == 0 ? image : others[i % copies - 1]) + s.first[i];
                add_two(pixel, four.above[i]), add_two(pixel + all.next.below, four.below[i]);
            }
        } else
            for (std::size_t i = 0; i < count; ++i)
                one_place(s.x, s.y, i).add(image + static_cast<std::size_t>(s.first[i]) * all.channels, all.next, all.channels, from + (begin + i) * all.channels);
    });
    for (std::size_t i = 0; apart && i < all.pixels; ++i) image[i] += others[0][i] + others[1][i] + others[2][i];
}

}  // namespace elbo::kernels
