// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/rows.hpp>
#include <elbo/tape/minimal.hpp>

// Convolutions of tape/minimal.hpp. The rows of a product are the tiles of some images, row by row of tiles. What is multiplied is
// summed down first, whole rows of an image at a time, with their margins, and then across. All time goes into those sums and the
// products: the rest says what is summed, and is compiled to be small.

ELBO_COMPILED_ONCE

namespace elbo::kernels {

// A few runs of numbers, each times its factor.
struct few_runs {
    static constexpr int most = minimal_row::most_outputs * minimal_row::most_outputs;

    const float* from[most];
    float        times[most];
    int          count = 0;

    void add(const float* run, float factor) { from[count] = run, times[count++] = factor; }
};
// Their sum again and again: so many times, what is read and what is written so far on.
struct again {
    index many = 1, step = 0, y_step = 0;
};
template <int Count>
void sum_few(const few_runs& x, int first, float* y, index length, again inner, again outer, bool add) {
    const index  whole = length - length % simd::width;
    const float* from[Count];
    simd::pack   times[Count];
    for (int t = 0; t < Count; ++t) from[t] = x.from[first + t], times[t] = simd::splat(x.times[first + t]);
    for (index o = 0; o < outer.many; ++o)
        for (index r = 0; r < inner.many; ++r) {
            const index at = o * outer.step + r * inner.step;
            float*      to = y + o * outer.y_step + r * inner.y_step;
            for (index i = 0; i < whole; i += simd::width) {
                simd::pack sum = simd::load(from[0] + at + i) * times[0];
                for (int t = 1; t < Count; ++t) sum = sum + simd::load(from[t] + at + i) * times[t];
                simd::store(to + i, add ? simd::load(to + i) + sum : sum);
            }
            for (index i = whole; i < length; ++i) {
                float sum = from[0][at + i] * x.times[first];
                for (int t = 1; t < Count; ++t) sum += from[t][at + i] * x.times[first + t];
                to[i] = add ? to[i] + sum : sum;
            }
        }
}
ELBO_OUTLINE inline void sum_few_runs(const few_runs& x, float* y, index length, again inner, again outer, bool add) {
    constexpr std::array sums{&sum_few<1>, &sum_few<2>, &sum_few<3>, &sum_few<4>};
    for (index o = 0; x.count == 0 && !add && o < outer.many; ++o)
        for (index r = 0; r < inner.many; ++r) std::memset(y + o * outer.y_step + r * inner.y_step, 0, length * sizeof(float));
    for (int first = 0; first < x.count; add = true) {
        const int left = x.count - first, some = left > 4 ? 3 : left;
        sums[static_cast<index>(some - 1)](x, first, y, length, inner, outer, add);
        first += some;
    }
}

class minimal_convolution {
public:
    explicit minimal_convolution(const window& w) : w_(w), down_{w.out_h}, across_{w.out_w} {}

