// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/gif.hpp>
#include <elbo/io/png.hpp>
#include <elbo/io/report_style.hpp>
#include <elbo/io/svg.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

// RFC 4648.
inline std::string base64(bytes_view bytes) {
    constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string    out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t   left  = bytes.size() - i;
        const std::uint32_t three = std::uint32_t{bytes[i]} << 16 | (left > 1 ? std::uint32_t{bytes[i + 1]} << 8 : 0u) |
                                    (left > 2 ? bytes[i + 2] : 0u);
        out += digits[three >> 18];
        out += digits[(three >> 12) & 63];
        out += left > 1 ? digits[(three >> 6) & 63] : '=';
        out += left > 2 ? digits[three & 63] : '=';
    }
    return out;
}

// A line of a table, or a number on a tile: `note` is small beside it ("nats per image, fixed binarised").
struct fact {
    std::string name, value, note{};
};

// One page that shows a run and needs nothing else: no network, no script, no second file. Empty parts are left out.
struct report {
    std::string       title, subtitle{}, command{};
    std::vector<fact> numbers{}, configuration{}, environment{};
    std::string       model_card{};  // shown as it stands, letter under letter

    struct curve {
        std::string svg, caption{};
    };
    struct plate {
        std::string               caption, note{}, svg{};  // either a drawing or the bytes of a file
        std::string               media_type{};
        std::vector<std::uint8_t> bytes{};
        std::size_t               width = 0, height = 0;
    };
    std::vector<curve> curves{};
    std::vector<plate> plates{};

    report& add_curve(std::string svg, std::string caption = {}) {
        curves.push_back({std::move(svg), std::move(caption)});
        return *this;
    }
    // Among the pictures, at its own size: a map of a latent space, say.
    report& add_drawing(std::string svg, std::string caption, std::string note = {}) {
        plates.push_back({std::move(caption), std::move(note), std::move(svg)});
        return *this;
    }
    report& add_picture(const picture& p, std::string caption, std::string note = {}) {
        plates.push_back({std::move(caption), std::move(note), {}, "image/png", png_bytes(p), p.width, p.height});
        return *this;
    }
    report& add_animation(const std::vector<picture>& frames, std::string caption, std::string note = {},
                          const gif_options& options = {}) {
        std::vector<std::uint8_t> bytes = gif_bytes(frames, options);
        plates.push_back({std::move(caption),
                          std::move(note),
                          {},
                          "image/gif",
                          std::move(bytes),
                          frames[0].width,
                          frames[0].height});
        return *this;
    }
};

// What the program was built with and what it runs on.
inline std::vector<fact> environment_facts() {
    std::vector<fact> out;
    out.push_back({"Elbo", std::to_string(version_major) + "." + std::to_string(version_minor) + "." +
                               std::to_string(version_patch)});
#if defined(__clang__)
    out.push_back({"Compiler", "clang " + std::to_string(__clang_major__) + "." + std::to_string(__clang_minor__) +
                                   "." + std::to_string(__clang_patchlevel__)});
#elif defined(__GNUC__)
    out.push_back({"Compiler", "g++ " + std::to_string(__GNUC__) + "." + std::to_string(__GNUC_MINOR__) + "." +
                                   std::to_string(__GNUC_PATCHLEVEL__)});
#endif
#if defined(__OPTIMIZE__)
    out.push_back({"Built", "optimised"});
#else
    out.push_back({"Built", "not optimised"});
#endif
    std::ifstream cpus("/proc/cpuinfo");
    for (std::string line; std::getline(cpus, line);)
        if (line.starts_with("model name") && line.find(": ") != std::string::npos) {
            out.push_back({"Processor", line.substr(line.find(": ") + 2)});
            break;
        }
    out.push_back({"Hardware threads", std::to_string(std::thread::hardware_concurrency())});
    return out;
}

