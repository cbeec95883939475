// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/amat.hpp>
#include <elbo/io/cifar.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/folder.hpp>
#include <elbo/io/idx.hpp>
#include <elbo/io/matlab_images.hpp>
#include <elbo/io/png_reader.hpp>
#include <elbo/io/recognise.hpp>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::data {

namespace loading {

using io::content;
using io::found_file;
using io::refuse;
using io::role;

inline std::size_t common_start(const std::string& a, const std::string& b) {
    return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first - a.begin());
}

// The label files that belong to a file of images: of the same part, their names the most alike, by `least` characters
// at the start or more.
inline void add_labels_beside(images& set, const found_file& of, std::span<const found_file> files, std::size_t least) {
    const auto may = [&](const found_file& file) { return file.holds == content::idx_labels && file.part == of.part; };
    for (const found_file& file : files)
        if (may(file)) least = std::max(least, common_start(file.name, of.name));
    for (const found_file& file : files)
        if (may(file) && common_start(file.name, of.name) >= least)
            io::add_labels(set, io::read_idx_labels(file.path), file.path);
}

inline images read_one(const found_file& file) {
    switch (file.holds) {
        case content::idx_images: return io::read_idx_images(file.path);
        case content::cifar10: return io::read_cifar10(file.path);
        case content::matlab: return io::read_matlab_images(file.path);
        case content::amat: return io::read_amat(file.path);
        case content::png: return io::read_png(file.path);
        case content::idx_labels: refuse({file.path, ": expected images, got labels"});
        case content::unknown: break;
    }
    refuse({file.path, ": expected IDX, CIFAR-10 .bin, MAT, amat or PNG, got none of them"});
}

inline std::vector<found_file> of_part(std::span<const found_file> files, content holds, role part) {
    std::vector<found_file> chosen;
    for (const found_file& file : files)
        if (file.holds == holds && file.part == part) chosen.push_back(file);
    return chosen;
}

// One part of a data set: one file, or for CIFAR-10 one or more. None is an empty set.
inline images read_part(const std::string& folder, std::span<const found_file> files, content holds, role part) {
    const std::vector<found_file> chosen = of_part(files, holds, part);
    images                        set;
    if (chosen.empty()) return set;
    if (holds == content::cifar10) {
        for (const found_file& file : chosen) {
            const io::contents unpacked = io::read_unpacked(file.path);
            io::parse_cifar10(set, unpacked.bytes, unpacked.name);
        }
        return set;
    }
    if (chosen.size() > 1)
        refuse({folder, ": expected one file of images, or names that say train and test, got ",
                io::printable(chosen[0].name), " and ", io::printable(chosen[1].name),
                "; give the file instead of the folder"});
    set = read_one(chosen[0]);
    if (holds == content::idx_images) add_labels_beside(set, chosen[0], files, 0);
    return set;
}

// A folder with folders train, valid(ation) and test of pictures, or of pictures without such parts.
inline splits read_pictures(const std::string& folder) {
    namespace fs = std::filesystem;
    splits          all;
    std::error_code ignore;
    const auto      part = [&](const char* name) { return fs::is_directory(fs::path(folder) / name, ignore); };
    const auto      path = [&](const char* name) { return (fs::path(folder) / name).string(); };
    if (!part("train")) {
        all.train = io::read_png_folder(folder);
        return all;
    }
    io::picture_folder train = io::read_picture_folder(path("train"));
    const auto         same  = [&](const char* name) { return io::read_picture_folder(path(name), &train).images; };
    if (part("valid")) all.validation = same("valid");
    else if (part("validation")) all.validation = same("validation");
    if (part("test")) all.test = same("test");
    all.train = std::move(train.images);
    return all;
}

inline splits read_folder(const std::string& folder) {
    const std::vector<found_file> files = io::recognise_folder(folder);
    splits                        all;
    for (const content holds : {content::idx_images, content::cifar10, content::matlab, content::amat}) {
        if (std::none_of(files.begin(), files.end(), [&](const found_file& file) { return file.holds == holds; }))
            continue;
        all.train = read_part(folder, files, holds, role::train);
        if (all.train.size() == 0) all.train = read_part(folder, files, holds, role::none);
        if (all.train.size() == 0) refuse({folder, ": expected a training set, got only other parts of one"});
        all.validation = read_part(folder, files, holds, role::validation);
        all.test       = read_part(folder, files, holds, role::test);
        return all;
    }
    if (io::png_files(folder).empty())
        refuse({folder, ": expected IDX, CIFAR-10 .bin, MAT, amat or PNG files, got none of them"});
    return read_pictures(folder);
}

}  // namespace loading

// What load() is: see load.hpp.
inline splits load(const std::string& path) {
    namespace fs = std::filesystem;
    splits          all;
    std::error_code ignore;
    if (fs::is_directory(path, ignore)) {
        all = loading::read_folder(path);
    } else {
        const io::found_file file = io::recognise(path);
        all.train                 = loading::read_one(file);
        const fs::path beside     = fs::path(path).parent_path();
        if (file.holds == io::content::idx_images)
            loading::add_labels_beside(all.train, file, io::recognise_folder(beside.empty() ? "." : beside.string()),
                                       3);
    }
    const std::string name    = fs::weakly_canonical(path, ignore).filename().string();
    const std::size_t classes = std::max({all.train.classes, all.validation.classes, all.test.classes});
    const images&     first   = all.train;
    for (images* part : {&all.train, &all.validation, &all.test}) {
        if (part->size() == 0) continue;
        if (part->channels != first.channels || part->height != first.height || part->width != first.width)
            io::refuse({path, ": expected images of one size in all parts of the data set, got two sizes"});
        part->name    = name;
        part->classes = part->labelled() ? classes : 0;
    }
    return all;
}

}  // namespace elbo::data
