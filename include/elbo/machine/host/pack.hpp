// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cstddef>
#include <cstdint>

// As many floats as a register holds, as one number: the vector extensions of g++ and clang, so that neither intrinsics
// nor a library need be read. A comparison gives a mask, and select() takes the place of ?:.
//
// Every function of a pack is a function of each lane: no lane's bits depend on its neighbours.

namespace elbo::simd {

using elbo::register_bytes;

typedef float         floats __attribute__((vector_size(register_bytes)));
typedef std::int32_t  ints __attribute__((vector_size(register_bytes)));
typedef std::uint32_t words __attribute__((vector_size(register_bytes)));  // the bits of floats; sums wrap around
typedef float         floats_anywhere __attribute__((vector_size(register_bytes), aligned(alignof(float)), may_alias));

inline floats all(float x) { return x - floats{}; }  // x - 0 is x, whatever its sign

struct mask {
    ints        m;  // all ones or all zeros
    friend mask operator&(mask a, mask b) { return {a.m & b.m}; }
    friend mask operator|(mask a, mask b) { return {a.m | b.m}; }
    friend mask operator!(mask a) { return {~a.m}; }
};

struct pack {
    using value_type                  = float;
    static constexpr std::size_t size = register_bytes / sizeof(float);

    floats v;

    pack() = default;
    pack(floats x) : v(x) {}
    pack(float x) : v(all(x)) {}

    friend pack operator+(pack a, pack b) { return a.v + b.v; }
    friend pack operator-(pack a, pack b) { return a.v - b.v; }
    friend pack operator*(pack a, pack b) { return a.v * b.v; }
    friend pack operator/(pack a, pack b) { return a.v / b.v; }
    friend pack operator-(pack a) { return -a.v; }
    pack&       operator+=(pack b) { return v += b.v, *this; }
    pack&       operator-=(pack b) { return v -= b.v, *this; }
    pack&       operator*=(pack b) { return v *= b.v, *this; }
    pack&       operator/=(pack b) { return v /= b.v, *this; }

    friend mask operator<(pack a, pack b) { return {a.v < b.v}; }
    friend mask operator>(pack a, pack b) { return {a.v > b.v}; }
    friend mask operator<=(pack a, pack b) { return {a.v <= b.v}; }
    friend mask operator>=(pack a, pack b) { return {a.v >= b.v}; }
    friend mask operator==(pack a, pack b) { return {a.v == b.v}; }
    friend mask operator!=(pack a, pack b) { return {a.v != b.v}; }

    friend pack select(mask where, pack yes, pack no) { return where.m ? yes.v : no.v; }
};

inline pack load(const float* from) { return floats(*reinterpret_cast<const floats_anywhere*>(from)); }
inline void store(float* to, pack x) { *reinterpret_cast<floats_anywhere*>(to) = x.v; }

}  // namespace elbo::simd