namespace report_detail {

inline std::string table(std::string_view heading, const std::vector<fact>& facts) {
    if (facts.empty()) return {};
    std::string out = "<section><h2>" + markup_text(heading) + "</h2>\n<table class=\"card\">\n";
    for (const fact& f : facts) {
        out += "<tr><td>" + markup_text(f.name) + "</td><td>" + markup_text(f.value);
        if (!f.note.empty()) out += " <small>" + markup_text(f.note) + "</small>";
        out += "</td></tr>\n";
    }
    return out + "</table></section>\n";
}

inline std::string tiles(const std::vector<fact>& facts) {
    if (facts.empty()) return {};
    std::string out = "<h2>Results</h2>\n<dl class=\"numbers\">\n";
    for (const fact& f : facts) {
        out += "<div class=\"card\"><dt>" + markup_text(f.name) + "</dt><dd>" + markup_text(f.value) + "</dd>";
        if (!f.note.empty()) out += "<dd class=\"note\">" + markup_text(f.note) + "</dd>";
        out += "</div>\n";
    }
    return out + "</dl>\n";
}

inline std::string caption(const std::string& words, const std::string& note) {
    if (words.empty() && note.empty()) return {};
    return "<figcaption>" + markup_text(words) + (note.empty() ? "" : "<small>" + markup_text(note) + "</small>") +
           "</figcaption>";
}

// Two columns, wide figures across both. Small pictures are shown larger: by a whole factor, with square pixels, where
// that comes near half the page, else smoothly up to it.
inline std::string figure(const report::plate& p) {
    constexpr std::size_t half_page = 496;
    std::string           shown     = p.svg;
    if (shown.empty()) {
        const std::size_t factor = std::max<std::size_t>(1, half_page / std::max<std::size_t>(p.width, 1));
        const bool        whole  = p.width > half_page || 4 * factor * p.width >= 3 * half_page;
        const std::size_t width  = whole ? factor * p.width : half_page;
        const std::size_t height = whole ? factor * p.height : p.height * half_page / std::max<std::size_t>(p.width, 1);
        shown = "<img" + std::string(whole ? " class=\"whole\"" : "") + " alt=\"" + markup_text(p.caption) +
                "\" width=\"" + std::to_string(width) + "\" height=\"" + std::to_string(height) +
                "\" src=\"data:" + p.media_type + ";base64," + base64(p.bytes) + "\">";
    }
    return "<figure class=\"card" + std::string(p.width > half_page ? " wide" : "") + "\">" + shown +
           caption(p.caption, p.note) + "</figure>\n";
}

}  // namespace report_detail

inline std::string html(const report& page) {
    using namespace report_detail;
    std::string out =
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" +
        markup_text(page.title) + "</title>\n<style>";
    out += report_style;
    out += "</style>\n</head>\n<body>\n<main>\n<header><h1>" + markup_text(page.title) + "</h1>";
    if (!page.subtitle.empty()) out += "<p>" + markup_text(page.subtitle) + "</p>";
    out += "</header>\n";
    if (!page.command.empty())
        out += "<div class=\"card command\"><pre>" + markup_text(page.command) + "</pre></div>\n";
    out += tiles(page.numbers);
    if (!page.curves.empty()) {
        out += "<h2>Curves</h2>\n<div class=\"curves\">\n";
        for (const report::curve& c : page.curves)
            out += "<figure class=\"card\">" + c.svg + caption(c.caption, {}) + "</figure>\n";
        out += "</div>\n";
    }
    if (!page.plates.empty()) {
        out += "<h2>Pictures</h2>\n<div class=\"pictures\">\n";
        for (const report::plate& p : page.plates) out += figure(p);
        out += "</div>\n";
    }
    if (!page.model_card.empty())
        out += "<h2>Model</h2>\n<div class=\"card\"><pre>" + markup_text(page.model_card) + "</pre></div>\n";
    if (!page.configuration.empty() || !page.environment.empty())
        out += "<div class=\"pair\">\n" + table("Configuration", page.configuration) +
               table("Environment", page.environment) + "</div>\n";
    return out +
           "<footer>Written by Elbo. This page is one file and needs no network.</footer>\n</main>\n</body>\n</html>\n";
}

inline void write_report(const std::filesystem::path& path, const report& page) { write_file(path, html(page)); }

}  // namespace elbo::io
