// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>

#include <filesystem>
#include <fstream>
#include <ios>
#include <string>
#include <string_view>
#include <system_error>

ELBO_COMPILED_ONCE

namespace elbo::io {

// Pictures and pages: parent folders are made; what stands there is replaced. Checkpoints, which must survive a crash,
// are not written with this.
ELBO_COLD inline void write_file(const std::filesystem::path& path, bytes_view bytes) {
    std::error_code trouble;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), trouble);
    std::ofstream out(path, std::ios::binary | std::ios::trunc);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) refuse({path.string(), ": cannot be written", trouble ? ": " + trouble.message() : ""});
}

inline void write_file(const std::filesystem::path& path, std::string_view text) {
    write_file(path, bytes_view(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
}

}  // namespace elbo::io
