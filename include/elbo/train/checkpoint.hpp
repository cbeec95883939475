// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/safetensors.hpp>
#include <elbo/train/fingerprint.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// Files from which a run goes on, one naming rule:
//   checkpoint-<model>-z<latent size>-<step, nine digits>.safetensors      best-... the one that measured best
// They sort by step, and say what they are before they are opened. Each is written whole or not at all, and nothing
// older is removed until it is.

ELBO_COMPILED_ONCE

namespace elbo {

struct checkpoint_name {
    std::string   kind   = "checkpoint", model;  // kind: checkpoint or best
    std::size_t   latent = 0;
    std::uint64_t step   = 0;

    std::string file_name() const {
        char digits[24];
        std::snprintf(digits, sizeof digits, "%09llu", static_cast<unsigned long long>(step));
        return kind + "-" + model + "-z" + std::to_string(latent) + "-" + digits + ".safetensors";
    }
    bool same_series(const checkpoint_name& other) const {
        return kind == other.kind && model == other.model && latent == other.latent;
    }
    // Nothing if the name does not follow the rule, to the letter.
    static std::optional<checkpoint_name> parse(std::string_view file) {
        const std::size_t kind_end = file.find('-'), step_at = file.rfind('-');
        if (kind_end == std::string_view::npos) return std::nullopt;
        const std::size_t latent_at = file.substr(0, step_at).rfind("-z");
        if (latent_at == std::string_view::npos || latent_at <= kind_end) return std::nullopt;
        checkpoint_name name;
        name.kind  = file.substr(0, kind_end);
        name.model = file.substr(kind_end + 1, latent_at - kind_end - 1);
        std::from_chars(file.data() + latent_at + 2, file.data() + step_at, name.latent);
        std::from_chars(file.data() + step_at + 1, file.data() + file.size(), name.step);
        const bool known = name.kind == "checkpoint" || name.kind == "best";
        return known && name.file_name() == file ? std::optional(name) : std::nullopt;
    }
};

// All in a folder that follow the rule, the newest first.
inline std::vector<checkpoint_name> list_checkpoints(const std::string& folder) {
    std::vector<checkpoint_name> names;
    std::error_code              none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none))
        if (auto name = checkpoint_name::parse(entry.path().filename().string())) {
            names.push_back(std::move(*name));
            const auto is_newer = [](const checkpoint_name& a, const checkpoint_name& b) {
                return a.step != b.step ? a.step > b.step : a.file_name() < b.file_name();
            };
            for (std::size_t i = names.size() - 1; i > 0 && is_newer(names[i], names[i - 1]); --i) std::swap(names[i], names[i - 1]);
        }
    return names;
}

// What the format itself does not show: that the bytes are the ones that were written.
inline std::string fingerprint_of(std::span<const io::tensor_entry> tensors) {
    fingerprint print;
    for (const io::tensor_entry& tensor : tensors) print.add(tensor.name).add(tensor.bytes);
    return print.text();
}

// Any safetensors file; one of ours is also compared with its fingerprint.
inline io::tensor_file read_checkpoint(const std::string& path) {
    io::tensor_file file  = io::read_safetensors(path, static_cast<std::size_t>(-1));  // as large as it was written
    const auto      print = file.metadata.find("fingerprint");
    if (print != file.metadata.end())
        if (const std::string got = fingerprint_of(file.tensors); got != print->second)
            throw io::bad_file(path + ": expected tensors of fingerprint " + print->second + ", got " + got);
    return file;
}

struct found_checkpoint {
    std::string     path;
    std::uint64_t   step = 0;
    io::tensor_file file;
};

struct newest_checkpoint {
    std::optional<found_checkpoint> found;
    std::vector<std::string>        warnings;  // a line for each damaged one that was passed over
};

// The checkpoints of one model in one folder.
class checkpoint_folder {
public:
    checkpoint_folder(std::string folder, std::string model, std::size_t latent, std::size_t keep = 3)
        : folder_(std::move(folder)),
          model_(std::move(model)),
          latent_(latent),
          keep_(std::max<std::size_t>(keep, 1)) {}

