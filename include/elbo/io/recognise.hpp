// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/file.hpp>

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

enum class content { unknown, idx_images, idx_labels, cifar10, matlab, amat, png };
enum class role { none, train, validation, test, extra };

struct found_file {
    std::string path, name;   // the name without its folder, in lower case
    content     holds = content::unknown;
    role        part  = role::none;
};

// By the first bytes, unpacked if need be. CIFAR-10 has no magic: its name must help.
inline content content_of_bytes(bytes_view start, std::string_view name) {
    const auto begins = [&](std::string_view magic) {
        return start.size() >= magic.size() &&
               std::equal(magic.begin(), magic.end(), start.begin(),
                          [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
    };
    if (begins(std::string_view("\0\0\x08\x01", 4))) return content::idx_labels;
    if (begins(std::string_view("\0\0\x08\x03", 4)) || begins(std::string_view("\0\0\x08\x04", 4)))
        return content::idx_images;
    if (begins("MATLAB ")) return content::matlab;
    if (begins("\x89PNG")) return content::png;
    if (start.size() >= 4 && (start[0] & 0xFE) == '0' && start[1] == ' ' && (start[2] & 0xFE) == '0')
        return content::amat;
    if (!start.empty() && start[0] <= 9 && name.find(".bin") != std::string_view::npos) return content::cifar10;
    return content::unknown;
}

// What a file claims to be by its name, so that a broken one is complained about and not passed over.
inline content content_of_name(std::string_view name) {
    if (name.ends_with(".gz")) name.remove_suffix(3);
    const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (has("idx1-ubyte") || has("idx1.ubyte")) return content::idx_labels;
    if (has("idx3-ubyte") || has("idx3.ubyte")) return content::idx_images;
    if (name.ends_with(".amat")) return content::amat;
    if (name.ends_with(".mat")) return content::matlab;
    if (name.ends_with(".png")) return content::png;
    if (name.ends_with(".bin") && has("_batch")) return content::cifar10;
    return content::unknown;
}

inline role role_of_name(std::string_view name) {
    const auto has = [&](std::string_view word) { return name.find(word) != std::string_view::npos; };
    if (has("t10k") || has("test")) return role::test;
    if (has("valid")) return role::validation;
    if (has("train") || has("data_batch")) return role::train;
    if (has("extra_32x32")) return role::extra;
    return role::none;
}

inline found_file recognise(const std::string& path) {
    found_file file{path, std::filesystem::path(path).filename().string()};
    for (char& c : file.name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    std::vector<std::uint8_t> start = read_start(path, 4096, static_cast<std::size_t>(-1));
    if (is_gzip(start)) start = gunzip_start_of(start, 512);
    file.holds = content_of_bytes(start, file.name);
    if (file.holds == content::unknown) file.holds = content_of_name(file.name);
    file.part = role_of_name(file.name);
    return file;
}

// The recognised files directly in a folder, sorted by name; hidden and other files are passed over.
inline std::vector<found_file> recognise_folder(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<std::string> paths;
    std::error_code          problem;
    for (fs::directory_iterator entry(folder, problem), end; !problem && entry != end; entry.increment(problem)) {
        std::error_code ignore;
        if (entry->path().filename().string().front() != '.' && entry->is_regular_file(ignore))
            paths.push_back(entry->path().string());
    }
    if (problem) refuse({folder, ": cannot list: ", problem.message()});
    std::sort(paths.begin(), paths.end());
    std::vector<found_file> files;
    for (const std::string& path : paths) {
        found_file file = recognise(path);
        if (file.holds != content::unknown) files.push_back(std::move(file));
    }
    return files;
}

}  // namespace elbo::io
