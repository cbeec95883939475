// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/train/exit_codes.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <variant>
#include <vector>

// The command line that every trainer shares. Parsing is a function of the arguments alone: it gives the options, or
// one line that says what is wrong.

ELBO_COMPILED_ONCE

namespace elbo {

// What `--set name=value` may set: the type of the fallback is the type of the value.
struct setting {
    std::string                       name;
    std::variant<double, std::string> fallback;
    std::string                       help;
};

// What a trainer says about itself.
struct trainer_card {
    std::string          name;
    std::string          about;  // one sentence, the first line of --help
    std::uint64_t        epochs = 20, batch = 100, seed = 1;
    std::uint64_t        fast_epochs = 1;  // of --fast, where --epochs does not say otherwise
    std::vector<setting> settings{};
    bool                 colour = false;  // the digits made in memory are coloured
};

struct options {
    std::string   data   = "digits";
    std::uint64_t epochs = 0, batch = 0, seed = 0;
    std::uint64_t threads = 0;  // 0: as many as there are cores
    std::string   out, evaluate;
    bool          resume = false, summary = false, fast = false, help = false;

    std::map<std::string, std::variant<double, std::string>, std::less<>> settings;

    // Asking for what the trainer never declared is an error of the trainer, not of its user.
    double             number(std::string_view name) const { return value<double>(name); }
    const std::string& text(std::string_view name) const { return value<std::string>(name); }

private:
    template <class T>
    const T& value(std::string_view name) const {
        const auto found = settings.find(name);
        if (found == settings.end() || !std::holds_alternative<T>(found->second))
            throw std::logic_error("no setting of this type was declared: " + std::string(name));
        return std::get<T>(found->second);
    }
};

struct wrong_arguments {
    std::string          message;
    static constexpr int exit_code = exit_codes::wrong_arguments;
};

using parsed_options = std::variant<options, wrong_arguments>;

// Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other.
inline std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before, above(to.size() + 1), row(to.size() + 1);
    std::iota(above.begin(), above.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            row[j + 1] = std::min({above[j + 1] + 1, row[j] + 1, above[j] + (from[i] == to[j] ? 0u : 1u)});
            if (i > 0 && j > 0 && from[i] == to[j - 1] && from[i - 1] == to[j])
                row[j + 1] = std::min(row[j + 1], before[j - 1] + 1);
        }
        before = std::exchange(above, row);
    }
    return above[to.size()];
}

// The nearest of the words, or nothing when none is near: more than half of the letters would have to change.
inline std::string nearest(std::string_view word, std::span<const std::string> words) {
    std::string best;
    std::size_t least = std::max<std::size_t>(1, word.size() / 2) + 1;
    for (const std::string& candidate : words)
        if (const std::size_t d = edit_distance(word, candidate); d < least) least = d, best = candidate;
    return best;
}

namespace command_line {

struct option {
    const char *name, *argument, *help;
};
inline constexpr option all[] = {
    {"--data", "digits|PATH", "made in memory, or the folder of a data set"},
    {"--epochs", "N", "passes over the data"},
    {"--batch", "N", "images a step"},
    {"--seed", "N", "same seed, same machine: same bits"},
    {"--threads", "N", "0: one a core; the result does not depend on it"},
    {"--out", "DIR", "where the run is written"},
    {"--resume", "", "go on from the newest checkpoint in --out"},
    {"--set", "KEY=VALUE", "change a setting (below); may be repeated"},
    {"--summary", "", "print the model and its cost, and leave"},
    {"--evaluate", "FILE.safetensors", "measure these weights instead of training"},
    {"--fast", "", "a run of seconds, to see that everything works"},
    {"--help", "", "this page"},
};

inline std::string plain(double x) {
    char        room[32];
    char* const end = std::to_chars(room, room + sizeof room, x).ptr;
    return std::string(room, end);
}
inline std::string plain(const std::variant<double, std::string>& value) {
    if (const auto* x = std::get_if<double>(&value)) return plain(*x);
    return std::get<std::string>(value);
}

template <class T>
bool whole(std::string_view text, T& value) {
    const auto got = std::from_chars(text.data(), text.data() + text.size(), value);
    return got.ec == std::errc() && got.ptr == text.data() + text.size();
}

inline std::string did_you_mean(std::string_view word, std::span<const std::string> words) {
    const std::string near = nearest(word, words);
    return near.empty() ? "; see --help" : "; did you mean " + near + "?";
}

}  // namespace command_line

inline options default_options(const trainer_card& card) {
    options o;
    o.epochs = card.epochs, o.batch = card.batch, o.seed = card.seed;
    o.out = "runs/" + card.name;
    for (const setting& s : card.settings) o.settings.insert_or_assign(s.name, s.fallback);
    return o;
}

