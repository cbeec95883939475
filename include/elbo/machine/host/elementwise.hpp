// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/machine/host/simd.hpp>
#include <elbo/tape/formula_table.hpp>

#include <algorithm>

// One kernel for each formula, made from the formula's one text; a tape's node finds its kernel by the formula's
// number. Kernels take whole packs only, so that each is one tight loop; run() sees to the rest.

ELBO_COMPILED_ONCE

namespace elbo::kernels {

using simd::operand;
using kernel = void (*)(float* y, const operand* x, std::size_t n, double p, double q);  // n: a multiple of the width

// What a loop over packs steps along. An operand that is the same for a whole run is splatted once: stepping over it by
// zero keeps the loop free of branches.
struct steps {
    float        splatted[simd::width];
    const float* from;
    std::size_t  step;

    explicit steps(operand x) : from(x.at), step(x.runs ? 1 : 0) {
        if (step == 0) {
            for (float& lane : splatted) lane = *x.at;
            from = splatted;
        }
    }
    simd::pack at(std::size_t i) const { return simd::load(from + i * step); }
};

template <class F>
void map_run(float* y, const operand* x, std::size_t n, double p, double q) {
    const F     f = formula_from<F>(p, q);
    const steps a(x[0]);
    for (std::size_t i = 0; i < n; i += simd::width) simd::store(y + i, f(a.at(i)));
}
template <class F>
void zip_run(float* y, const operand* x, std::size_t n, double p, double q) {
    const F     f = formula_from<F>(p, q);
    const steps a(x[0]), b(x[1]);
    for (std::size_t i = 0; i < n; i += simd::width) simd::store(y + i, f(a.at(i), b.at(i)));
}
template <class... F>
constexpr auto map_table(list<F...>) {
    return std::array<kernel, sizeof...(F)>{&map_run<F>...};
}
template <class... F>
constexpr auto zip_table(list<F...>) {
    return std::array<kernel, sizeof...(F)>{&zip_run<F>...};
}
inline constexpr auto map_of = map_table(formula_list{});
inline constexpr auto zip_of = zip_table(pair_formula_list{});

// A run of any length. The last numbers, fewer than a pack, are padded with 1, where every formula is finite.
ELBO_OUTLINE inline void run(kernel f, float* y, const operand* x, int operands, std::size_t n, double p, double q) {
    const std::size_t rest = n % simd::width, whole = n - rest;
    if (whole > 0) f(y, x, whole, p, q);
    if (rest == 0) return;
    float   padded[2][simd::width], out[simd::width];
    operand last[2];
    for (int k = 0; k < operands; ++k) {
        last[k] = {padded[k], x[k].runs};
        std::fill(padded[k], padded[k] + simd::width, 1.0f);
        std::memcpy(padded[k], x[k].at + (x[k].runs ? whole : 0), (x[k].runs ? rest : 1) * sizeof(float));
    }
    f(out, last, simd::width, p, q);
    std::memcpy(y + whole, out, rest * sizeof(float));
}

// a f(b) or a f(b, c), x being a, b, c: the formula's own kernel on a block that stays in the nearest cache, then a
// product. Kernels of their own would be a tenth faster and as many again to compile.
ELBO_OUTLINE inline void chain_run(kernel f, float* y, const operand* x, int operands, std::size_t n, double p, double q) {
    constexpr std::size_t     block = 1024;
    constexpr formula         times = binary(formulas::times{});
    alignas(64) float         slope[block];
    for (std::size_t at = 0; at < n; at += block) {
        const std::size_t part = std::min(block, n - at);
        operand           here[3];
        for (int k = 0; k < operands; ++k) here[k] = {x[k].runs ? x[k].at + at : x[k].at, x[k].runs};
        run(f, slope, here + 1, operands - 1, part, p, q);
        const operand both[2] = {here[0], {slope, true}};
        run(zip_of[static_cast<std::size_t>(times.number)], y + at, both, 2, part, 0, 0);
    }
}

ELBO_OUTLINE inline float sum_run(const float* a, std::size_t n) {
    std::size_t i = 0;
    simd::pack  s = simd::splat(0), s2 = s;
    for (; i + 2 * simd::width <= n; i += 2 * simd::width) {
        s  = s + simd::load(a + i);
        s2 = s2 + simd::load(a + i + simd::width);
    }
    for (; i + simd::width <= n; i += simd::width) s = s + simd::load(a + i);
    float total = simd::sum_of(s + s2);
    for (; i < n; ++i) total += a[i];
    return total;
}
inline void add_run(float* y, const float* a, std::size_t n) {
    std::size_t i = 0;
    for (; i + simd::width <= n; i += simd::width) simd::store(y + i, simd::load(y + i) + simd::load(a + i));
    for (; i < n; ++i) y[i] += a[i];
}

// y = the sum of rows of a, `stride` apart, and of `before`: so many packs of each, which stay in registers.
template <std::size_t Packs>
void sum_packs(float* y, const float* a, std::size_t rows, std::size_t stride, const float* before) {
    simd::pack s[Packs];
    for (std::size_t k = 0; k < Packs; ++k) s[k] = before != nullptr ? simd::load(before + k * simd::width) : simd::splat(0);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t k = 0; k < Packs; ++k) s[k] = s[k] + simd::load(a + r * stride + k * simd::width);
    for (std::size_t k = 0; k < Packs; ++k) simd::store(y + k * simd::width, s[k]);
}

