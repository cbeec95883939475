// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/minimal.hpp>

ELBO_COMPILED_ONCE

namespace elbo::kernels {

// Convolutions as products: the patches of an image are the rows of a matrix, (out_h out_w, kernel_h kernel_w in_c).
// Channels are last, so a patch is kernel_h runs. The built-in product needs no such matrix: of the pixels that one row of outputs
// reads by one row of the kernel, neighbours are `stride` pixels apart, and a sum over the kernel's rows, or over outputs, stays in
// registers. It reads rows of the image with their margins.

inline index patch_rows(const window& w) { return static_cast<index>(w.out_h) * static_cast<index>(w.out_w); }
inline index patch_cols(const window& w) { return static_cast<index>(w.kernel_h * w.kernel_w * w.in_c); }

// One row of the kernel over one row of the image: columns [from, to) of the kernel lie inside the image, and their
// pixels are one run.
struct kernel_run {
    int from, to;
};
inline kernel_run inside_of(const window& w, int ox) {
    const int left = ox * w.stride - w.pad;
    return {std::max(0, -left), std::min<int>(w.kernel_w, w.in_w - left)};
}

// Kernel rows [first, last) of every patch of one image, into a matrix with (last - first) kernel_w in_c columns.
ELBO_OUTLINE inline void gather_patches(const window& w, const float* image, float* patches, int first, int last) {
    const index ci = static_cast<index>(w.in_c), run = static_cast<index>(w.kernel_w) * ci;
    float*      to = patches;
    for (int oy = 0; oy < w.out_h; ++oy)
        for (int ox = 0; ox < w.out_w; ++ox) {
            const kernel_run in = inside_of(w, ox);
            for (int ky = first; ky < last; ++ky, to += run) {
                const int y = oy * w.stride + ky - w.pad;
                if (y < 0 || y >= w.in_h || in.from >= in.to) {
                    std::memset(to, 0, run * sizeof(float));
                    continue;
                }
                const float* from = image + static_cast<index>(y * w.in_w + ox * w.stride - w.pad + in.from) * ci;
                const index  skip = static_cast<index>(in.from) * ci, n = static_cast<index>(in.to - in.from) * ci;
                for (index k = 0; k < skip; ++k) to[k] = 0;
                if (n == 4) std::memcpy(to + skip, from, 4 * sizeof(float));
                else std::memcpy(to + skip, from, n * sizeof(float));
                for (index k = skip + n; k < run; ++k) to[k] = 0;
            }
        }
}
// The transpose: each patch is added back where it came from. Of a row, first those patches that do not overlap: what was just
// stored is not yet to be had as parts of it.
ELBO_OUTLINE inline void scatter_patches(const window& w, const float* patches, float* image, int first, int last) {
    const index ci = static_cast<index>(w.in_c), run = static_cast<index>(w.kernel_w) * ci, T = static_cast<index>(last - first) * run;
    const int   turns = (w.kernel_w + w.stride - 1) / w.stride;
    for (int oy = 0; oy < w.out_h; ++oy)
        for (int ky = first; ky < last; ++ky) {
            const int y = oy * w.stride + ky - w.pad;
            if (y < 0 || y >= w.in_h) continue;
            const float* row = patches + static_cast<index>(oy * w.out_w) * T + static_cast<index>(ky - first) * run;
            for (int turn = 0; turn < turns; ++turn)
                for (int ox = turn; ox < w.out_w; ox += turns) {
                    const kernel_run in = inside_of(w, ox);
                    if (in.from >= in.to) continue;
                    float*       to  = image + static_cast<index>(y * w.in_w + ox * w.stride - w.pad + in.from) * ci;
                    const float* add = row + static_cast<index>(ox) * T + static_cast<index>(in.from) * ci;
                    const index  n   = static_cast<index>(in.to - in.from) * ci;
                    if (n == 4)  // a number that the compiler knows
                        for (index k = 0; k < 4; ++k) to[k] += add[k];
                    else if (n >= simd::width) add_run(to, add, n);
                    else for (index k = 0; k < n; ++k) to[k] += add[k];
                }
        }
}

inline index padded_row(const window& w) { return static_cast<index>((w.in_w + 2 * w.pad) * w.in_c); }

// Row y of the image, which may be one above or below it, between its margins.
inline void copy_padded(const window& w, const float* image, int y, float* to) {
    const index row = static_cast<index>(w.in_w * w.in_c), margin = static_cast<index>(w.pad * w.in_c);
    if (y < 0 || y >= w.in_h) return std::memset(to, 0, padded_row(w) * sizeof(float)), void();
    std::fill_n(to, margin, 0.0f);
    std::memcpy(to + margin, image + static_cast<index>(y) * row, row * sizeof(float));
    std::fill_n(to + margin + row, margin, 0.0f);
}

// Outputs of a row that are worth a block of registers.
inline bool needs_no_patches(const frame& f, const window& w) {
    return f.product == &gemm::multiply && w.out_w >= 4 && w.kernel_h <= 16 && w.out_c >= static_cast<int>(gemm::lanes);
}

// A filter goes past every row of outputs: one that takes more than a quarter of a core's own cache is better off with patches, of
// which more rows go together (3 x 3 over 64 channels 250 against 225 GFLOP/s, over 128 222 against 241, over 256 163 against 259).
inline constexpr index small_filter = 65536;  // floats
inline bool            has_a_small_filter(const window& w) { return patch_cols(w) * static_cast<index>(w.out_c) <= small_filter; }

// y of one image; `padded` has room for it and its margins.
ELBO_OUTLINE inline void convolve_in_place(const window& w, const float* image, const float* filter, float* y, float* padded) {
    const index co = static_cast<index>(w.out_c), ci = static_cast<index>(w.in_c), run = static_cast<index>(w.kernel_w) * ci, row = padded_row(w);
    if (w.pad > 0) {
        for (int r = -w.pad; r < w.in_h + w.pad; ++r) copy_padded(w, image, r, padded + static_cast<index>(r + w.pad) * row);
        image = padded;
    }
    gemm::term terms[16];
    for (int oy = 0; oy < w.out_h; ++oy) {
        for (int ky = 0; ky < w.kernel_h; ++ky) terms[ky] = {image + static_cast<index>(oy * w.stride + ky) * row, filter + static_cast<index>(ky) * run * co};
        gemm::sum_of_terms(terms, static_cast<index>(w.kernel_h), static_cast<index>(w.out_w), co, run, static_cast<index>(w.stride) * ci, 1, co,
                           y + static_cast<index>(oy * w.out_w) * co, co, false, nullptr);
    }
}

// Back from outputs to the image, where the kernel is so many strides long: pixels at one place in a stride are a convolution of the
// outputs with the taps that reach them, so that nothing is added up in memory. Those taps' filters, transposed, are what goes past
// every row (3 x 3 over 64 channels: 261 against 215 GFLOP/s).
class image_in_place {
public:
    static bool serves(const frame& f, const window& w) {
        const int taps = w.kernel_w / w.stride;
        return f.product == &gemm::multiply && w.kernel_h == taps * w.stride && w.kernel_w == taps * w.stride && taps <= most_taps && w.in_h == w.stride * w.out_h &&
               w.in_w == w.stride * w.out_w && w.pad < w.stride * taps && w.out_w >= 4 && w.in_c >= static_cast<int>(gemm::lanes) && static_cast<index>(taps * taps * w.in_c * w.out_c) <= small_filter;
    }
    static index floats(const window& w) { return patch_cols(w) * static_cast<index>(w.out_c) + static_cast<index>(w.out_h) * row(w); }

