// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace elbo::io {

// A file that is not what it should be, in one line: file, offset, expected, got.
struct bad_file : std::runtime_error {
    using std::runtime_error::runtime_error;

    bad_file(const std::string& file, std::uint64_t offset, const std::string& expected, const std::string& got)
        : std::runtime_error(file + ": at byte " + std::to_string(offset) + ": expected " + expected + ", got " + got) {}
};

}  // namespace elbo::io
