// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace elbo {

// The number by which bytes are recognised again, and by which damage shows: 64 bits, the same on every machine. It is
// no protection against somebody who wants to deceive.
class fingerprint {
public:
    // Parts are told apart: "ab", "c" is not "a", "bc".
    constexpr fingerprint& add(std::span<const std::uint8_t> bytes) {
        std::size_t i = 0;
        for (; i + 8 <= bytes.size(); i += 8) absorb(word(bytes.subspan(i, 8)));
        if (i < bytes.size()) absorb(word(bytes.subspan(i)));
        absorb(bytes.size());
        return *this;
    }
    constexpr fingerprint& add(const std::string& text) {
        for (const char c : text) absorb(static_cast<unsigned char>(c));
        absorb(text.size());
        return *this;
    }
    constexpr std::uint64_t value() const { return state_; }

    std::string text() const {
        constexpr char digits[] = "0123456789abcdef";
        std::string    out;
        for (int shift = 60; shift >= 0; shift -= 4) out += digits[(state_ >> shift) & 15];
        return out;
    }

private:
    static constexpr std::uint64_t word(std::span<const std::uint8_t> bytes) {
        std::uint64_t w = 0;
        for (std::size_t i = 0; i < bytes.size(); ++i) w |= std::uint64_t{bytes[i]} << (8 * i);
        return w;
    }
    constexpr void absorb(std::uint64_t w) { state_ = mix_bits(state_ ^ w) + 0x9E3779B97F4A7C15u; }

    std::uint64_t state_ = 0;
};

}  // namespace elbo