    ELBO_OUTLINE image_in_place(const window& w, const float* filter, float* room) : w_(w), filters_(room), lines_(room + patch_cols(w) * static_cast<index>(w.out_c)) {
        const index ci = static_cast<index>(w.in_c), co = static_cast<index>(w.out_c);
        for (int by = 0; by < w.stride; ++by)
            for (int bx = 0; bx < w.stride; ++bx)
                for (int a = 0; a < taps(); ++a)
                    for (int b = taps() - 1; b >= 0; --b, room += ci * co)
                        gemm::transpose(filter + static_cast<index>((by + w.stride * a) * w.kernel_w + bx + w.stride * b) * ci * co, co, ci, co, room, ci);
        std::memset(lines_, 0, static_cast<index>(w.out_h) * row(w) * sizeof(float));
    }
    ELBO_OUTLINE void run(const float* dy, float* image) const {
        const index ci = static_cast<index>(w_.in_c), co = static_cast<index>(w_.out_c), run = static_cast<index>(taps()) * co, line = static_cast<index>(w_.out_w) * co;
        for (index oy = 0; oy < static_cast<index>(w_.out_h); ++oy) std::memcpy(lines_ + oy * row(w_) + margin(w_), dy + oy * line, line * sizeof(float));
        for (int place = 0; place < w_.stride * w_.stride; ++place)
            for (int by = place / w_.stride, bx = place % w_.stride, y = w_.stride * first(by) + by - w_.pad; y < w_.in_h; y += w_.stride) {
                const int    last = (y + w_.pad) / w_.stride, left = first(bx) - (taps() - 1);
                const float* filter = filters_ + static_cast<index>(place * taps()) * run * ci;
                gemm::term   terms[most_taps];
                index        count = 0;
                for (int a = 0; a < taps(); ++a)
                    if (last - a >= 0 && last - a < w_.out_h)
                        terms[count++] = {lines_ + static_cast<index>(last - a) * row(w_) + margin(w_) + left * static_cast<std::ptrdiff_t>(co), filter + static_cast<index>(a) * run * ci};
                gemm::sum_of_terms(terms, count, static_cast<index>(w_.out_w), ci, run, co, 1, ci,
                                   image + static_cast<index>(y * w_.in_w + w_.stride * first(bx) + bx - w_.pad) * ci, static_cast<index>(w_.stride) * ci, false, nullptr);
            }
    }

private:
    static constexpr int most_taps = 8;

