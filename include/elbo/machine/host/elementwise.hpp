// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/simd.hpp>
#include <elbo/tape/formula_table.hpp>

// One kernel for each formula, made from the formula's one text; a tape's node finds its kernel by the formula's
// number. Operands that are the same for a whole run are splatted once: stepping over them by zero keeps the loop free
// of branches.

namespace elbo::kernels {

using simd::operand;

// Numbers that a loop over packs can step along.
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
    simd::pack part(std::size_t i, std::size_t n) const {
        return step == 0 ? simd::load(splatted) : simd::load_part(from + i, n);
    }
};
using map_kernel        = void (*)(float* y, const float* a, std::size_t n, double p, double q);
using zip_kernel        = void (*)(float* y, operand a, operand b, std::size_t n, double p, double q);
using chain_pair_kernel = void (*)(float* y, operand a, operand b, operand c, std::size_t n, double p, double q);

template <class F>
void map_run(float* y, const float* a, std::size_t n, double p, double q) {
    const F f = formula_from<F>(p, q);
    std::size_t i = 0;
    for (; i + simd::width <= n; i += simd::width) simd::store(y + i, f(simd::load(a + i)));
    if (i < n) simd::store_part(y + i, f(simd::load_part(a + i, n - i)), n - i);
}
template <class F>
void chain_run(float* y, operand a, operand b, std::size_t n, double p, double q) {  // a f(b)
    const F     f = formula_from<F>(p, q);
    const steps A(a), B(b);
    std::size_t i = 0;
    for (; i + simd::width <= n; i += simd::width) simd::store(y + i, A.at(i) * f(B.at(i)));
    if (i < n) simd::store_part(y + i, A.part(i, n - i) * f(B.part(i, n - i)), n - i);
}
template <class F>
void zip_run(float* y, operand a, operand b, std::size_t n, double p, double q) {
    const F     f = formula_from<F>(p, q);
    const steps A(a), B(b);
    std::size_t i = 0;
    for (; i + simd::width <= n; i += simd::width) simd::store(y + i, f(A.at(i), B.at(i)));
    if (i < n) simd::store_part(y + i, f(A.part(i, n - i), B.part(i, n - i)), n - i);
}
template <class F>
void chain_pair_run(float* y, operand a, operand b, operand c, std::size_t n, double p, double q) {  // a f(b, c)
    const F     f = formula_from<F>(p, q);
    const steps A(a), B(b), C(c);
    std::size_t i = 0;
    for (; i + simd::width <= n; i += simd::width) simd::store(y + i, A.at(i) * f(B.at(i), C.at(i)));
    if (i < n) simd::store_part(y + i, A.part(i, n - i) * f(B.part(i, n - i), C.part(i, n - i)), n - i);
}

template <class... F>
constexpr auto map_table(list<F...>) {
    return std::array<map_kernel, sizeof...(F)>{&map_run<F>...};
}
template <class... F>
constexpr auto chain_table(list<F...>) {
    return std::array<zip_kernel, sizeof...(F)>{&chain_run<F>...};
}
template <class... F>
constexpr auto zip_table(list<F...>) {
    return std::array<zip_kernel, sizeof...(F)>{&zip_run<F>...};
}
template <class... F>
constexpr auto chain_pair_table(list<F...>) {
    return std::array<chain_pair_kernel, sizeof...(F)>{&chain_pair_run<F>...};
}
inline constexpr auto map_of        = map_table(formula_list{});
inline constexpr auto chain_of      = chain_table(formula_list{});
inline constexpr auto zip_of        = zip_table(pair_formula_list{});
inline constexpr auto chain_pair_of = chain_pair_table(pair_formula_list{});

inline float sum_run(const float* a, std::size_t n) {
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

inline float logsumexp_run(const float* a, std::size_t n) {
    using std::exp, std::log;
    float most = a[0];
    for (std::size_t i = 1; i < n; ++i) most = a[i] > most ? a[i] : most;
    const simd::pack top = simd::splat(most);
    simd::pack       s   = simd::splat(0);
    std::size_t      i   = 0;
    for (; i + simd::width <= n; i += simd::width) s = s + exp(simd::load(a + i) - top);
    float total = simd::sum_of(s);
    for (; i < n; ++i) total += exp(a[i] - most);
    return most + log(total);
}

}  // namespace elbo::kernels
