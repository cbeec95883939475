// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/host/pack.hpp>

// The functions of <cmath> that formulas call, of a pack: at most 2 units in the last place, erf 4, and for infinities,
// NaN, zeros of either sign and denormal numbers what std:: gives. sin and cos are for |x| <= 1e4; nearer to zero than
// 2^-24 their unit is that of 2^-24. All is arithmetic alone, with no branches, and keeps its word whether or not the
// compiler contracts products and sums.
//
// Polynomials are minimax in the relative error of the function, by Remez' exchange, rounded to float; a comment says
// how far they stray.

namespace elbo::simd {

namespace math {

inline constexpr float         infinity     = __builtin_inff();
inline constexpr float         not_a_number = __builtin_nanf("");
inline constexpr float         shift        = 12582912.0f;  // 1.5 * 2^23: x + shift rounds x, |x| < 2^22, to an integer
inline constexpr float         ln2_high     = 0.693145751953125f, ln2_low = 1.42860677e-6f;  // high: 15 bits
inline constexpr std::uint32_t sign         = 0x80000000u, one = 0x3F800000u;

inline words  bits_of(floats x) { return (words)x; }
inline floats from_bits(words x) { return (floats)x; }
inline floats magnitude(floats x) { return from_bits(bits_of(x) & ~sign); }
inline floats choose(ints where, floats yes, floats no) { return where ? yes : no; }

// The nearest to x of what is at least `low`, at most `high`; NaN stays. g++ must be told by name of the instruction
// that does it.
#if !defined(__clang__) && defined(__AVX512F__)
inline constexpr short every_lane = -1, current_rounding = 4;
inline floats at_least(floats x, float low) { return __builtin_ia32_maxps512_mask(all(low), x, x, every_lane, current_rounding); }
inline floats at_most(floats x, float high) { return __builtin_ia32_minps512_mask(all(high), x, x, every_lane, current_rounding); }
#elif !defined(__clang__) && defined(__AVX__)
inline floats at_least(floats x, float low) { return __builtin_ia32_maxps256(all(low), x); }
inline floats at_most(floats x, float high) { return __builtin_ia32_minps256(all(high), x); }
#elif !defined(__clang__) && defined(__SSE__)
inline floats at_least(floats x, float low) { return __builtin_ia32_maxps(all(low), x); }
inline floats at_most(floats x, float high) { return __builtin_ia32_minps(all(high), x); }
#else
inline floats at_least(floats x, float low) { return choose(x < low, all(low), x); }
inline floats at_most(floats x, float high) { return choose(x > high, all(high), x); }
#endif

inline floats with_sign(floats x, floats of) { return from_bits(bits_of(x) | (bits_of(of) & sign)); }  // x >= 0
// Highest power first.
template <class... Rest>
inline floats polynomial(floats x, float first, Rest... rest) {
    floats y = all(first);
    ((y = y * x + rest), ...);
    return y;
}

// x = n log 2 + r, |r| < 0.35, and (n + bias) << 23: with a bias of 127 the bits of 2^n.
struct reduced {
    floats r;
    words  power;
};
inline reduced reduce(floats x, float bias = 127) {
    const floats shifted = x * 1.44269504f + (shift + bias), n = shifted - (shift + bias);
    return {(x - n * ln2_high) - n * ln2_low, bits_of(shifted) << 23};
}
// (e^r - 1 - r) / r^2, to 2^-26.0 of e^r - 1
inline floats exp_tail(floats r) { return polynomial(r, 0.00138367969f, 0.00836733729f, 0.0416677445f, 0.166665375f, 0.49999997f); }
inline floats expm1_near_0(floats r) { return r + r * r * exp_tail(r); }

// log(1 + f) - n log 2, |f| < 1/3.
inline floats log_of(floats f, floats n) {
    const floats p = polynomial(f, -0.12891525f, 0.139842793f, -0.121842973f, 0.140059069f, -0.16680488f, 0.200104132f,
                                -0.249997973f, 0.333332151f);  // 2^-27.6
    const floats tail = f * f * (f * p - 0.5f) - n * ln2_low;
    return (f + tail) - n * ln2_high;
}
inline constexpr std::uint32_t two_thirds = 0x3F2AAAABu, exponent = 0xFF800000u;
inline floats                  minus_exponent(words above_two_thirds) {
    return __builtin_convertvector(-((ints)above_two_thirds >> 23), floats);
}
// The logarithm `y` of x, where it is one; poles and what lies behind them.
inline floats log_or_pole(floats x, floats y) {
    return choose(x > 0, choose(x < infinity, y, x), choose(x == 0, all(-infinity), all(not_a_number)));
}

// sin(x + k pi / 2). Less n < 8192 times pi / 2 in pieces of 11 bits, x loses nothing in `near`; what the third piece
// costs is put back with the rest, so that r is rounded once.
inline floats wave(floats x, std::uint32_t k) {
    const floats shifted = x * 0.636619772f + shift, n = shifted - shift;
    const words  turns   = bits_of(shifted) + k;
    const floats near    = (x - n * 1.5703125f) - n * 0.00048375129699707031f, third = n * 7.5495336204767227e-08f;
    const floats nearer  = near - third;
    const floats r       = nearer - (n * 2.56334415e-12f - ((near - nearer) - third));
    const floats a       = at_most(magnitude(r), 0.8f), s = a * a;  // of x far beyond 1e4 still come numbers within [-1, 1]
    const floats sine    = a + a * (s * polynomial(s, -0.000195137982f, 0.00833214726f, -0.166666538f));          // 2^-27.1
    const floats cosine  = 1 + s * (s * polynomial(s, 2.44314397e-5f, -0.00138873048f, 0.0416666456f) - 0.5f);  // 2^-32.9
    return from_bits(bits_of(choose((turns & 1) != 0, cosine, with_sign(sine, r))) ^ ((turns & 2) << 30));
}

}  // namespace math

inline pack abs(pack x) { return math::magnitude(x.v); }

inline pack floor(pack x) {
    using namespace math;
    constexpr float whole   = 8388608.0f;  // 2^23: no fractions from here on
    const floats    a       = magnitude(x.v);
    const floats    nearest = with_sign((a + whole) - whole, x.v);
    return choose(a < whole, nearest - choose(nearest > x.v, all(1), all(0)), x.v);
}

// Of numbers from 0 to a million.
inline pack whole_part(pack x) { return __builtin_convertvector(__builtin_convertvector(x.v, ints), floats); }

inline pack sqrt(pack x) {
    using namespace math;
    const ints   tiny    = x.v < 0x1p-100f;
    const floats a       = choose(tiny, x.v * 0x1p48f, x.v), half = 0.5f * a;
    floats       inverse = from_bits(0x5F3759DFu - (bits_of(a) >> 1));  // 1 / sqrt(a) to 3.5 %
    inverse *= 1.5f - (half * inverse) * inverse;                       // Newton: 1.8e-3
    inverse *= 1.5f - (half * inverse) * inverse;                       // 4.8e-6
    const floats near = a * inverse, y = near + 0.5f * inverse * (a - near * near);
    const floats other = choose(x.v < 0, all(not_a_number), x.v);
    return choose((x.v > 0) & (x.v < infinity), choose(tiny, y * 0x1p-24f, y), other);
}

inline pack exp(pack x) {
    using namespace math;
    const floats a        = at_most(at_least(x.v, -104), 89);
    const auto [r, power] = reduce(a, 254);
    const floats y        = (exp_tail(r) * r + 1) * r + 1;
    const floats step     = choose(a < 0, all(0x1p-64f), all(0x1p64f));  // in two steps, for 2^n may be no float
    return y * from_bits(power - bits_of(step)) * step;
}

// 2^n (e^r - 1) + (2^n - 1), by halves, for 2^128 is no float.
inline pack expm1(pack x) {
    using namespace math;
    const auto [r, power] = reduce(at_most(at_least(x.v, -18), 89));
    const floats half     = from_bits(power - 0x00800000u);
    const floats y        = half * expm1_near_0(r) + (half - 0.5f);
    return choose(magnitude(x.v) < 1e-8f, x.v, y + y);
}

inline pack log(pack x) {
    using namespace math;
    const ints   tiny = x.v < 0x1p-126f;
    const words  u    = bits_of(choose(tiny, x.v * 0x1p23f, x.v)) - two_thirds;
    const floats f    = from_bits((u & ~exponent) + two_thirds) - 1;
    return log_or_pole(x.v, log_of(f, minus_exponent(u) + choose(tiny, all(23), all(0))));
}

// With 2^n next to 1 + x, f = x 2^-n - (1 - 2^-n) loses nothing of a small x.
inline pack log1p(pack x) {
    using namespace math;
    const floats one_more = 1 + x.v;
    const words  u        = bits_of(one_more) - two_thirds, n = u & exponent;  // n << 23
    const ints   inverse  = (ints)(one - n);                                   // 2^-n; at n = 128, where it is lost, negative
    const floats f        = from_bits(bits_of(x.v) - n) - (1 - (floats)(inverse > 0 ? inverse : ints{}));
    return log_or_pole(one_more, log_of(f, minus_exponent(u)));
}

// log(1 + e^x), x <= 0: neither function has its poles here, and e^x its exponent only where it is below 1/3. Half the steps of both.
inline pack log1p_exp(pack x) {
    using namespace math;
    const auto [r, power] = reduce(at_least(x.v, -104), 254);
    const floats e        = ((exp_tail(r) * r + 1) * r + 1) * from_bits(power - bits_of(all(0x1p-64f))) * 0x1p-64f;
    const ints   large    = e > 0.333333343f;
    return log_of(choose(large, e * 0.5f - 0.5f, e), choose(large, all(-1), all(0)));
}

// (1 - e^-2|x|) / (1 + e^-2|x|)
inline pack tanh(pack x) {
    using namespace math;
    const auto [r, power] = reduce(-2 * at_most(magnitude(x.v), 10));
    const floats scale    = from_bits(power), rest = scale * expm1_near_0(r);
    return with_sign(((1 - scale) - rest) / ((1 + scale) + rest), x.v);
}

// 1 - e^-g(|x|), where g(x) = -log erfc(x) is x times a polynomial up to 3.95, beyond which erf is 1.
inline pack erf(pack x) {
    using namespace math;
    const floats a        = at_most(magnitude(x.v), 3.95f);
    const auto [r, power] = reduce(-a * polynomial(a, 4.07054322e-5f, -0.000380984304f, 0.00125170616f, 0.000205764605f,
                                                   -0.0193217471f, 0.102814421f, 0.636616468f, 1.12837923f));  // 2^-24.2
    const floats scale    = from_bits(power);
    return with_sign((1 - scale) - scale * expm1_near_0(r), x.v);
}

inline pack sin(pack x) { return math::wave(x.v, 0); }
inline pack cos(pack x) { return math::wave(x.v, 1); }

}  // namespace elbo::simd
