// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/png_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

// The PNG files in a folder and in all folders below it, sorted by path; hidden files are passed over.
inline std::vector<std::filesystem::path> png_files(const std::string& folder) {
    namespace fs = std::filesystem;
    std::vector<fs::path> found;
    std::error_code       problem;
    for (fs::recursive_directory_iterator entry(folder, problem), end; !problem && entry != end;
         entry.increment(problem)) {
        const fs::path& path = entry->path();
        std::error_code ignore;
        if (path.filename().string().front() == '.') {
            entry.disable_recursion_pending();
        } else if (path.extension() == ".png" || path.extension() == ".PNG") {
            if (entry->is_regular_file(ignore)) found.push_back(path);
        }
    }
    if (problem) refuse({folder, ": cannot list: ", problem.message()});
    std::sort(found.begin(), found.end());
    return found;
}

// Pictures of one size, and the folders that they lie in, sorted and relative to `folder`: empty for the folder itself.
struct picture_folder {
    data::images                       images;
    std::vector<std::filesystem::path> homes;
};
// Where pictures lie in sub-folders, each folder with some is a class, numbered in sorted order; or as `like` has them, of which
// these may be some.
inline picture_folder read_picture_folder(const std::string& folder, const picture_folder* like = nullptr) {
    namespace fs = std::filesystem;
    const std::vector<fs::path> files = png_files(folder);
    if (files.empty()) refuse({folder, ": expected PNG files, got none"});
    const auto            home_of = [&](const fs::path& file) { return file.lexically_relative(folder).parent_path(); };
    std::vector<fs::path> homes;
    for (const fs::path& file : files) homes.push_back(home_of(file));
    std::sort(homes.begin(), homes.end());
    homes.erase(std::unique(homes.begin(), homes.end()), homes.end());
    const bool flat = homes.front().empty();
    if (!flat && like != nullptr) {
        for (const fs::path& home : homes)
            if (!std::binary_search(like->homes.begin(), like->homes.end(), home))
                refuse({folder, ": expected sub-folders that the training set has, got ", printable(home.string())});
        homes = like->homes;
    }
    if (flat && homes.size() > 1)
        refuse({folder, ": expected PNG files either in the folder or in its sub-folders, got both"});
    if (homes.size() > 256)
        refuse({folder, ": expected at most 256 sub-folders as classes, got ", homes.size()});

    const auto size_text = [](const data::images& i) { return shape_text(std::vector{i.height, i.width, i.channels}); };
    data::images all;
    for (const fs::path& file : files) {
        const data::images one = read_png(file.string());
        if (all.pixels.empty()) {
            all.channels = one.channels;
            all.height   = one.height;
            all.width    = one.width;
            all.kind     = one.kind;
        }
        if (size_text(one) != size_text(all))
            refuse(file.string(), 16, {"the size of the first picture, ", size_text(all)}, {size_text(one)});
        if (one.kind != all.kind) all.kind = data::pixels_are::grey;   // one bit and eight bits together
        append(all.pixels, one.pixels);
        if (flat) continue;
        const auto home = std::lower_bound(homes.begin(), homes.end(), home_of(file));
        all.labels.push_back(static_cast<std::uint8_t>(home - homes.begin()));
    }
    all.classes = flat ? 0 : homes.size();
    return {std::move(all), std::move(homes)};
}
inline data::images read_png_folder(const std::string& folder) { return read_picture_folder(folder).images; }

}  // namespace elbo::io
