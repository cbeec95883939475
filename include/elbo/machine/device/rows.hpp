// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/between.hpp>
#include <elbo/machine/device/elements.hpp>
#include <elbo/machine/triangle.hpp>

// Verbs of rows: what a device computes for each element, or each row, of a result from the same row of its operands.

namespace elbo::on_device {

// y[b[j]] += a[j] in each row, blocks of `width`. Each thread has one number of a block and a range of the blocks, and
// goes through all of a's in order: no two add to one place, so a sum has one order.
struct scatter_rows {
    static constexpr index parts = 16;

    const float* a;
    operand      where;
    float*       y;
    index        cols, cols_of_a, width;

    index turns() const { return width * parts; }

    ELBO_HD void operator()(index i) const {
        const index  lane = i % width, part = i / width % parts, r = i / (width * parts), blocks = cols / width;
        const index  first = static_cast<index>(static_cast<std::uint64_t>(part) * blocks / parts);
        const index  last  = static_cast<index>((static_cast<std::uint64_t>(part) + 1) * blocks / parts);
        float*       to    = y + static_cast<std::size_t>(r) * cols;
        const float* from  = a + static_cast<std::size_t>(r) * cols_of_a;
        const float* place = where.row(r);
        for (index b = first; b < last; ++b) to[b * width + lane] = 0;
        for (index j = 0; j < cols_of_a / width; ++j) {
            const auto b = static_cast<index>(place[j]);
            if (b >= first && b < last) to[b * width + lane] += from[j * width + lane];
        }
    }
};

// Images between pixels: the four pixels around a place, and what each weighs.
struct around_place {
    index first, right, below;
    float x[2], y[2];

    ELBO_HD around_place(const window& w, int slopes, const float* places, index all, index p) {
        const auto across = pixels_around(places[p], w.in_w), down = pixels_around(places[all + p], w.in_h);
        right = w.in_w > 1 ? 1 : 0, below = w.in_h > 1 ? static_cast<index>(w.in_w) : 0;
        first = static_cast<index>(down.first) * static_cast<index>(w.in_w) + static_cast<index>(across.first);
        for (int k = 0; k < 2; ++k) x[k] = slopes & 1 ? across.slope[k] : across.weight[k], y[k] = slopes & 2 ? down.slope[k] : down.weight[k];
    }
    ELBO_HD float of(const float* image, index channels) const {
        const auto at = [&](index pixel) { return image[pixel * channels]; };
        return y[0] * (x[0] * at(first) + x[1] * at(first + right)) + y[1] * (x[0] * at(first + below) + x[1] * at(first + below + right));
    }
};
// A turn for each number of the result.
struct interpolate_rows {
    window       w;
    int          slopes;
    const float* images;
    operand      where;
    float*       y;

    ELBO_HD void operator()(index i) const {
        const index channels = static_cast<index>(w.in_c), all = static_cast<index>(w.out_h * w.out_w), c = i % channels, p = i / channels % all, r = i / (channels * all);
        const float* image = images + static_cast<std::size_t>(r) * static_cast<std::size_t>(w.in_h * w.in_w) * channels;
        y[i]               = around_place(w, slopes, where.row(r), all, p).of(image + c, channels);
    }
};
// A turn for each place.
struct slopes_rows {
    window       w;
    const float* a;
    operand      where;
    const float* images;
    float*       y;

    ELBO_HD void operator()(index i) const {
        const index  channels = static_cast<index>(w.in_c), all = static_cast<index>(w.out_h * w.out_w), p = i % all, r = i / all;
        const float* image = images + static_cast<std::size_t>(r) * static_cast<std::size_t>(w.in_h * w.in_w) * channels;
        const float* number = a + static_cast<std::size_t>(i) * channels;
        const around_place x(w, 1, where.row(r), all, p), down(w, 2, where.row(r), all, p);
        float              along[2] = {0, 0};
        for (index c = 0; c < channels; ++c) along[0] += number[c] * x.of(image + c, channels), along[1] += number[c] * down.of(image + c, channels);
        float* to = y + static_cast<std::size_t>(r) * 2 * all + p;
        to[0] = along[0], to[all] = along[1];
    }
};
// Each turn has one channel of a range of an image's pixels, as in scatter_rows.
struct splat_rows {
    static constexpr index parts = 16;

