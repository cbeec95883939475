// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

ELBO_COMPILED_ONCE

namespace elbo {

// A word or a number of a message.
struct message_part {
    const char* text;  // null: a number
    std::size_t size;  // of the text, or the number itself

    constexpr message_part(const char* words) : message_part(std::string_view(words)) {}
    constexpr message_part(std::string_view words) : text(words.data() != nullptr ? words.data() : ""), size(words.size()) {}
    message_part(const std::string& words) : text(words.data()), size(words.size()) {}
    template <std::unsigned_integral N>
    constexpr message_part(N number) : text(nullptr), size(number) {}
};
using message_parts = std::initializer_list<message_part>;

// sentence({"at most ", n, " bytes"}). Put together here, once: strings joined with + are compiled anew wherever they are
// thrown, and were most of what a file's reader cost a compiler.
ELBO_COLD inline std::string sentence(message_parts parts) {
    std::string all;
    for (const message_part& part : parts)
        if (part.text != nullptr) all.append(part.text, part.size);
        else all.append(std::to_string(part.size));
    return all;
}

}  // namespace elbo
