// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/json.hpp>
#include <elbo/train/named_value.hpp>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

// The history of a run, metrics.jsonl: one JSON object a line, one line a log interval,
//   {"step": 600, "epoch": 1, "seconds": 2.1, "loss": 171.3, "reconstruction": 151.9, "kl": 19.4, ...}
// every term under its own name, what is not finite as null.

ELBO_COMPILED_ONCE

namespace elbo {

// A process that was killed may leave half a line at the end: it is not there. Anything else that is not an object is
// a bad file.
inline std::vector<io::json> read_metrics(const std::string& path) {
    const std::vector<std::uint8_t> bytes = io::read_file(path);
    const std::string_view          text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    std::vector<io::json>           lines;
    for (std::size_t start = 0; start < text.size();) {
        const std::size_t end = text.find('\n', start);
        if (end == std::string_view::npos) break;
        lines.push_back(
            io::json::parse(text.substr(start, end - start), sentence({path, ", line ", lines.size() + 1})));
        if (!lines.back().is_object()) throw io::bad_file(path, start, "an object", "another value");
        start = end + 1;
    }
    return lines;
}

// One term over the run, as (step, value); lines without it, or where it is null, are left out.
inline std::vector<std::pair<double, double>> series(std::span<const io::json> lines, std::string_view name) {
    std::vector<std::pair<double, double>> out;
    for (const io::json& line : lines)
        if (line[name].is_number()) out.emplace_back(line["step"].number(), line[name].number());
    return out;
}

// Every name in the order of first appearance, without step, epoch and seconds.
inline std::vector<std::string> series_names(std::span<const io::json> lines) {
    std::vector<std::string> names;
    for (const io::json& line : lines)
        for (const auto& [name, value] : line.members())
            if (name != "step" && name != "epoch" && name != "seconds" &&
                std::find(names.begin(), names.end(), name) == names.end())
                names.push_back(name);
    return names;
}

class metrics_log {
public:
    // A new history: what was at the path is gone.
    explicit metrics_log(std::string path) : path_(std::move(path)) { open("we"); }

    // Goes on after `resumed_at`: lines of later steps were written by a process whose work is lost.
    metrics_log(std::string path, std::uint64_t resumed_at) : path_(std::move(path)) {
        std::string kept;
        if (std::filesystem::exists(path_))
            for (const io::json& line : read_metrics(path_))
                if (line["step"].number() <= static_cast<double>(resumed_at)) {
                    kept += line.dump() + "\n";
                    seconds_before_ = line["seconds"].number();
                }
        io::write_atomically(path_, std::string_view(kept));
        open("ae");
    }
    ~metrics_log() {
        if (file_ != nullptr) std::fclose(file_);
    }
    metrics_log(const metrics_log&)            = delete;
    metrics_log& operator=(const metrics_log&) = delete;

    // Wall time of the last line that was kept.
    double seconds_before() const { return seconds_before_; }

    // One line, on its way to the disk when this returns.
    ELBO_COLD void add(std::uint64_t step, std::uint64_t epoch, double seconds, std::span<const named_value> values) {
        std::string text = sentence({"{\"step\": ", step, ", \"epoch\": ", epoch});
        const auto  add  = [&](std::string_view name, double value) {
            text += ", ";
            io::add_json_string(text, name);
            text += ": ";
            io::add_json_number(text, value);
        };
        add("seconds", seconds);
        for (std::size_t i = 0; i < values.size(); ++i) {  // of one name the last: a reader refuses a second
            const auto is_named_so = [&](const named_value& other) { return other.name == values[i].name; };
            if (std::none_of(values.begin() + static_cast<std::ptrdiff_t>(i) + 1, values.end(), is_named_so)) add(values[i].name, values[i].value);
        }
        text += "}\n";
        if (std::fwrite(text.data(), 1, text.size(), file_) != text.size() || std::fflush(file_) != 0) fail("writing");
    }

private:
    void open(const char* mode) {
        file_ = std::fopen(path_.c_str(), mode);
        if (file_ == nullptr) fail("opening");
    }
    [[noreturn]] void fail(const char* what) const {
        throw std::system_error(errno, std::generic_category(), sentence({path_, ": ", what, " failed"}));
    }

    std::string path_;
    std::FILE*  file_           = nullptr;
    double      seconds_before_ = 0;
};

}  // namespace elbo
