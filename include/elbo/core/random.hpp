// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <array>
#include <cmath>
#include <cstdint>

namespace elbo {

// Randomness has no state. A number is a function of what it is for:
//   key      seed, purpose (a name), loop index
//   counter  step, row, multiplicity index, block of four columns
// so it is the same on every machine, for every number of threads, and after every resume.

using random_words = std::array<std::uint32_t, 4>;
using random_key   = std::array<std::uint32_t, 2>;

// Philox 4x32-10: Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3.
ELBO_HD constexpr random_words philox(random_words counter, random_key key) {
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first  = std::uint64_t{0xD2511F53u} * counter[0];
        const std::uint64_t second = std::uint64_t{0xCD9E8D57u} * counter[2];
        counter = {static_cast<std::uint32_t>(second >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(second),
                   static_cast<std::uint32_t>(first >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(first)};
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    return counter;
}

// A finalising mixer: every bit of the input reaches every bit of the output.
ELBO_HD constexpr std::uint64_t mix_bits(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

// FNV-1a of a name: the number by which a purpose, a formula or a parameter is known.
constexpr std::uint64_t name_hash(const char* name) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    for (; *name != '\0'; ++name) hash = (hash ^ static_cast<unsigned char>(*name)) * 0x100000001B3u;
    return hash;
}

ELBO_HD constexpr random_key make_key(std::uint64_t seed, std::uint64_t purpose, std::uint64_t loop = 0) {
    const std::uint64_t mixed = mix_bits(mix_bits(mix_bits(seed + 0x9E3779B97F4A7C15u) ^ purpose) + loop);
    return {static_cast<std::uint32_t>(mixed), static_cast<std::uint32_t>(mixed >> 32)};
}

// In (0, 1): never 0 and never 1, so that a logarithm of it is finite.
template <class T>
ELBO_HD constexpr T uniform_from(std::uint32_t word) {
    return (static_cast<T>(word >> 9) + T(0.5)) * T(1.0 / 8388608.0);
}

// Box and Muller (1958): two words, two independent standard normals.
template <class T>
ELBO_HD std::array<T, 2> normals_from(std::uint32_t first, std::uint32_t second) {
    using std::cos, std::log, std::sin, std::sqrt;
    const T radius = sqrt(T(-2) * log(uniform_from<T>(first)));
    const T angle  = T(6.283185307179586) * uniform_from<T>(second);
    return {radius * cos(angle), radius * sin(angle)};
}

// One purpose's numbers: draws(seed, "shuffle")(epoch, position).
class draws {
public:
    constexpr draws(std::uint64_t seed, const char* purpose, std::uint64_t loop = 0)
        : key_(make_key(seed, name_hash(purpose), loop)) {}

    constexpr random_words words(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0) const {
        return philox({d, c, b, a}, key_);
    }
    template <class T = double>
    constexpr T uniform(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0) const {
        return uniform_from<T>(words(a, b, c, d)[0]);
    }
    template <class T = double>
    T normal(std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0, std::uint32_t d = 0) const {
        const random_words w = words(a, b, c, d);
        return normals_from<T>(w[0], w[1])[0];
    }
    // In [0, bound); the bias is below bound / 2^32.
    constexpr std::uint32_t below(std::uint32_t bound, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0,
                                  std::uint32_t d = 0) const {
        return static_cast<std::uint32_t>((std::uint64_t{words(a, b, c, d)[0]} * bound) >> 32);
    }

private:
    random_key key_;
};

}  // namespace elbo
