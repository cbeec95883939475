// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/json_text.hpp>
#include <elbo/io/problem.hpp>

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

// A JSON value (RFC 8259). Objects keep the order in which they were written; integers stay exact over the whole
// 64 bits; doubles are written with the fewest digits that give the same double back; what is not finite is null.
class json {
public:
    using array  = std::vector<json>;
    using member = std::pair<std::string, json>;
    using object = std::vector<member>;

    json() = default;
    json(std::nullptr_t) {}
    json(bool value) : kind_(kind::truth), bits_(value) {}
    json(double value) : kind_(kind::real), bits_(std::bit_cast<std::uint64_t>(value)) {}
    json(const char* value) : kind_(kind::text), text_(value) {}
    json(std::string_view value) : kind_(kind::text), text_(value) {}
    json(std::string value) : kind_(kind::text), text_(std::move(value)) {}
    json(array value) : kind_(kind::items), items_(std::move(value)) {}
    json(object value) : kind_(kind::members), members_(std::move(value)) {}
    template <class I>
    requires(std::is_integral_v<I> && !std::is_same_v<I, bool>)
    json(I value) : kind_(std::is_signed_v<I> ? kind::whole : kind::count), bits_(static_cast<std::uint64_t>(value)) {}

    bool is_null() const { return kind_ == kind::none; }
    bool is_bool() const { return kind_ == kind::truth; }
    bool is_integer() const { return kind_ == kind::whole || kind_ == kind::count; }
    bool is_number() const { return is_integer() || kind_ == kind::real; }
    bool is_string() const { return kind_ == kind::text; }
    bool is_array() const { return kind_ == kind::items; }
    bool is_object() const { return kind_ == kind::members; }

    // What it is not is the fallback: a number asked of a string is not an error of a reader of own files.
    bool   truth(bool fallback = false) const { return is_bool() ? bits_ != 0 : fallback; }
    double number(double fallback = 0) const {
        if (kind_ == kind::whole) return static_cast<double>(static_cast<std::int64_t>(bits_));
        if (kind_ == kind::count) return static_cast<double>(bits_);
        return kind_ == kind::real ? std::bit_cast<double>(bits_) : fallback;
    }
    std::uint64_t count(std::uint64_t fallback = 0) const {
        return kind_ == kind::count || (kind_ == kind::whole && static_cast<std::int64_t>(bits_) >= 0) ? bits_ : fallback;
    }
    // Empty where it is something else.
    const std::string& text() const { return text_; }
    const array&       items() const { return items_; }
    const object&      members() const { return members_; }

    const json* find(std::string_view name) const {
        for (const member& m : members())
            if (m.first == name) return &m.second;
        return nullptr;
    }
    // An absent member is null.
    const json& operator[](std::string_view name) const {
        static const json none;
        const json*       found = find(name);
        return found != nullptr ? *found : none;
    }
    // Adds a member, or replaces the one of that name; what was null becomes an object.
    json& set(std::string name, json value) {
        if (!is_object()) *this = json(object{});
        for (member& m : members_)
            if (m.first == name) return m.second = std::move(value), *this;
        members_.emplace_back(std::move(name), std::move(value));
        return *this;
    }
    json& push(json value) {
        if (!is_array()) *this = json(array{});
        items_.push_back(std::move(value));
        return *this;
    }

    bool operator==(const json& other) const;  // below: a pair of a class that is not finished compares with nothing

    // One line; or indented, two blanks a level.
    std::string dump(bool indented = false) const {
        std::string out;
        write_to(out, indented ? 0 : -1);
        return out;
    }
    // `file` is what a complaint calls the text.
    static json parse(std::string_view text, const std::string& file = "json");

private:
    void write_to(std::string& out, int depth) const;

    // A variant of the seven would be smaller and was half of what this file costs a compiler.
    enum class kind : std::uint8_t { none, truth, whole, count, real, text, items, members };
    kind          kind_ = kind::none;
    std::uint64_t bits_ = 0;
    std::string   text_;
    array         items_;
    object        members_;
};

inline bool json::operator==(const json& other) const {
    return kind_ == other.kind_ && bits_ == other.bits_ && text_ == other.text_ && items_ == other.items_ && members_ == other.members_;
}

namespace json_text {

inline void add_utf8(std::string& out, std::uint32_t point) {
    const auto add = [&](std::uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xC0 | (point >> 6)), add(0x80 | (point & 63));
    } else if (point < 0x10000) {
        add(0xE0 | (point >> 12)), add(0x80 | ((point >> 6) & 63)), add(0x80 | (point & 63));
    } else {
        add(0xF0 | (point >> 18)), add(0x80 | ((point >> 12) & 63)), add(0x80 | ((point >> 6) & 63)),
            add(0x80 | (point & 63));
    }
}

class parser {
public:
    parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

    json document() {
        json value = element(0);
        skip();
        if (at_ != text_.size()) complain("the end");
        return value;
    }

private:
    static constexpr int deepest = 64;

