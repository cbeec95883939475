// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace elbo::io::checksum {

// tables[k][b]: the remainder of byte b followed by k zero bytes, for the reflected polynomial 0xEDB88320.
using crc_table_set = std::array<std::array<std::uint32_t, 256>, 16>;
inline crc_table_set make_crc_tables() {
    crc_table_set tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit) rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xEDB88320u : 0u);
        tables[0][byte] = rest;
    }
    for (std::size_t k = 1; k < tables.size(); ++k)
        for (std::size_t byte = 0; byte < 256; ++byte) {
            const std::uint32_t before = tables[k - 1][byte];
            tables[k][byte]            = (before >> 8) ^ tables[0][before & 0xFF];
        }
    return tables;
}
// Made when first needed: as a constant it was a fifth of what this file costs a compiler.
inline const crc_table_set& crc_tables() {
    static const crc_table_set tables = make_crc_tables();
    return tables;
}

// CRC-32 of RFC 1952 and of PNG, sixteen bytes a step. crc32(b, crc32(a)) is the checksum of a followed by b.
inline std::uint32_t crc32(std::span<const std::uint8_t> bytes, std::uint32_t before = 0) {
    const crc_table_set& tables = crc_tables();
    std::uint32_t        crc    = ~before;
    const std::uint8_t*  next   = bytes.data();
    std::size_t          left   = bytes.size();
    for (; left >= 16; left -= 16, next += 16) {
        const std::uint32_t mixed[4] = {crc & 0xFF, (crc >> 8) & 0xFF, (crc >> 16) & 0xFF, crc >> 24};
        std::uint32_t       sum      = 0;
        for (std::size_t k = 0; k < 4; ++k) sum ^= tables[15 - k][next[k] ^ mixed[k]];
        for (std::size_t k = 4; k < 16; ++k) sum ^= tables[15 - k][next[k]];
        crc = sum;
    }
    for (; left > 0; --left, ++next) crc = (crc >> 8) ^ tables[0][(crc ^ *next) & 0xFF];
    return ~crc;
}

// Adler-32 of RFC 1950. 5552 is the longest run for which the second sum stays below 2^32.
inline std::uint32_t adler32(std::span<const std::uint8_t> bytes) {
    std::uint32_t first = 1, second = 0;
    for (std::size_t start = 0; start < bytes.size(); start += 5552) {
        for (const std::uint8_t byte :
             bytes.subspan(start, bytes.size() - start < 5552 ? bytes.size() - start : 5552)) {
            first += byte;
            second += first;
        }
        first %= 65521;
        second %= 65521;
    }
    return (second << 16) | first;
}

}  // namespace elbo::io::checksum