    window       w;
    int          slopes;
    const float* a;
    operand      where;
    float*       y;

    index turns() const { return static_cast<index>(w.in_c) * parts; }

    ELBO_HD void operator()(index i) const {
        const index  channels = static_cast<index>(w.in_c), all = static_cast<index>(w.out_h * w.out_w), pixels = static_cast<index>(w.in_h * w.in_w);
        const index  c = i % channels, part = i / channels % parts, r = i / (channels * parts);
        const index  first = static_cast<index>(static_cast<std::uint64_t>(part) * pixels / parts);
        const index  last  = static_cast<index>((static_cast<std::uint64_t>(part) + 1) * pixels / parts);
        float*       to    = y + static_cast<std::size_t>(r) * pixels * channels + c;
        const float* from  = a + static_cast<std::size_t>(r) * all * channels + c;
        for (index pixel = first; pixel < last; ++pixel) to[pixel * channels] = 0;
        for (index p = 0; p < all; ++p) {
            const around_place at(w, slopes, where.row(r), all, p);
            for (int v = 0; v < 2; ++v)
                for (int u = 0; u < 2; ++u) {
                    const index pixel = at.first + (v == 0 ? 0 : at.below) + (u == 0 ? 0 : at.right);
                    if (pixel >= first && pixel < last) to[pixel * channels] += at.y[v] * at.x[u] * from[p * channels];
                }
        }
    }
};

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
// The same by blocks: each has one channel of a stretch of an image and keeps it beside the processor. It finds the pixels
// around the places once, then each thread adds up what comes to its own few, place after place.
struct splat_by_block {
    static constexpr unsigned threads = 256;
    static constexpr index    most    = 4096;  // pixels of a stretch

    window       w;
    int          slopes;
    const float* a;
    operand      where;
    float*       y;

    ELBO_HD index pixels() const { return static_cast<index>(w.in_h * w.in_w); }
    ELBO_HD index stretches() const { return (pixels() + most - 1) / most; }
    std::size_t   blocks(std::size_t rows) const { return rows * static_cast<std::size_t>(w.in_c) * stretches(); }

    __device__ void operator()(index block, index thread) const {
        __shared__ float image[most], weights[threads][4], numbers[threads];
        __shared__ index first_pixel[threads];
        const index  channels = static_cast<index>(w.in_c), all = static_cast<index>(w.out_h * w.out_w);
        const index  start = block % stretches() * most, c = block / stretches() % channels, r = block / (stretches() * channels);
        const index  some = pixels() - start < most ? pixels() - start : most;
        const index  begin = start + thread * some / threads, end = start + (thread + 1) * some / threads;  // its own
        const index  right = w.in_w > 1 ? 1 : 0, below = w.in_h > 1 ? static_cast<index>(w.in_w) : 0;
        const float* from  = a + static_cast<std::size_t>(r) * all * channels + c;
        for (index k = begin; k < end; ++k) image[k - start] = 0;
        for (index done = 0; done < all; done += threads) {
            const index here = all - done < threads ? all - done : threads;
            if (thread < here) {
                const around_place at(w, slopes, where.row(r), all, done + thread);
                first_pixel[thread] = at.first;
                numbers[thread]     = from[(done + thread) * channels];
                for (int k = 0; k < 4; ++k) weights[thread][k] = at.y[k / 2] * at.x[k % 2];
            }
            __syncthreads();
            for (index p = 0; p < here; ++p) {
                const index first = first_pixel[p];
                if (first >= end || first + below + right < begin) continue;
                for (int k = 0; k < 4; ++k)
                    if (const index pixel = first + (k < 2 ? 0 : below) + (k % 2 == 0 ? 0 : right); pixel >= begin && pixel < end)
                        image[pixel - start] += weights[p][k] * numbers[p];
            }
            __syncthreads();
        }
        float* to = y + (static_cast<std::size_t>(r) * pixels() + start) * channels + c;
        for (index k = thread; k < some; k += threads) to[static_cast<std::size_t>(k) * channels] = image[k];
    }
};
#endif
inline void splat_on(const queue& q, const window& w, int slopes, const float* a, operand where, float* y, std::size_t rows) {
#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
    const splat_by_block f{w, slopes, a, where, y};
    q.each_block(f.blocks(rows), f);
#else
    const splat_rows f{w, slopes, a, where, y};
    q.each(rows * f.turns(), f);
#endif
}

// One small matrix a row: element (p, q) of op(a) op(b).
struct multiply_rows {
    const float *a, *b;
    float*       y;
    index        m, n, inner;
    bool         ta, tb;