    int          taps() const { return w_.kernel_w / w_.stride; }
    int          first(int bx) const { return (w_.pad - bx + w_.stride - 1) / w_.stride; }  // in strides: of the pixels inside, at that place in a stride
    static index margin(const window& w) { return static_cast<index>(w.kernel_w / w.stride * w.out_c); }
    static index row(const window& w) { return static_cast<index>(w.out_w * w.out_c) + 2 * margin(w); }

    const window& w_;
    float *       filters_, *lines_;
};

// Rows of outputs whose part of a filter gradient is summed in one go.
inline index rows_of_outputs_together(const window& w) {
    constexpr index most = 64, cache = 32768;  // floats of the image that they read
    return std::clamp<index>(cache / padded_row(w), 1, most);
}
// Row ky of the kernel, of the gradient of all samples: (kernel_w in_c, out_c), added to what is there.
ELBO_OUTLINE inline void filter_gradient_in_place(const window& w, const float* x, const float* dy, index samples, int ky, float* to, bool add, float* rows) {
    const index co = static_cast<index>(w.out_c), ci = static_cast<index>(w.in_c), together = rows_of_outputs_together(w), row = padded_row(w);
    const index all = samples * static_cast<index>(w.out_h), image = static_cast<index>(w.in_h * w.in_w) * ci, of_output = static_cast<index>(w.out_w) * co;
    gemm::term  terms[64];
    for (index first = 0; first < all; first += together) {
        const index some = std::min(together, all - first);
        for (index k = 0; k < some; ++k) {
            const index sample = (first + k) / static_cast<index>(w.out_h);
            const int   oy     = static_cast<int>((first + k) % static_cast<index>(w.out_h));
            copy_padded(w, x + sample * image, oy * w.stride + ky - w.pad, rows + k * row);
            terms[k] = {rows + k * row, dy + (first + k) * of_output};
        }
        gemm::sum_of_terms(terms, some, static_cast<index>(w.kernel_w) * ci, co, static_cast<index>(w.out_w), 1, static_cast<index>(w.stride) * ci, co, to, co, add || first > 0, nullptr);
    }
}

// As few as make a panel of columns.
inline int rows_of_kernel_together(const window& w) {
    const int run = w.kernel_w * w.in_c;
    return std::min<int>(w.kernel_h, (static_cast<int>(gemm::panel) + run - 1) / run);
}
// A filter as products read it, made once for some images: for outputs as it is, (T, co); back, its transpose, a matrix for each of
// those few rows. The built-in product has a large one in panels: its rows, a power of two apart, would leave the caches before they
// are read again (200 GFLOP/s instead of 235).
class turned_filter {
public:
    static index floats(const window& w) {
        const index co = static_cast<index>(w.out_c), T = patch_cols(w);
        return std::max(gemm::packed_floats(T, co), groups(w) * gemm::packed_floats(co, static_cast<index>(rows_of_kernel_together(w) * w.kernel_w * w.in_c)));
    }
    turned_filter(const frame& f, const window& w, bool back, const float* filter, float* room) : f_(f), w_(w), filter_(filter), room_(room) {
        const index co = static_cast<index>(w.out_c), T = patch_cols(w);
        if (!back && in_panels()) gemm::pack(false, T, co, filter, room, 0, panels(co));
        for (int ky = 0; back && ky < w.kernel_h; ky += rows_of_kernel_together(w)) {
            if (in_panels()) gemm::pack(true, co, columns(ky), filter + before(ky), at(ky), 0, panels(columns(ky)));
            else gemm::transpose(filter + before(ky), co, columns(ky), co, at(ky), columns(ky));
        }
    }