    index floats_of_one(bool back) const {
        const index ci = static_cast<index>(w_.in_c), co = static_cast<index>(w_.out_c);
        return back ? gemm::packed_floats(co, ci) : gemm::packed_floats(static_cast<index>(w_.stride * w_.stride) * ci, co);
    }
    // What product `number` of a filter multiplies by; `spare` has room for the filter's part of it.
    ELBO_COLD void make(bool back, const float* filter, int number, float* to, float* spare) const {
        const index ci = static_cast<index>(w_.in_c), co = static_cast<index>(w_.out_c), places = static_cast<index>(w_.stride);
        const int   cx = number % across_.points(), cy = number / across_.points() % down_.points(), place = number / across_.points() / down_.points();
        if (!back) {
            const index run = places * ci * co;
            for (int by = 0; by < w_.stride; ++by) taps(cy, cx, false, filter + row_of(by, 0), run, spare + static_cast<index>(by) * run);
            gemm::pack(false, places * places * ci, co, spare, to, 0, panels(co));
        } else {
            taps(cy, cx, true, filter + row_of(place / w_.stride, place % w_.stride), ci * co, spare);
            gemm::pack(true, co, ci, spare, to, 0, panels(ci));
        }
    }
    // y of some images, or what images get back of their y's gradient. `filters` are all products', one behind the other.
    ELBO_COLD void outputs(bool back, const float* x, index images, const float* filters, float* y, float* scratch) const {
        const index together = images_together(back), groups = (images + together - 1) / together;
        for (index g = 0; g < groups; ++g) {
            const index first = g * images / groups, some = (g + 1) * images / groups - first;
            if (!back) {
                correlate(of_image(0, 0, w_.stride), of_result(0, 0), x + first * in_size(), some, filters, y + first * out_size(), scratch);
                continue;
            }
            const float* at = filters;
            for (int by = 0; by < w_.stride; ++by)
                for (int bx = 0; bx < w_.stride; ++bx, at += products() * floats_of_one(true)) {
                    side to = of_image(by, bx, 1);
                    to.y += w_.stride * begins(by), to.x += w_.stride * begins(bx);
                    correlate(of_result(begins(by) - 1, begins(bx) - 1), to, x + first * out_size(), some, at, y + first * in_size(), scratch);
                }
        }
    }

    // A filter's gradient is cut by the kernel's rows in a stride, and by what a run of its pixels holds.
    static int parts_of_gradient(const window& w) { return w.stride * parts_of_run(w); }
    // Part `number` of the gradient of all samples, added to what is there.
    ELBO_COLD void add_gradient(const float* x, const float* dy, index samples, int number, float* to, float* scratch) const {
        const index co = static_cast<index>(w_.out_c);
        const part  cut      = part_of_gradient(number);
        const index together = images_of_gradient(), groups = (samples + together - 1) / together;
        float* const sums    = scratch;
        float* const lines   = sums + static_cast<index>(across_.points()) * cut.width * co;
        float* const data    = lines + together * row_floats();
        float* const results = data + together * rows_of_points() * cut.width;
        for (int cy = 0; cy < down_.points(); ++cy) {
            for (index g = 0; g < groups; ++g) {
                const index first = g * samples / groups, some = (g + 1) * samples / groups - first;
                by_few(some, w_.in_w * w_.in_c, [&](index one, index few) { gather(cy, of_image(cut.by, 0, 1), x + first * in_size(), some, one, few, cut.begin, cut.width, cut.width, data, lines); });
                by_few(some, w_.out_w * w_.out_c, [&](index one, index few) { gather_results(cy, dy + first * out_size(), some, one, few, results); });
                for (int cx = 0; cx < across_.points(); ++cx) {
                    const index    rows = some * tiles_at(cy, cx), before = some * rows_before(cy, cx);
                    const gemm::term one{data + before * cut.width, results + before * co};
                    gemm::sum_of_terms(&one, 1, cut.width, co, rows, 1, cut.width, co, sums + static_cast<index>(cx) * cut.width * co, co, g > 0, nullptr);
                }
            }
            for (int cx = 0; cx < across_.points(); ++cx)
                for (int a = 0; a < minimal_row::taps; ++a)
                    for (int b = 0; b < minimal_row::taps; ++b) {
                        few_runs one;
                        one.add(sums + static_cast<index>(cx) * cut.width * co, static_cast<float>(minimal_row::of_tap(cy, a) * minimal_row::of_tap(cx, b)));
                        if (one.times[0] != 0) sum_few_runs(one, to + row_of(w_.stride * a + cut.by, w_.stride * b) + cut.begin * co, cut.width * co, {}, {}, true);
                    }
        }
    }
    // act(first, size): where part `number` lies in the filter.
    template <class Do>
    void each_run_of_gradient(int number, Do act) const {
        const index co = static_cast<index>(w_.out_c);
        const part  cut = part_of_gradient(number);
        for (int a = 0; a < minimal_row::taps; ++a)
            for (int b = 0; b < minimal_row::taps; ++b) act(row_of(w_.stride * a + cut.by, w_.stride * b) + cut.begin * co, cut.width * co);
    }