    ELBO_HD void operator()(index i) const {
        const index  r = i / (m * n), p = i % (m * n) / n, q = i % n;
        const float* left  = a + static_cast<std::size_t>(r) * m * inner;
        const float* right = b + static_cast<std::size_t>(r) * inner * n;
        left += ta ? p : p * inner, right += tb ? q * inner : q;
        const index along = ta ? m : 1, down = tb ? 1 : n;
        float       s     = 0;
        for (index k = 0; k < inner; ++k) s += left[k * along] * right[k * down];
        y[i] = s;
    }
};

struct logsumexp_of_rows {
    const float* a;
    float*       y;
    index        cols;

    ELBO_HD void operator()(index r) const {
        using std::exp, std::log;
        const float* row  = a + static_cast<std::size_t>(r) * cols;
        float        most = row[0], s = 0;
        for (index c = 1; c < cols; ++c) most = row[c] > most ? row[c] : most;
        for (index c = 0; c < cols; ++c) s += exp(row[c] - most);
        y[r] = most + log(s);
    }
};

struct solve_rows {
    const float *lower, *b;
    float*       y;
    int          order, columns;
    bool         transposed;

    ELBO_HD void operator()(index r) const {
        const std::size_t of_b = static_cast<std::size_t>(r) * static_cast<std::size_t>(order * columns);
        solve_triangle(lower + static_cast<std::size_t>(r) * static_cast<std::size_t>(order * order), b + of_b, y + of_b, order, columns, transposed);
    }
};

struct cholesky_of_rows {
    const float* a;
    float*       y;
    int          order;

    ELBO_HD void operator()(index r) const {
        const std::size_t at = static_cast<std::size_t>(r) * static_cast<std::size_t>(order * order);
        cholesky_triangle(a + at, y + at, order);
    }
};

// y = f(y + row), what a product leaves to do.
struct finish_product {
    float*  y;
    operand row;  // null: none
    formula f;
    index   cols;

    ELBO_HD void operator()(index i) const {
        const float x = row.at == nullptr ? y[i] : y[i] + row.row(i / cols)[row.cols == 1 ? 0 : i % cols];
        y[i]          = f.number < 0 ? x : apply_unary(f, x);
    }
};

struct fill_with {
    float* y;
    float  value;

    ELBO_HD void operator()(index i) const { y[i] = value; }
};

// Several pieces of memory into others, in one launch.
struct piece {
    const float* from;
    float*       to;
    index        end;  // of it, counted through all pieces
};
struct copy_pieces {
    const piece* pieces;

    ELBO_HD void operator()(index i) const {
        index begin = 0;
        for (const piece* p = pieces;; begin = p->end, ++p)
            if (i < p->end) {
                p->to[i - begin] = p->from[i - begin];
                return;
            }
    }
};

}  // namespace elbo::on_device