    // y = patches filter
    void outputs(const float* patches, float* y, float* rest) const {
        const index P = patch_rows(w_), T = patch_cols(w_), co = static_cast<index>(w_.out_c);
        if (in_panels()) gemm::rows_times_packed(P, co, T, {patches, T, 1}, room_, y, co, rest);
        else f_.product(false, false, P, co, T, patches, T, filter_, co, y, co, false, rest);
    }
    // What an image gets back of its patches' gradients: a few of the kernel's rows at a time, whose patches stay in the cache.
    void image(const float* dy, float* to, float* patches, float* rest) const {
        const index P = patch_rows(w_), co = static_cast<index>(w_.out_c);
        const int   some = rows_of_kernel_together(w_);
        std::memset(to, 0, static_cast<index>(w_.in_h * w_.in_w * w_.in_c) * sizeof(float));
        for (int ky = 0; ky < w_.kernel_h; ky += some) {
            const index T = columns(ky);
            if (in_panels()) gemm::rows_times_packed(P, T, co, {dy, co, 1}, at(ky), patches, T, rest);
            else f_.product(false, false, P, T, co, dy, co, at(ky), T, patches, T, false, rest);
            scatter_patches(w_, patches, to, ky, std::min<int>(w_.kernel_h, ky + some));
        }
    }

private:
    static index panels(index n) { return (n + gemm::panel - 1) / gemm::panel; }
    static index groups(const window& w) { return static_cast<index>((w.kernel_h + rows_of_kernel_together(w) - 1) / rows_of_kernel_together(w)); }

    bool   in_panels() const { return f_.product == &gemm::multiply && patch_cols(w_) * static_cast<index>(w_.out_c) >= 65536; }
    index  columns(int ky) const { return static_cast<index>(std::min<int>(rows_of_kernel_together(w_), w_.kernel_h - ky) * w_.kernel_w * w_.in_c); }
    index  before(int ky) const { return static_cast<index>(ky * w_.kernel_w * w_.in_c) * static_cast<index>(w_.out_c); }
    float* at(int ky) const { return room_ + static_cast<index>(ky / rows_of_kernel_together(w_)) * gemm::packed_floats(static_cast<index>(w_.out_c), columns(0)); }