    index scratch_floats() const {
        const index ci = static_cast<index>(w_.in_c), co = static_cast<index>(w_.out_c), K = static_cast<index>(w_.stride * w_.stride) * ci;
        const index gradient = static_cast<index>(across_.points()) * widest_part() * co + images_of_gradient() * (row_floats() + rows_of_points() * (widest_part() + co));
        return std::max({K * co, gradient, images_together(false) * (row_floats() + rows_of_points() * (K + co)), images_together(true) * (row_floats() + rows_of_points() * (co + ci))}) + gemm::most_rows * gemm::panel;
    }

private:
    // The pixels of one side of a correlation: `stride` apart from tap to tap and from output to output, the first at (y, x); so many
    // places in a stride, down and across, go together.
    struct side {
        int h, w, c, stride, y, x, down, across;
    };
    static constexpr index room = 163840;  // floats that stay in a core's cache

    static index panels(index n) { return (n + gemm::panel - 1) / gemm::panel; }

    index in_size() const { return static_cast<index>(w_.in_h * w_.in_w * w_.in_c); }
    index out_size() const { return static_cast<index>(w_.out_h * w_.out_w * w_.out_c); }
    index products() const { return static_cast<index>(down_.points() * across_.points()); }
    index tiles_at(int cy, int cx) const { return static_cast<index>(down_.tiles_at(cy) * across_.tiles_at(cx)); }
    index row_of(int ky, int kx) const { return static_cast<index>((ky * w_.kernel_w + kx) * w_.in_c) * static_cast<index>(w_.out_c); }
    int   begins(int place) const { return place < w_.pad ? 1 : 0; }  // of the image's pixels at that place in a stride, the first

    side of_image(int by, int bx, int down) const { return {w_.in_h, w_.in_w, w_.in_c, w_.stride, by - w_.pad, bx - w_.pad, down, w_.stride}; }
    side of_result(int y, int x) const { return {w_.out_h, w_.out_w, w_.out_c, 1, y, x, 1, 1}; }

    // Of one row of points: products of all tiles, and of those before a point; for one image.
    index rows_of_points() const { return static_cast<index>(across_.products() * down_.tiles()); }
    index rows_before(int cy, int cx) const { return static_cast<index>(std::min(cx, 3) * across_.tiles() * down_.tiles_at(cy)); }
    index row_floats() const { return static_cast<index>(std::max((w_.in_w + 2 * w_.stride) * w_.in_c, (w_.out_w + 2) * w_.out_c)); }

    // As many as leave all that is read and written in a core's cache, but enough for what a product multiplies by to be worth reading.
    index images_together(bool back) const {
        constexpr index enough = 64;  // rows
        const index ci = static_cast<index>(w_.in_c), co = static_cast<index>(w_.out_c), K = static_cast<index>(w_.stride * w_.stride) * ci;
        const index of_one = rows_of_points() * (back ? co + ci : K + co) + in_size() + out_size(), tiles = static_cast<index>(down_.tiles() * across_.tiles());
        return std::max(room / of_one, (enough + tiles - 1) / tiles);
    }
    index images_of_gradient() const { return std::max<index>(1, room / 2 / (rows_of_points() * (widest_part() + static_cast<index>(w_.out_c)))); }
    // Some of what pixels beside one another at one row of a stride hold.
    struct part {
        int   by;
        index begin, width;
    };
    static int parts_of_run(const window& w) { return std::max(1, (w.stride * w.in_c + 64) / 128); }
    part       part_of_gradient(int number) const {
        const int parts = parts_of_run(w_), run = w_.stride * w_.in_c, begin = number % parts * run / parts;
        return {number / parts, static_cast<index>(begin), static_cast<index>((number % parts + 1) * run / parts - begin)};
    }
    index widest_part() const { return static_cast<index>(w_.stride * w_.in_c / parts_of_run(w_) + 1); }

