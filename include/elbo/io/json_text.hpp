// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/header_text.hpp>

#include <charconv>
#include <cmath>
#include <string>
#include <string_view>

// JSON's words (RFC 8259), for what writes a line of it without making values first.

ELBO_COMPILED_ONCE

namespace elbo::io {

// Bytes that are not UTF-8 (a path can hold any) become U+FFFD, so that the file stays JSON.
ELBO_COLD inline void add_json_string(std::string& out, std::string_view text) {
    constexpr char             digits[] = "0123456789abcdef";
    constexpr std::string_view plain = "\"\\\n\t", named = "\"\\nt";
    out += '"';
    while (!text.empty()) {
        const std::size_t size   = utf8_character(text);
        const auto        letter = static_cast<unsigned char>(text[0]);
        if (const std::size_t which = plain.find(text[0]); which != std::string_view::npos) {
            const char pair[] = {'\\', named[which]};
            out.append(pair, sizeof pair);
        } else if (letter < 0x20 || letter == 0x7F) {
            const char escape[] = {'\\', 'u', '0', '0', digits[letter >> 4], digits[letter & 15]};
            out.append(escape, sizeof escape);
        } else if (size == 0) {
            out.append("\xEF\xBF\xBD");
        } else {
            out.append(text.data(), size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
}

// The fewest digits that give the same double back; what is not finite is null.
ELBO_COLD inline void add_json_number(std::string& out, double value) {
    char        room[32] = "null";
    char* const end      = std::isfinite(value) ? std::to_chars(room, room + sizeof room, value).ptr : room + 4;
    out.append(room, end);
}

}  // namespace elbo::io