    const frame&  f_;
    const window& w_;
    const float*  filter_;
    float*        room_;
};

ELBO_OUTLINE inline void convolve_rows(const frame& f, node_id id, index first, index last, float* scratch) {
    const node&   n = f.t[id];
    const window& w = f.t.windows[static_cast<index>(n.i)];
    const bool    back = n.what == verb::conv_data, in_place = !back && has_a_small_filter(w) && needs_no_patches(f, w);
    const float*  filter = f.at[static_cast<index>(n.b)];
    const float*  packed = f.packed[static_cast<index>(id)];
    const auto    a = [&](index r) { return f.at[static_cast<index>(n.a)] + r * f.cols(n.a); };
    const auto    y = [&](index r) { return f.at[static_cast<index>(id)] + r * static_cast<index>(n.e.cols); };
    if (packed != nullptr) return minimal_convolution(w).outputs(back, a(first), last - first, packed, y(first), scratch);
    for (index r = first; in_place && r < last; ++r) convolve_in_place(w, a(r), filter, y(r), scratch);
    if (in_place) return;
    if (back && image_in_place::serves(f, w)) {
        const image_in_place onto(w, filter, scratch);
        for (index r = first; r < last; ++r) onto.run(a(r), y(r));
        return;
    }
    float* const        patches = scratch + turned_filter::floats(w);
    float* const        rest    = patches + patch_rows(w) * patch_cols(w);
    const turned_filter turned(f, w, back, filter, scratch);
    for (index r = first; r < last; ++r) {
        if (back) turned.image(a(r), y(r), patches, rest);
        else {
            gather_patches(w, a(r), patches, 0, w.kernel_h);
            turned.outputs(patches, y(r), rest);
        }
    }
}

// Images that one product of a filter gradient takes together.
inline constexpr index images_together = 4;

// A part of the gradient in its minimal form.
ELBO_OUTLINE inline void minimal_gradient(const frame& f, node_id id, float* to, const float* before, index samples, int part, float* scratch) {
    const node&               n = f.t[id];
    const minimal_convolution convolution(f.t.windows[static_cast<index>(n.i)]);
    convolution.each_run_of_gradient(part, [&](index first, index size) {
        if (before == nullptr) std::memset(to + first, 0, size * sizeof(float));
        else if (before != to) std::memcpy(to + first, before + first, size * sizeof(float));
    });
    convolution.add_gradient(f.at[static_cast<index>(n.a)], f.at[static_cast<index>(n.b)], samples, part, to, scratch);
}

// Kernel rows [first, last) of the filter gradient: the whole batch in order, so that the sum's order is fixed. It is
// added to what is in `before`, which may be where it goes, or null.
ELBO_OUTLINE inline void filter_gradient(const frame& f, node_id id, float* to, const float* before, index samples, int first, int last, float* scratch) {
    const node&   n = f.t[id];
    const window& w = f.t.windows[static_cast<index>(n.i)];
    const index   P = patch_rows(w), co = static_cast<index>(w.out_c);
    const index   row = static_cast<index>(w.kernel_w * w.in_c), T = static_cast<index>(last - first) * row;
    float*        patches = scratch;
    float*        rest    = scratch + images_together * P * patch_cols(w);
    const index   skipped = static_cast<index>(first) * row * co;
    float*        y       = to + skipped;
    if (before != nullptr && before != to) std::memcpy(y, before + skipped, T * co * sizeof(float));
    if (before == nullptr && samples == 0) std::memset(y, 0, T * co * sizeof(float));
    if (needs_no_patches(f, w)) {
        for (int ky = first; ky < last; ++ky)
            filter_gradient_in_place(w, f.at[static_cast<index>(n.a)], f.at[static_cast<index>(n.b)], samples, ky, to + static_cast<index>(ky) * row * co, before != nullptr, scratch);
        return;
    }
    for (index r = 0; r < samples; r += images_together) {
        const index images = std::min(images_together, samples - r);
        for (index k = 0; k < images; ++k)
            gather_patches(w, f.at[static_cast<index>(n.a)] + (r + k) * f.cols(n.a), patches + k * P * T, first, last);
        f.product(true, false, T, co, images * P, patches, T, f.at[static_cast<index>(n.b)] + r * f.cols(n.b), co, y, co, before != nullptr || r > 0, rest);
    }
}

ELBO_OUTLINE inline void pool_rows(const frame& f, node_id id, index first, index last) {
    const node&   n  = f.t[id];
    const window& w  = f.t.windows[static_cast<index>(n.i)];
    const index   ci = static_cast<index>(w.in_c), C = static_cast<index>(n.e.cols);
    for (index r = first; r < last; ++r) {
        const float* a = f.at[static_cast<index>(n.a)] + r * f.cols(n.a);
        float*       y = f.at[static_cast<index>(id)] + r * C;
        if (n.what != verb::argmax) std::memset(y, 0, C * sizeof(float));
        for (int oy = 0; oy < w.out_h; ++oy)
            for (int ox = 0; ox < w.out_w; ++ox) {
                const index out  = static_cast<index>(oy * w.out_w + ox) * ci;
                bool        seen = false;
                for (int tap = 0; tap < w.kernel_h * w.kernel_w; ++tap) {
                    const int iy = oy * w.stride + tap / w.kernel_w - w.pad, ix = ox * w.stride + tap % w.kernel_w - w.pad;
                    if (iy < 0 || iy >= w.in_h || ix < 0 || ix >= w.in_w) continue;
                    const index in = static_cast<index>(iy * w.in_w + ix) * ci;
                    for (index c = 0; c < ci; ++c)
                        if (n.what == verb::pool) y[out + c] += a[in + c];
                        else if (n.what == verb::unpool) y[in + c] += a[out + c];
                        else if (!seen || a[in + c] > a[static_cast<index>(y[out + c])]) y[out + c] = static_cast<float>(in + c);
                    seen = true;
                }
            }
    }
}

inline index scratch_of(const tape& t, const node& n) {
    switch (n.what) {
        case verb::product: return gemm::scratch_floats(static_cast<index>(t[n.a].e.cols)) + 4096;
        case verb::batched: return gemm::scratch_floats(static_cast<index>(t[n.a].e.cols));
        case verb::conv: case verb::conv_data: case verb::conv_filter: {
            const window& w = t.windows[static_cast<index>(n.i)];
            const index   P = patch_rows(w), T = patch_cols(w), co = static_cast<index>(w.out_c);
            const index padded = padded_row(w) * std::max(static_cast<index>(w.in_h + 2 * w.pad), rows_of_outputs_together(w));
            const index minimal = has_minimal_form(w) ? minimal_convolution(w).scratch_floats() : 0;
            return std::max({padded, minimal, image_in_place::floats(w), images_together * P * T + turned_filter::floats(w) + gemm::scratch_floats(std::max({T, images_together * P, co}))});
        }
        default: return 0;
    }
}

}  // namespace elbo::kernels