    // A sum of the filter's taps, `length` floats of each; going back they come in the opposite order.
    ELBO_COLD void taps(int cy, int cx, bool back, const float* filter, index length, float* to) const {
        few_runs x;
        for (int a = 0; a < minimal_row::taps; ++a)
            for (int b = 0; b < minimal_row::taps; ++b) {
                const int times = minimal_row::of_tap(cy, back ? 1 - a : a) * minimal_row::of_tap(cx, back ? 1 - b : b);
                if (times != 0) x.add(filter + row_of(w_.stride * a, w_.stride * b), static_cast<float>(times));
            }
        sum_few_runs(x, to, length, {}, {}, false);
    }

    // act(first, some): images whose lines of pixels, together, stay in the nearest cache.
    template <class Do>
    static void by_few(index images, int line, Do act) {
        const index together = std::max<index>(1, 4096 / static_cast<index>(line));
        for (index first = 0; first < images; first += together) act(first, std::min(together, images - first));
    }
    // act(first, many, size): tiles of one size that are beside one another, of those that have a point.
    template <class Do>
    static void each_kind(const minimal_row& r, int point, Do act) {
        const int large = r.odd() ? 1 : 0, many = r.tiles_at(point) - large;
        if (large > 0) act(0, 1, 3);
        if (many > 0) act(large, many, 2);
    }

    // The row of a product, or of what it multiplies, for a tile of one of some images.
    index tile_at(int cy, int cx, int ty, int tx, index images, index image) const {
        return images * rows_before(cy, cx) + image * tiles_at(cy, cx) + static_cast<index>(ty * across_.tiles_at(cx) + tx);
    }

    // What is multiplied at the points of a row of points: of each tile `width` floats, from `begin` on, of pixels beside one another at
    // each place in a stride; rows of a product are `distance` apart.
    ELBO_COLD void gather(int cy, const side& from, const float* x, index images, index first_image, index some, index begin, index width, index distance, float* to, float* lines) const {
        const index c = static_cast<index>(from.c), line = static_cast<index>(from.w) * c, run = static_cast<index>(from.across) * c, row = row_floats();
        const index margin = static_cast<index>(std::max(-from.x, 0)) * c;
        x += first_image * static_cast<index>(from.h) * line;
        for (index image = 0; image < some; ++image) {
            std::fill_n(lines + image * row, margin, 0.0f);
            std::fill_n(lines + image * row + margin + line, run, 0.0f);
        }
        for (int ty = 0; ty < down_.tiles_at(cy); ++ty)
            for (int place = 0; place < from.down; ++place) {
                few_runs down;
                for (int i = 0; i <= down_.size(ty); ++i) {
                    const float times = minimal_row::of_datum(down_.size(ty), cy, i);
                    const int   y     = from.y + place + from.stride * (down_.begin(ty) + i);
                    if (times != 0 && y >= 0 && y < from.h) down.add(x + static_cast<index>(y) * line, times);
                }
                sum_few_runs(down, lines + margin, line, {some, static_cast<index>(from.h) * line, row}, {}, false);
                for (int cx = 0; cx < across_.points(); ++cx)
                    each_kind(across_, cx, [&](int first, int many, int size) {
                        few_runs across;
                        for (int j = 0; j <= size; ++j)
                            if (const float times = minimal_row::of_datum(size, cx, j); times != 0)
                                across.add(lines + margin + static_cast<index>(from.stride * (across_.begin(first) + j)) * c + begin - static_cast<index>(-from.x) * c, times);
                        sum_few_runs(across, to + tile_at(cy, cx, ty, first, images, first_image) * distance + static_cast<index>(place) * run, width,
                                     {static_cast<index>(many), static_cast<index>(2 * from.stride) * c, distance}, {some, row, tiles_at(cy, cx) * distance}, false);
                    });
            }
    }
    // Of each tile: what its results' gradients come to there.
    ELBO_COLD void gather_results(int cy, const float* dy, index images, index first_image, index some, float* to) const {
        const index co = static_cast<index>(w_.out_c);
        dy += first_image * out_size();
        for (int ty = 0; ty < down_.tiles_at(cy); ++ty)
            for (int cx = 0; cx < across_.points(); ++cx)
                each_kind(across_, cx, [&](int first, int many, int size) {
                    few_runs sum;
                    for (int i = 0; i < down_.size(ty); ++i)
                        for (int j = 0; j < size; ++j)
                            if (const int times = minimal_row::of_output(down_.size(ty), cy, i) * minimal_row::of_output(size, cx, j); times != 0)
                                sum.add(dy + static_cast<index>((down_.begin(ty) + i) * w_.out_w + across_.begin(first) + j) * co, static_cast<float>(times));
                    sum_few_runs(sum, to + tile_at(cy, cx, ty, first, images, first_image) * co, co, {static_cast<index>(many), 2 * co, co}, {some, out_size(), tiles_at(cy, cx) * co}, false);
                });
    }

