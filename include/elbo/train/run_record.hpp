// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/json.hpp>
#include <elbo/train/fingerprint.hpp>
#include <elbo/train/options.hpp>

#include <cctype>
#include <chrono>
#include <ctime>
#include <string>
#include <string_view>
#include <variant>

// run.json: everything needed to repeat a run. The caller adds what only it knows: the model, its size, the machine.

ELBO_COMPILED_ONCE

namespace elbo {

inline io::json describe(const data::images& set) {
    const std::string print = fingerprint().add(set.pixels).add(set.labels).text();
    const char*       kind  = set.kind == data::pixels_are::grey           ? "grey"
                              : set.kind == data::pixels_are::fixed_binary ? "fixed binary"
                                                                           : "colour";
    io::json          out;
    out.set("name", set.name).set("pixels", kind).set("images", set.size()).set("classes", set.classes);
    out.set("shape", io::json::array{set.channels, set.height, set.width}).set("fingerprint", print);
    return out;
}

// A word as a shell reads it.
inline std::string shell_word(std::string_view word) {
    constexpr std::string_view harmless = "%+,-./:=@_";
    bool                       plain    = !word.empty();
    for (const char c : word)
        plain =
            plain && (std::isalnum(static_cast<unsigned char>(c)) != 0 || harmless.find(c) != std::string_view::npos);
    if (plain) return std::string(word);
    std::string out = "'";
    for (const char c : word) c == '\'' ? out += "'\\''" : out += c;
    return out + "'";
}

inline std::string compiler_name() {
#if defined(__clang__)
    return std::string("clang ") + __clang_version__;
#elif defined(__GNUC__)
    return std::string("g++ ") + __VERSION__;
#else
    return "unknown";
#endif
}

inline std::string utc_now() {
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm           parts{};
    gmtime_r(&now, &parts);
    char room[32];
    std::strftime(room, sizeof room, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return room;
}

// The command line that gives the same options whatever the defaults become.
inline std::string command_of(const options& o, const trainer_card& card) {
    std::string out = shell_word(card.name) + " --data " + shell_word(o.data) + " --epochs " +
                      std::to_string(o.epochs) + " --batch " + std::to_string(o.batch) + " --seed " +
                      std::to_string(o.seed) + " --threads " + std::to_string(o.threads) + " --out " +
                      shell_word(o.out);
    for (const auto& [key, value] : o.settings) out += " --set " + shell_word(key + "=" + command_line::plain(value));
    return out + (o.fast ? " --fast" : "");
}

inline io::json run_record(const options& o, const trainer_card& card) {
    io::json settings = io::json::object{};
    for (const auto& [key, value] : o.settings)
        std::visit([&, name = key](const auto& v) { settings.set(name, v); }, value);
    io::json out;
    out.set("trainer", card.name).set("command", command_of(o, card)).set("started", utc_now());
    out.set("elbo",
            std::to_string(version_major) + "." + std::to_string(version_minor) + "." + std::to_string(version_patch));
    out.set("compiler", compiler_name()).set("data", o.data).set("epochs", o.epochs).set("batch", o.batch);
    out.set("seed", o.seed).set("threads", o.threads).set("fast", o.fast).set("settings", settings);
    return out;
}

inline void write_run(const std::string& path, const io::json& record) {
    io::write_atomically(path, std::string_view(record.dump(true) + "\n"));
}

}  // namespace elbo
