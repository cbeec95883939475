// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/products.hpp>

// Convolutions as products: every window of an image is a row of (tap, channel), `patches`. A few images at a time, so
// that the patches stay within bounds.
//     conv         y = patches(x) w                 conv_filter   w = patches(x)' y, summed over images
//     conv_data    patches(x) = y w', and each pixel of x is the sum of the windows that it lies in

namespace elbo::on_device {

struct window_shape {
    int in_c, in_h, in_w, out_c, out_h, out_w, kernel_h, kernel_w, stride, pad;

    explicit window_shape(const window& w)
        : in_c(w.in_c), in_h(w.in_h), in_w(w.in_w), out_c(w.out_c), out_h(w.out_h), out_w(w.out_w), kernel_h(w.kernel_h), kernel_w(w.kernel_w), stride(w.stride), pad(w.pad) {}

    ELBO_HD index in_size() const { return static_cast<index>(in_c * in_h * in_w); }
    ELBO_HD index out_pixels() const { return static_cast<index>(out_h * out_w); }
    ELBO_HD index patch() const { return static_cast<index>(kernel_h * kernel_w * in_c); }

    // Which output pixel reads input pixel (iy, ix) by tap (ky, kx), or -1.
    ELBO_HD int reader(int iy, int ix, int ky, int kx) const {
        const int y = iy + pad - ky, x = ix + pad - kx;
        if (y < 0 || x < 0 || y % stride != 0 || x % stride != 0) return -1;
        return y / stride < out_h && x / stride < out_w ? y / stride * out_w + x / stride : -1;
    }
    // Which input pixel tap (ky, kx) of output pixel `out` is, or -1.
    ELBO_HD int read(int out, int ky, int kx) const {
        const int y = out / out_w * stride + ky - pad, x = out % out_w * stride + kx - pad;
        return y >= 0 && y < in_h && x >= 0 && x < in_w ? y * in_w + x : -1;
    }
};

// How many channels of a pixel one turn does: a GPU's neighbours do neighbouring ones, a processor goes along.
inline index channels_together([[maybe_unused]] const window_shape& w) {
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
    return 1;
#else
    return static_cast<index>(w.in_c);
#endif
}

struct gather_patches {
    const float* x;
    float*       patches;
    window_shape w;
    index        together;

    ELBO_HD void operator()(index turn) const {
        const index i = turn * together, of_window = i % w.patch(), c = of_window % static_cast<index>(w.in_c);
        const int   tap = static_cast<int>(of_window) / w.in_c;
        const index out = i / w.patch() % w.out_pixels(), r = i / w.patch() / w.out_pixels();
        const int   in = w.read(static_cast<int>(out), tap / w.kernel_w, tap % w.kernel_w);
        const float* from = x + static_cast<std::size_t>(r) * w.in_size() + static_cast<index>(in < 0 ? 0 : in * w.in_c) + c;
        for (index k = 0; k < together; ++k) patches[i + k] = in < 0 ? 0.0f : from[k];
    }
};

struct add_up_patches {
    const float* patches;
    float*       x;
    window_shape w;
    index        together;

    ELBO_HD void operator()(index turn) const {
        const index  i = turn * together, c = i % static_cast<index>(w.in_c), pixel = i / static_cast<index>(w.in_c) % static_cast<index>(w.in_h * w.in_w);
        const float* of_image = patches + static_cast<std::size_t>(i / w.in_size()) * w.out_pixels() * w.patch();
        for (index k = 0; k < together; ++k) x[i + k] = 0;
        for (int ky = 0; ky < w.kernel_h; ++ky)
            for (int kx = 0; kx < w.kernel_w; ++kx)
                if (const int out = w.reader(static_cast<int>(pixel) / w.in_w, static_cast<int>(pixel) % w.in_w, ky, kx); out >= 0) {
                    const float* from = of_image + static_cast<index>(out) * w.patch() + static_cast<index>((ky * w.kernel_w + kx) * w.in_c) + c;
                    for (index k = 0; k < together; ++k) x[i + k] += from[k];
                }
    }
};

// Sums over windows, their transpose, and where each window's largest number is.
struct pool_windows {
    verb         what;
    const float* a;
    float*       y;
    window_shape w;