// y = the sum of `rows` rows of a, `stride` apart, and of `before`, which may be y or null.
ELBO_OUTLINE inline void sum_rows(float* y, const float* a, std::size_t rows, std::size_t stride, std::size_t width, const float* before) {
    constexpr std::size_t pack = simd::width;
    const auto            from = [&](std::size_t i) { return before == nullptr ? nullptr : before + i; };
    std::size_t           i    = 0;
    for (; i + 4 * pack <= width; i += 4 * pack) sum_packs<4>(y + i, a + i, rows, stride, from(i));
    if (width - i >= 2 * pack) sum_packs<2>(y + i, a + i, rows, stride, from(i)), i += 2 * pack;
    if (width - i >= pack) sum_packs<1>(y + i, a + i, rows, stride, from(i)), i += pack;
    if (i == width) return;
    float       rest[pack] = {};
    std::size_t r          = 0;
    if (width < pack && stride == width) {  // as many rows as fill packs side by side
        float     together[pack * pack];
        const std::size_t several = rows / pack;
        sum_rows(together, a, several, pack * width, pack * width, nullptr);
        for (; r < pack; ++r)
            for (std::size_t k = 0; k < width; ++k) rest[k] += together[r * width + k];
        r = several * pack;
    }
    for (; r < rows; ++r)
        for (std::size_t k = i; k < width; ++k) rest[k - i] += a[r * stride + k];
    for (std::size_t k = i; k < width; ++k) y[k] = before == nullptr ? rest[k - i] : before[k] + rest[k - i];
}

ELBO_OUTLINE inline float logsumexp_run(const float* a, std::size_t n) {
    using std::exp, std::log;
    constexpr std::size_t pack = simd::width;
    if (n < pack) {  // beside copies of the first, which are left out
        float few[pack], each[pack], most = a[0], total = 0;
        for (std::size_t k = 1; k < n; ++k) most = a[k] > most ? a[k] : most;
        for (std::size_t k = 0; k < pack; ++k) few[k] = a[k < n ? k : 0];
        simd::store(each, exp(simd::load(few) - simd::splat(most)));
        for (std::size_t k = 0; k < n; ++k) total += each[k];
        return most + log(total);
    }
    const simd::pack last = simd::load(a + n - pack);  // of which some may be in the pack before
    simd::pack       top = last, s = simd::splat(0);
    std::size_t      i = 0;
    for (; i + pack <= n; i += pack) {
        const simd::pack x = simd::load(a + i);
        top                = select(x > top, x, top);
    }
    const float most = simd::largest_of(top);
    top              = simd::splat(most);
    for (i = 0; i + pack <= n; i += pack) s = s + exp(simd::load(a + i) - top);
    if (i < n) s = s + simd::last_lanes(n - i) * exp(last - top);
    return most + log(simd::sum_of(s));
}

}  // namespace elbo::kernels