    std::string path_of(const checkpoint_name& name) const {
        return (std::filesystem::path(folder_) / name.file_name()).string();
    }

    // The newest that can be read, and says inside what its name says outside.
    newest_checkpoint newest() const { return newest_of("checkpoint"); }
    newest_checkpoint best() const { return newest_of("best"); }

    // What killed processes left of this folder's files, half written.
    void remove_leftovers() const {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(folder_, none)) {
            std::string name = entry.path().filename().string();
            if (!name.ends_with(".part") || !name.starts_with(".")) continue;
            name = name.substr(1, name.rfind('.', name.size() - 6) - 1);  // .NAME.PROCESS-NUMBER.part
            if (const auto of = checkpoint_name::parse(name); of && of->same_series(name_of(of->kind, 0)))
                io::remove_leftovers((std::filesystem::path(folder_) / name).string());
        }
    }

    // Then removes what is too old, and what is of a later step: it belongs to a future that did not come about.
    // Gives the path.
    std::string write(std::uint64_t step, std::span<const io::tensor_entry> tensors,
                      const std::map<std::string, std::string>& metadata = {}) const {
        const std::string path = put(name_of("checkpoint", step), tensors, metadata);
        std::size_t       kept = 1;
        for (const checkpoint_name& name : list_checkpoints(folder_))
            if (name.same_series(name_of("checkpoint", 0)) && name.step != step)
                if (name.step > step || kept++ >= keep_) discard(name);
        return path;
    }

    // A copy of its own, so that it stays when the checkpoint of its step goes. There is one.
    std::string write_best(std::uint64_t step, std::span<const io::tensor_entry> tensors,
                           const std::map<std::string, std::string>& metadata = {}) const {
        const std::string path = put(name_of("best", step), tensors, metadata);
        for (const checkpoint_name& name : list_checkpoints(folder_))
            if (name.same_series(name_of("best", 0)) && name.step != step) discard(name);
        return path;
    }

private:
    newest_checkpoint newest_of(const char* kind) const {
        newest_checkpoint out;
        for (const checkpoint_name& name : list_checkpoints(folder_)) {
            if (!name.same_series(name_of(kind, name.step))) continue;
            const std::string path = path_of(name);
            try {
                io::tensor_file file = read_checkpoint(path);
                for (const auto& [key, value] : identity(name.step))
                    if (const auto got = file.metadata.find(key); got == file.metadata.end() || got->second != value)
                        throw io::bad_file(path + ": expected " + key + " " + value + " in its metadata, got " +
                                           (got == file.metadata.end() ? "none" : io::printable(got->second)));
                out.found = found_checkpoint{path, name.step, std::move(file)};
                return out;
            } catch (const io::unreadable&) {
                throw;  // it may well be whole: who went on from an older one would delete it
            } catch (const io::bad_file& damage) {
                out.warnings.push_back(std::string("passing over a damaged checkpoint: ") + damage.what());
            }
        }
        return out;
    }

    checkpoint_name name_of(std::string kind, std::uint64_t step) const {
        return {std::move(kind), model_, latent_, step};
    }

    std::map<std::string, std::string> identity(std::uint64_t step) const {
        return {{"model", model_}, {"latent", std::to_string(latent_)}, {"step", std::to_string(step)}};
    }
    std::string put(const checkpoint_name& name, std::span<const io::tensor_entry> tensors,
                    const std::map<std::string, std::string>& metadata) const {
        std::map<std::string, std::string> all = identity(name.step);
        all["fingerprint"]                     = fingerprint_of(tensors);
        all.insert(metadata.begin(), metadata.end());
        std::filesystem::create_directories(folder_);
        const std::string path = path_of(name);
        io::write_safetensors(path, all, tensors);
        return path;
    }
    // What cannot be removed stays; it does no harm.
    void discard(const checkpoint_name& name) const {
        std::error_code none;
        std::filesystem::remove(path_of(name), none);
    }

    std::string folder_, model_;
    std::size_t latent_, keep_;
};

}  // namespace elbo