// `arguments` without the program's own name. `--name value` and `--name=value` are the same; the last one counts.
inline parsed_options parse_options(std::span<const std::string> arguments, const trainer_card& card) {
    using namespace command_line;
    const auto wrong = [&](std::string message) { return wrong_arguments{card.name + ": " + std::move(message)}; };

    options o               = default_options(card);
    bool    epochs_were_set = false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& argument = arguments[i];
        const std::size_t  equals   = argument.starts_with("--") ? argument.find('=') : std::string::npos;
        const std::string  name     = argument.substr(0, equals);
        const auto*        known =
            std::find_if(std::begin(all), std::end(all), [&](const option& a) { return name == a.name; });
        if (known == std::end(all)) {
            std::vector<std::string> names;
            for (const option& a : all) names.emplace_back(a.name);
            return wrong("unknown argument " + name + did_you_mean(name, names));
        }
        const bool takes_value = *known->argument != '\0';
        if (!takes_value) {
            if (equals != std::string::npos) return wrong(name + " takes no value");
            if (name == "--resume") o.resume = true;
            if (name == "--summary") o.summary = true;
            if (name == "--fast") o.fast = true;
            if (name == "--help") o.help = true;
            continue;
        }
        std::string value;
        if (equals != std::string::npos) value = argument.substr(equals + 1);
        else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) value = arguments[++i];
        if (value.empty()) return wrong(name + " needs a value: " + name + " " + known->argument);

        if (name == "--data") o.data = value;
        if (name == "--out") o.out = value;
        if (name == "--evaluate") o.evaluate = value;

        const std::pair<const char*, std::uint64_t*> numbers[] = {
            {"--epochs", &o.epochs}, {"--batch", &o.batch}, {"--seed", &o.seed}, {"--threads", &o.threads}};
        for (const auto& [number_name, target] : numbers)
            if (name == number_name && !whole(value, *target))
                return wrong(name + " needs a whole number, got " + value);
        if (name == "--epochs") epochs_were_set = true;
        if (name == "--batch" && o.batch == 0) return wrong("--batch needs at least 1");

        if (name == "--set") {
            const std::size_t middle = value.find('=');
            const std::string key    = value.substr(0, middle);
            const auto        found  = o.settings.find(key);
            if (found == o.settings.end()) {
                std::vector<std::string> keys;
                for (const auto& each : o.settings) keys.push_back(each.first);
                return wrong("unknown setting " + key + did_you_mean(key, keys));
            }
            if (middle == std::string::npos) return wrong("--set " + key + " needs a value: --set " + key + "=VALUE");
            const std::string text = value.substr(middle + 1);
            if (auto* x = std::get_if<double>(&found->second)) {
                if (!whole(text, *x))
                    return wrong("setting " + key + " needs a number, got " + (text.empty() ? "nothing" : text));
            } else {
                found->second = text;
            }
        }
    }
    if (o.fast && !epochs_were_set) o.epochs = card.fast_epochs;
    return o;
}

inline parsed_options parse_options(int argc, const char* const* argv, const trainer_card& card) {
    return parse_options(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), card);
}

// The page of --help, at most 100 columns as long as the trainer's own words are.
inline std::string help_page(const trainer_card& card) {
    const options defaults = default_options(card);
    std::string   page     = card.name + " - " + card.about + "\n\nusage: " + card.name + " [option]...\n\n";
    const auto    line     = [&](const std::string& left, const std::string& right, const std::string& fallback) {
        page += "  " + left + std::string(left.size() < 30 ? 30 - left.size() : 1, ' ') + right;
        page += fallback.empty() ? "\n" : " [" + fallback + "]\n";
    };
    const std::map<std::string_view, std::string> shown = {
        {"--data", defaults.data},
        {"--epochs", std::to_string(defaults.epochs)},
        {"--batch", std::to_string(defaults.batch)},
        {"--seed", std::to_string(defaults.seed)},
        {"--threads", std::to_string(defaults.threads)},
        {"--out", defaults.out},
    };
    for (const command_line::option& a : command_line::all) {
        const auto found = shown.find(a.name);
        line(std::string(a.name) + (*a.argument != '\0' ? " " : "") + a.argument, a.help,
             found == shown.end() ? "" : found->second);
    }
    if (!card.settings.empty()) page += "\nsettings, --set KEY=VALUE:\n";
    for (const setting& s : card.settings) line(s.name, s.help, command_line::plain(s.fallback));
    page += "\nexit codes: 0 done, 2 wrong arguments, 3 bad data or checkpoint, 4 diverged\n";
    return page;
}

}  // namespace elbo
