// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>

ELBO_COMPILED_ONCE

namespace elbo::io {

// The number of bytes of the UTF-8 character at the start of `text`, or 0 where there is none: overlong forms,
// surrogates and what lies above U+10FFFF are none.
ELBO_COLD inline std::size_t utf8_character(std::string_view text) {
    const auto     byte  = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
    const auto     more  = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned first = byte(0), second = byte(1);
    const unsigned low   = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;   // of the second byte
    const unsigned high  = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first < 0xC2 || first > 0xF4 || second < low || second > high) return 0;
    if (first < 0xE0) return 2;
    if (first < 0xF0) return more(2) ? 3 : 0;
    return more(2) && more(3) ? 4 : 0;
}

inline bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = utf8_character(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

// Walks over the small text header of a binary file (JSON, or a Python dictionary). `spaces` may stand between tokens.
// There is no recursion, so depth is what the caller asks for.
class header_text {
public:
    header_text(bytes_view bytes, std::size_t offset, std::string file, std::string_view spaces)
        : text_(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
          offset_(offset),
          file_(std::move(file)),
          spaces_(spaces) {}

    [[noreturn]] void reject(message_parts expected, message_parts got) const {
        refuse(file_, offset_ + at_, expected, got);
    }
    bool accept(char c) {
        skip_space();
        if (at_ == text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    void expect(char c) {
        if (!accept(c)) reject({printable({&c, 1})}, {here()});
    }
    bool accept_word(std::string_view word) {
        skip_space();
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }
    bool ends_with(std::string_view word) const { return text_.substr(0, at_).ends_with(word); }

    // Only spaces, and `last` as the last character unless it is 0.
    void expect_end(char last = 0) {
        skip_space();
        if (last != 0) {
            if (at_ == text_.size() || text_[at_] != last)
                reject({last == '\n' ? "a newline" : printable({&last, 1})}, {here()});
            ++at_;
        }
        if (at_ != text_.size()) reject({"the end of the header"}, {here()});
    }

    std::size_t whole_number() {
        skip_space();
        const std::size_t start = at_;
        std::size_t       value = 0;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            const auto digit = static_cast<std::size_t>(text_[at_] - '0');
            if (value > (static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max()) - digit) / 10)
                reject({"a number below 2^63"}, {"a larger one"});
            value = value * 10 + digit;
        }
        if (at_ == start) reject({"a whole number"}, {here()});
        if (text_[start] == '0' && at_ > start + 1) reject({"a number without leading zeros"}, {"one with them"});
        return value;
    }

    // Without escapes: what Python writes for a key.
    std::string plain_string(char quote) {
        expect(quote);
        const std::size_t end = text_.find_first_of(std::string{quote, '\\', '\n'}, at_);
        if (end == std::string_view::npos || text_[end] != quote) reject({"a closing quote"}, {"none"});
        const std::string_view found = text_.substr(at_, end - at_);
        at_ = end + 1;
        return std::string(found);
    }

    // A JSON string (RFC 8259, 7), as UTF-8.
    std::string json_string() {
        expect('"');
        std::string result;
        for (;;) {
            if (at_ == text_.size()) reject({"a closing quote"}, {"the end of the header"});
            const char c = text_[at_];
            if (c == '"') break;
            if (c == '\\') {
                ++at_;
                add_escaped(result);
            } else {
                const std::size_t size = utf8_character(text_.substr(at_));
                if (size == 0 || static_cast<unsigned char>(c) < 0x20) reject({"UTF-8 text"}, {here()});
                result += text_.substr(at_, size);
                at_ += size;
            }
        }
        ++at_;
        return result;
    }

private:
    std::string here() const { return at_ == text_.size() ? "the end of the header" : printable(text_.substr(at_, 8)); }
    void skip_space() {
        while (at_ < text_.size() && spaces_.find(text_[at_]) != std::string_view::npos) ++at_;
    }

    void add_escaped(std::string& result) {
        constexpr std::string_view names = "\"\\/bfnrt", values = "\"\\/\b\f\n\r\t";
        const char                 c = at_ < text_.size() ? text_[at_] : '\0';
        if (const std::size_t found = names.find(c); c != '\0' && found != std::string_view::npos) {
            result += values[found];
            ++at_;
            return;
        }
        if (c != 'u') reject({"an escape of JSON"}, {here()});
        std::uint32_t point = four_hex();
        if (point >= 0xD800 && point <= 0xDBFF) {   // a character above U+FFFF is a pair
            if (!text_.substr(at_).starts_with("\\u")) reject({"the second half of a surrogate pair"}, {here()});
            ++at_;
            const std::uint32_t low = four_hex();
            if (low < 0xDC00 || low > 0xDFFF) reject({"the second half of a surrogate pair"}, {"another character"});
            point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
        } else if (point >= 0xDC00 && point <= 0xDFFF) {
            reject({"the first half of a surrogate pair"}, {"the second"});
        }
        const auto add = [&](std::uint32_t byte) { result += static_cast<char>(byte); };
        const auto six = [&](unsigned shift) { add(0x80 | (point >> shift & 63)); };
        if (point >= 0x10000) add(0xF0 | point >> 18), six(12), six(6), six(0);
        else if (point >= 0x800) add(0xE0 | point >> 12), six(6), six(0);
        else if (point >= 0x80) add(0xC0 | point >> 6), six(0);
        else add(point);
    }
    // `at_` is on the u.
    std::uint32_t four_hex() {
        constexpr std::string_view digits = "0123456789abcdefABCDEF";
        std::uint32_t              value  = 0;
        for (int i = 0; i < 4; ++i) {
            ++at_;
            const std::size_t digit = at_ < text_.size() ? digits.find(text_[at_]) : std::string_view::npos;
            if (digit == std::string_view::npos) reject({"four hexadecimal digits"}, {here()});
            value = value * 16 + static_cast<std::uint32_t>(digit < 16 ? digit : digit - 6);
        }
        ++at_;
        return value;
    }

    std::string_view text_;
    std::size_t      offset_, at_ = 0;
    std::string      file_;
    std::string_view spaces_;
};

}  // namespace elbo::io
