// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>

namespace elbo::io {

// A file that is not what it should be, in one line: file, offset, expected, got.
struct bad_file : std::runtime_error {
    using std::runtime_error::runtime_error;

    bad_file(const std::string& file, std::uint64_t offset, const std::string& expected, const std::string& got)
        : std::runtime_error(sentence({file, ": at byte ", offset, ": expected ", expected, ", got ", got})) {}
};

// A file of which nothing is known, because the system would not let us read it.
struct unreadable : bad_file {
    using bad_file::bad_file;
};

// Throws bad_file: refuse(file, 3, {"a rank of 1 to 4"}, {rank}), or refuse({path, ": cannot list"}).
[[noreturn]] ELBO_COLD inline void refuse(const std::string& file, std::uint64_t offset, message_parts expected,
                                               message_parts got) {
    throw bad_file(file, offset, sentence(expected), sentence(got));
}
[[noreturn]] ELBO_COLD inline void refuse(message_parts all) { throw bad_file(sentence(all)); }

}  // namespace elbo::io
