// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

namespace huffman {

// A decoded symbol in one word: value << 16 | kind or number of extra bits << 8 | bits of the code.
inline constexpr std::uint32_t literal = 0x8000, second_table = 0x4000, end_of_block = 0x2000, invalid = 0x1000;
inline constexpr std::uint32_t special = second_table | end_of_block | invalid;

// RFC 1951, 3.2.5.
inline constexpr auto length_symbols = [] {
    constexpr std::uint8_t         extra[29] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    std::array<std::uint32_t, 288> symbols{};
    for (std::uint32_t s = 0; s < 256; ++s) symbols[s] = s << 16 | literal;
    symbols[256]       = end_of_block;
    std::uint32_t base = 3;
    for (std::uint32_t k = 0; k < 28; ++k) {
        symbols[257 + k] = base << 16 | std::uint32_t{extra[k]} << 8;
        base += 1u << extra[k];
    }
    symbols[285] = 258u << 16;
    symbols[286] = symbols[287] = invalid;
    return symbols;
}();

inline constexpr auto distance_symbols = [] {
    std::array<std::uint32_t, 32> symbols{};
    std::uint32_t                 base = 1;
    for (std::uint32_t k = 0; k < 30; ++k) {
        const std::uint32_t extra = k < 2 ? 0 : k / 2 - 1;
        symbols[k]                = base << 16 | extra << 8;
        base += 1u << extra;
    }
    symbols[30] = symbols[31] = invalid;
    return symbols;
}();

inline constexpr auto plain_symbols = [] {
    std::array<std::uint32_t, 19> symbols{};
    for (std::uint32_t s = 0; s < 19; ++s) symbols[s] = s << 16;
    return symbols;
}();

constexpr std::uint32_t reversed(std::uint32_t code, unsigned length) {
    std::uint32_t result = 0;
    for (unsigned i = 0; i < length; ++i) result |= ((code >> i) & 1) << (length - 1 - i);
    return result;
}

// A canonical Huffman code as a table over the next `width` bits; longer codes continue in a second table.
class code_table {
public:
    // False unless the lengths are a complete code. RFC 1951 has one exception: a single code of one bit.
    ELBO_OUTLINE bool build(std::span<const std::uint8_t> lengths, std::span<const std::uint32_t> symbols, unsigned width,
               bool may_be_single) {
        width_ = width;
        std::array<std::uint32_t, 16> count{}, next{};
        for (const std::uint8_t length : lengths) ++count[length];
        const std::size_t used = lengths.size() - count[0];
        std::uint32_t     room = 1;
        for (std::size_t bits = 1; bits < 16; ++bits) {
            room *= 2;
            if (count[bits] > room) return false;
            room -= count[bits];
        }
        const bool single = used == 0 || (used == 1 && count[1] == 1);
        if (room != 0 && !(may_be_single && single)) return false;

        for (std::size_t bits = 1; bits < 15; ++bits) next[bits + 1] = (next[bits] + count[bits]) << 1;
        entries_.assign(std::size_t{1} << width, invalid);
        const std::uint32_t            mask = (1u << width) - 1;
        std::array<std::uint32_t, 320> codes;
        for (std::size_t s = 0; s < lengths.size(); ++s) {
            const unsigned length = lengths[s];
            if (length == 0) continue;
            codes[s] = reversed(next[length]++, length);
            if (length <= width) {
                for (std::size_t i = codes[s]; i < entries_.size(); i += std::size_t{1} << length)
                    entries_[i] = symbols[s] | length;
            } else {
                std::uint32_t& first = entries_[codes[s] & mask];   // until placed: the longest code of this start
                first                = second_table | std::max(first & 0xFF, length);
            }
        }
        if (std::all_of(count.begin() + width + 1, count.end(), [](std::uint32_t n) { return n == 0; })) return true;
        for (std::size_t i = 0; i <= mask; ++i) {
            if ((entries_[i] & second_table) == 0) continue;
            const std::uint32_t extra = (entries_[i] & 0xFF) - width;
            entries_[i]               = static_cast<std::uint32_t>(entries_.size()) << 16 | second_table | extra << 8;
            entries_.resize(entries_.size() + (std::size_t{1} << extra), invalid);
        }
        for (std::size_t s = 0; s < lengths.size(); ++s) {
            if (lengths[s] <= width) continue;
            const std::uint32_t first = entries_[codes[s] & mask], size = 1u << ((first >> 8) & 15);
            for (std::uint32_t i = codes[s] >> width; i < size; i += 1u << (lengths[s] - width))
                entries_[(first >> 16) + i] = symbols[s] | lengths[s];
        }
        return true;
    }

    std::uint32_t find(std::uint64_t bits) const {
        const std::uint32_t first = entries_[bits & ((1u << width_) - 1)];
        return (first & second_table) == 0 ? first : find_longer(first, bits);
    }
    std::uint32_t find_longer(std::uint32_t first, std::uint64_t bits) const {
        return entries_[(first >> 16) + ((bits >> width_) & ((1u << ((first >> 8) & 15)) - 1))];
    }

private:
    std::vector<std::uint32_t> entries_;
    unsigned                   width_ = 0;
};

// The next bits, lowest first. `count` of them are sure; it falls below 0 when more were taken than the file has.
struct bit_source {
    const std::uint8_t *begin, *next, *end;
    std::uint64_t       bits  = 0;
    int                 count = 0;

    // At least 56 sure bits, or all that are left. What lies above `count` is either zero or already right.
    void refill() {
        if (end - next >= 8) {
            std::uint64_t word = 0;
            for (int i = 0; i < 8; ++i) word |= std::uint64_t{next[i]} << (8 * i);
            bits |= word << count;
            next += (63 - count) >> 3;
            count |= 56;
        } else {
            for (; count < 56 && next < end; count += 8) bits |= std::uint64_t{*next++} << count;
        }
    }
    void drop(std::uint32_t n) {
        bits >>= n;
        count -= static_cast<int>(n);
    }
    std::uint32_t take(std::uint32_t n) {
        const auto taken = static_cast<std::uint32_t>(bits & ((std::uint64_t{1} << n) - 1));
        drop(n);
        return taken;
    }
    void to_byte() {
        next -= count / 8;
        bits  = 0;
        count = 0;
    }
    std::size_t at() const {
        return static_cast<std::size_t>(next - begin) - static_cast<std::size_t>(std::max(count, 0) / 8);
    }
};

}  // namespace huffman

}  // namespace elbo::io