    ELBO_COLD void correlate(const side& from, const side& to, const float* x, index images, const float* filters, float* y, float* scratch) const {
        const index run = static_cast<index>(from.across * from.c), K = static_cast<index>(from.down) * run, N = static_cast<index>(to.c), of_one = gemm::packed_floats(K, N);
        float* const data     = scratch + images * row_floats();
        float* const products = data + images * rows_of_points() * K;
        for (int cy = 0; cy < down_.points(); ++cy) {
            by_few(images, from.w * from.c, [&](index first, index some) { gather(cy, from, x, images, first, some, 0, run, K, data, scratch); });
            for (int cx = 0; cx < across_.points(); ++cx, filters += of_one) {
                const index before = images * rows_before(cy, cx);
                gemm::rows_times_packed(images * tiles_at(cy, cx), N, K, {data + before * K, K, 1}, filters, products + before * N, N, products + images * rows_of_points() * N);
            }
            by_few(images, to.w * to.c, [&](index first, index some) { spread(cy, to, products, images, first, some, y); });
        }
    }
    // Outputs, of what a row of points has in them; the first of them begins an output.
    ELBO_COLD void spread(int cy, const side& to, const float* products, index images, index first_image, index some, float* y) const {
        const index N = static_cast<index>(to.c);
        y += first_image * static_cast<index>(to.h * to.w) * N;
        for (int ty = 0; ty < down_.tiles_at(cy); ++ty)
            for (int i = 0; i < down_.size(ty); ++i)
                each_kind(across_, 0, [&](int first, int many, int size) {
                    const int down = minimal_row::of_output(down_.size(ty), cy, i);
                    for (int j = 0; down != 0 && j < size; ++j) {
                        const int row = to.y + to.stride * (down_.begin(ty) + i), column = to.x + to.stride * (across_.begin(first) + j);
                        few_runs  three, fourth;  // points; they lie alike in memory, and otherwise
                        for (int cx = 0; cx < size + 1; ++cx)
                            if (const int times = down * minimal_row::of_output(size, cx, j); times != 0)
                                (cx < 3 ? three : fourth).add(products + tile_at(cy, cx, ty, first, images, first_image) * N, static_cast<float>(times));
                        const auto put = [&](const few_runs& sum, int cx, bool add) {
                            sum_few_runs(sum, y + static_cast<index>(row * to.w + column) * N, N, {static_cast<index>(many), N, static_cast<index>(2 * to.stride) * N},
                                         {some, tiles_at(cy, cx) * N, static_cast<index>(to.h * to.w) * N}, add);
                        };
                        put(three, 0, cy != (i > 0 ? 1 : 0));
                        put(fourth, 3, true);
                    }
                });
    }

    const window& w_;
    minimal_row   down_, across_;
};

}  // namespace elbo::kernels