    ELBO_HD void operator()(index i) const {
        const int channels = w.in_c;
        const int c = static_cast<int>(i % static_cast<index>(channels));
        if (what == verb::unpool) {
            const index  pixel = i / static_cast<index>(channels) % static_cast<index>(w.in_h * w.in_w), r = i / w.in_size();
            const float* row = a + static_cast<std::size_t>(r) * w.out_pixels() * static_cast<index>(channels);
            float        s = 0;
            for (int ky = 0; ky < w.kernel_h; ++ky)
                for (int kx = 0; kx < w.kernel_w; ++kx)
                    if (const int out = w.reader(static_cast<int>(pixel) / w.in_w, static_cast<int>(pixel) % w.in_w, ky, kx); out >= 0)
                        s += row[out * channels + c];
            y[i] = s;
            return;
        }
        const index  out = i / static_cast<index>(channels) % w.out_pixels(), r = i / static_cast<index>(channels) / w.out_pixels();
        const float* row = a + static_cast<std::size_t>(r) * w.in_size();
        float        s = 0, best = 0;
        int          where = -1;
        for (int ky = 0; ky < w.kernel_h; ++ky)
            for (int kx = 0; kx < w.kernel_w; ++kx) {
                const int in = w.read(static_cast<int>(out), ky, kx);
                if (in < 0) continue;
                const float x = row[in * channels + c];
                s += x;
                if (where < 0 || x > best) best = x, where = in * channels + c;
            }
        y[i] = what == verb::pool ? s : static_cast<float>(where < 0 ? 0 : where);
    }
};

// Of the images that a convolution takes at a time.
inline constexpr std::size_t most_patches = std::size_t{1} << 26;  // floats: 256 MiB

inline std::size_t images_at_once(const window& w, std::size_t rows) {
    const window_shape s(w);
    return std::max<std::size_t>(1, std::min(rows, most_patches / (std::size_t{s.out_pixels()} * s.patch())));
}
inline std::size_t scratch_of_convolution(const window& w, std::size_t rows) {
    const window_shape s(w);
    return images_at_once(w, rows) * s.out_pixels() * s.patch();
}

inline void convolve(const queue& q, multiplier& times, const node& n, const window& shape, std::size_t rows, const float* a, const float* b,
                     const float* before, float* y, float* patches, std::size_t turn) {
    const window_shape w(shape);
    const index        together = channels_together(w);
    const std::size_t  pixels = w.out_pixels(), patch = w.patch(), at_once = images_at_once(shape, rows), co = static_cast<std::size_t>(w.out_c);
    for (std::size_t first = 0; first < rows; first += at_once) {
        const std::size_t some = std::min(at_once, rows - first), windows = some * pixels;
        if (n.what == verb::conv_data) {
            times(q, {.ta = false, .tb = true, .m = windows, .n = patch, .inner = co, .a = a + first * pixels * co, .b = b, .y = patches}, turn);
            q.each(some * w.in_size() / together, add_up_patches{patches, y + first * w.in_size(), w, together});
            continue;
        }
        q.each(windows * patch / together, gather_patches{a + first * w.in_size(), patches, w, together});
        if (n.what == verb::conv)
            times(q, {.m = windows, .n = co, .inner = patch, .a = patches, .b = b, .y = y + first * pixels * co}, turn);
        else
            times(q, {.ta = true, .m = patch, .n = co, .inner = windows, .a = patches, .b = b + first * pixels * co, .before = first > 0 ? y : before, .y = y}, turn);
    }
    if (rows == 0 && n.what == verb::conv_filter) {
        if (before != nullptr) q.copy(y, before, patch * co * sizeof(float));
        else q.each(patch * co, fill_with{y, 0.0f});
    }
}

}  // namespace elbo::on_device
