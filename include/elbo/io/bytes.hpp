// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/problem.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

using bytes_view = std::span<const std::uint8_t>;

ELBO_OUTLINE inline void append(std::vector<std::uint8_t>& to, bytes_view more) {
    to.insert(to.end(), more.begin(), more.end());
}

// What a message may repeat of a file's own text: printable, short, one line.
ELBO_COLD inline std::string printable(std::string_view text) {
    std::string shown = "\"";
    for (const char c : text.substr(0, 40)) shown += c >= ' ' && c <= '~' ? c : '?';
    return shown + (text.size() > 40 ? "...\"" : "\"");
}

ELBO_COLD inline std::string shape_text(std::span<const std::size_t> shape) {
    std::string text = "(";
    for (std::size_t i = 0; i < shape.size() && i < 8; ++i) text += sentence({i == 0 ? "" : ", ", shape[i]});
    return text + (shape.size() > 8 ? ", ...)" : ")");
}

// The product of extents that a file claims, or the largest size_t where it does not fit: such a claim then
// differs from every real size.
ELBO_COLD inline std::size_t claimed_product(std::span<const std::size_t> extents, std::size_t unit = 1) {
    constexpr std::size_t most    = std::numeric_limits<std::size_t>::max();
    std::size_t           product = unit;
    for (const std::size_t extent : extents) {
        if (extent == 0) return 0;
        product = product > most / extent ? most : product * extent;
    }
    return product;
}

// Walks over the bytes of a file. Nothing is taken that is not there.
class cursor {
public:
    cursor(bytes_view bytes, std::string file) : bytes_(bytes), file_(std::move(file)) {}

    std::size_t        at() const { return at_; }
    std::size_t        left() const { return bytes_.size() - at_; }
    const std::string& file() const { return file_; }

    [[noreturn]] void reject(message_parts expected, message_parts got) const {
        refuse(file_, at_, expected, got);
    }
    void need(std::size_t count, const char* what) const {
        if (count > left())
            reject({count, " bytes of ", what}, {left(), " bytes to the end"});
    }
    void need_end() const {
        if (left() != 0) reject({"the end"}, {left(), " more bytes"});
    }
    ELBO_OUTLINE bytes_view take(std::size_t count, const char* what) {
        need(count, what);
        const bytes_view taken = bytes_.subspan(at_, count);
        at_ += count;
        return taken;
    }
    ELBO_OUTLINE std::uint32_t big32(const char* what) {
        const bytes_view b = take(4, what);
        return std::uint32_t{b[0]} << 24 | std::uint32_t{b[1]} << 16 | std::uint32_t{b[2]} << 8 | b[3];
    }
    ELBO_OUTLINE std::uint32_t little32(const char* what) {
        const bytes_view b = take(4, what);
        return std::uint32_t{b[3]} << 24 | std::uint32_t{b[2]} << 16 | std::uint32_t{b[1]} << 8 | b[0];
    }
    std::uint32_t little16(const char* what) {
        const bytes_view b = take(2, what);
        return std::uint32_t{b[1]} << 8 | b[0];
    }
    std::uint64_t little64(const char* what) {
        need(8, what);
        const std::uint64_t low = little32(what);
        return std::uint64_t{little32(what)} << 32 | low;
    }

private:
    bytes_view  bytes_;
    std::string file_;
    std::size_t at_ = 0;
};

}  // namespace elbo::io