    [[noreturn]] void complain(const char* expected) const {
        refuse(file_, at_, {expected}, {at_ < text_.size() ? sentence({"'", text_.substr(at_, 1), "'"}) : "the end"});
    }
    void skip() {
        while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    bool take(std::string_view word) {
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    json element(int depth) {
        if (depth > deepest) complain("at most 64 levels");
        skip();
        if (at_ >= text_.size()) complain("a value");
        const char c = text_[at_];
        if (c == '{') return members(depth);
        if (c == '[') return items(depth);
        if (c == '"') return string();
        if (take("true")) return true;
        if (take("false")) return false;
        if (take("null")) return nullptr;
        return number();
    }
    json members(int depth) {
        json::object out;
        ++at_;
        if (take('}')) return out;
        do {
            skip();
            if (at_ >= text_.size() || text_[at_] != '"') complain("a name");
            std::string name = string();
            for (const json::member& m : out)
                if (m.first == name) complain("a name that is new");
            if (!take(':')) complain("':'");
            out.emplace_back(std::move(name), element(depth + 1));
        } while (take(','));
        if (!take('}')) complain("',' or '}'");
        return out;
    }
    json items(int depth) {
        json::array out;
        ++at_;
        if (take(']')) return out;
        do out.push_back(element(depth + 1));
        while (take(','));
        if (!take(']')) complain("',' or ']'");
        return out;
    }
    std::uint32_t four_digits() {
        if (at_ + 4 > text_.size()) complain("four hexadecimal digits");
        std::uint32_t value = 0;
        const char*   first = text_.data() + at_;
        if (const auto got = std::from_chars(first, first + 4, value, 16); got.ptr != first + 4)
            complain("four hexadecimal digits");
        at_ += 4;
        return value;
    }
    std::string string() {
        std::string out;
        for (++at_; at_ < text_.size() && text_[at_] != '"';) {
            const char c = text_[at_];
            if (static_cast<unsigned char>(c) < 0x20) complain("no bare control character");
            if (c != '\\') {
                const std::size_t length = utf8_character(text_.substr(at_));
                if (length == 0) complain("UTF-8");
                out += text_.substr(at_, length);
                at_ += length;
                continue;
            }
            ++at_;
            constexpr std::string_view from = "\"\\/bfnrt", to = "\"\\/\b\f\n\r\t";
            const std::size_t          which = at_ < text_.size() ? from.find(text_[at_]) : std::string_view::npos;
            if (which != std::string_view::npos) {
                out += to[which];
                ++at_;
            } else if (take("u")) {
                std::uint32_t point = four_digits();
                if (point >= 0xD800 && point < 0xDC00 && take("\\u")) {
                    const std::uint32_t low = four_digits();
                    if (low < 0xDC00 || low > 0xDFFF) complain("the second half of a pair");
                    point = 0x10000 + ((point - 0xD800) << 10) + (low - 0xDC00);
                }
                if (point >= 0xD800 && point < 0xE000) complain("a whole pair");
                add_utf8(out, point);
            } else {
                complain("an escape");
            }
        }
        if (at_ >= text_.size()) complain("'\"'");
        ++at_;
        return out;
    }
    // from_chars takes more than JSON allows ("01", "1.", "inf"), so the grammar is checked first.
    json number() {
        const std::size_t start  = at_;
        const auto        digits = [&] {
            const std::size_t from = at_;
            while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9') ++at_;
            if (at_ == from) complain("a value");
        };
        bool whole = true;
        take("-");
        if (!take("0")) digits();
        if (take(".")) whole = false, digits();
        if (take("e") || take("E")) {
            whole = false;
            if (!take("+")) take("-");
            digits();
        }
        const char* first = text_.data() + start;
        const char* last  = text_.data() + at_;
        if (whole) {
            std::int64_t  i = 0;
            std::uint64_t u = 0;
            if (std::from_chars(first, last, i).ec == std::errc()) return i;
            if (std::from_chars(first, last, u).ec == std::errc()) return u;
        }
        double value = 0;
        if (std::from_chars(first, last, value).ec != std::errc()) {
            at_ = start;
            complain("a number that a double holds");
        }
        return value;
    }

    std::string_view   text_;
    const std::string& file_;
    std::size_t        at_ = 0;
};

}  // namespace json_text

inline json json::parse(std::string_view text, const std::string& file) {
    return json_text::parser(text, file).document();
}

inline void json::write_to(std::string& out, int depth) const {
    const auto list = [&](char open, char close, const auto& parts, auto&& each) {
        out += open;
        bool later = false;
        for (const auto& part : parts) {
            if (later) out += depth < 0 ? ", " : ",";
            if (depth >= 0) (out += '\n').append(2 * static_cast<std::size_t>(depth) + 2, ' ');
            each(part);
            later = true;
        }
        if (later && depth >= 0) (out += '\n').append(2 * static_cast<std::size_t>(depth), ' ');
        out += close;
    };
    const int below = depth < 0 ? -1 : depth + 1;
    if (is_null()) out += "null";
    else if (is_bool()) out += truth() ? "true" : "false";
    else if (kind_ == kind::whole) out += std::to_string(static_cast<std::int64_t>(bits_));
    else if (kind_ == kind::count) out += std::to_string(bits_);
    else if (kind_ == kind::real) add_json_number(out, number());
    else if (is_string()) add_json_string(out, text());
    else if (is_array()) list('[', ']', items(), [&](const json& item) { item.write_to(out, below); });
    else
        list('{', '}', members(), [&](const member& m) {
            add_json_string(out, m.first);
            out += ": ";
            m.second.write_to(out, below);
        });
}

}  // namespace elbo::io
