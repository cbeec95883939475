// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/picture.hpp>
#include <elbo/io/svg_axis.hpp>
#include <elbo/io/write_file.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

// A line: y over x. What is not a number, or not above zero on a logarithmic axis, leaves a gap.
struct series {
    std::string         name;
    std::vector<double> x, y;
};

struct plot_options {
    std::string           title{}, x_label{}, y_label{};
    int                   width = 520, height = 320;
    bool                  log_x = false, log_y = false;
    std::optional<double> y_low{}, y_high{};  // where given, what lies beyond is cut off
};

struct scatter_options {
    std::string              title{};
    int                      size = 496;
    double                   dot  = 0;       // the diameter; 0 chooses by the number of points
    std::vector<std::string> class_names{};  // 0, 1, 2, ... where not given
};

namespace svg_detail {

inline std::string number(double v) { return decimal_text(v, 2); }

inline std::string web_colour(colour c) {
    constexpr char digits[] = "0123456789abcdef";
    std::string    out      = "#";
    for (const std::uint8_t v : {c.red, c.green, c.blue}) out += digits[v >> 4], out += digits[v & 15];
    return out;
}

// Attributes are the light theme, for viewers that know no style sheets; the style sheet adds the dark one.
inline std::string opening(int width, int height, std::string_view what) {
    const std::string w = std::to_string(width), h = std::to_string(height);
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"elbo-plot\" viewBox=\"0 0 " + w + " " + h +
           "\" width=\"" + w + "\" height=\"" + h + "\" role=\"img\" aria-label=\"" + markup_text(what) +
           "\" font-family=\"Inter, 'Segoe UI', 'Helvetica Neue', Arial, sans-serif\" font-size=\"12\">\n"
           "<style>@media (prefers-color-scheme: dark) { .elbo-plot .paper { fill: #171a1f } "
           ".elbo-plot .ink { fill: #e8eaee } .elbo-plot .soft { fill: #9aa3af } "
           ".elbo-plot .rule { stroke: #2a2f37 } .elbo-plot .base { stroke: #59626f } }</style>\n"
           "<rect class=\"paper\" width=\"" +
           w + "\" height=\"" + h + "\" fill=\"#ffffff\"/>\n";
}

inline std::string text(double x, double y, std::string_view words, std::string_view look, std::string_view more = {}) {
    const bool ink = look == "ink";
    return "<text class=\"" + std::string(look) + "\" x=\"" + number(x) + "\" y=\"" + number(y) + "\" fill=\"" +
           (ink ? "#1b1f24" : "#687280") + "\"" + std::string(more) + ">" + markup_text(words) + "</text>\n";
}

inline std::string rule(double x1, double y1, double x2, double y2, bool base) {
    return std::string("<line class=\"") + (base ? "base" : "rule") + "\" x1=\"" + number(x1) + "\" y1=\"" +
           number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" + number(y2) + "\" stroke=\"" +
           (base ? "#9aa3af" : "#e7e9ed") + "\"/>\n";
}

inline double text_width(std::string_view words) {
    const auto letters = std::count_if(words.begin(), words.end(), [](char c) { return (c & 0xC0) != 0x80; });
    return 6.7 * static_cast<double>(letters);
}

// Names behind their colours, in rows of the width given. `y` becomes the top of what follows.
inline std::string legend(const std::vector<std::string>& names, double left, double right, double& y) {
    std::string out;
    double      x = left;
    for (std::size_t k = 0; k < names.size(); ++k) {
        const double wide = 32 + text_width(names[k]);
        if (x > left && x + wide > right) x = left, y += 18;
        out += "<rect x=\"" + number(x) + "\" y=\"" + number(y + 4) + "\" width=\"12\" height=\"4\" rx=\"2\" fill=\"" +
               web_colour(class_colour(k)) + "\"/>\n" + text(x + 18, y + 10, names[k], "soft");
        x += wide;
    }
    if (!names.empty()) y += 24;
    return out;
}

// Points as a path, with a gap where a value is missing. Where many share a column of half a pixel, the first, the
// least, the greatest and the last of them are kept: the picture is the same and the file stays small.
inline std::string path_of(const series& s, const axis& horizontal, const axis& vertical, double width, double height) {
    std::string out;
    int         drawn = 0;  // since the pen came down
    const auto  go    = [&](double x, double y) { out += sentence({drawn++ > 0 ? "L" : "M", number(x), " ", number(y)}); };
    // One point between two gaps is a dot: a line of no length with round ends.
    const auto lift = [&] {
        if (drawn == 1) out += "h0";
        drawn = 0;
    };
    struct column {
        double position = -1, first = 0, least = 0, greatest = 0, last = 0, x_first = 0, x_last = 0;
    } held;
    const auto flush = [&] {
        if (held.position < 0) return;
        go(held.x_first, held.first);
        if (held.least < std::min(held.first, held.last)) go(held.x_first, held.least);
        if (held.greatest > std::max(held.first, held.last)) go(held.x_last, held.greatest);
        if (held.x_last != held.x_first || held.last != held.first) go(held.x_last, held.last);
        held.position = -1;
    };
    for (std::size_t i = 0; i < s.x.size(); ++i) {
        if (!horizontal.holds(s.x[i]) || !vertical.holds(s.y[i])) {
            flush();
            lift();
            continue;
        }
        const double x        = width * horizontal.place(s.x[i]);
        const double y        = height * std::clamp(1 - vertical.place(s.y[i]), -9.0, 9.0);
        const double position = std::floor(2 * std::max(x, 0.0));
        if (position != held.position) {
            flush();
            held = {position, y, y, y, y, x, x};
        } else {
            held = {position, held.first, std::min(held.least, y), std::max(held.greatest, y), y, held.x_first, x};
        }
    }
    flush();
    lift();
    return out;
}

}  // namespace svg_detail

inline std::string line_plot(const std::vector<series>& lines, const plot_options& options = {}) {
    using namespace svg_detail;
    constexpr double         most  = std::numeric_limits<double>::infinity();
    double                   x_low = most, x_high = -most, y_low = most, y_high = -most;
    std::vector<std::string> names;
    for (const series& s : lines) {
        if (s.x.size() != s.y.size())
            throw std::invalid_argument(sentence({"line_plot: series ", s.name, " has more of one than of the other"}));
        for (std::size_t i = 0; i < s.x.size(); ++i) {
            if (!std::isfinite(s.x[i]) || !std::isfinite(s.y[i]) || (options.log_x && s.x[i] <= 0) ||
                (options.log_y && s.y[i] <= 0))
                continue;
            x_low = std::min(x_low, s.x[i]), x_high = std::max(x_high, s.x[i]);
            y_low = std::min(y_low, s.y[i]), y_high = std::max(y_high, s.y[i]);
        }
        names.push_back(s.name);
    }
    if (names.size() == 1 && (names[0].empty() || !options.title.empty())) names.clear();  // the title says it
    if (options.y_low) y_low = *options.y_low;
    if (options.y_high) y_high = *options.y_high;
    const axis vertical =
        options.log_y ? logarithmic_axis(y_low, y_high) : linear_axis(y_low, y_high, options.height / 50, 0.04);
    const axis horizontal =
        options.log_x ? logarithmic_axis(x_low, x_high) : linear_axis(x_low, x_high, options.width / 75, 0.0);

    double wide = 0;
    for (const double tick : vertical.ticks) wide = std::max(wide, text_width(vertical.label(tick)));
    const double left = 22 + wide + (options.y_label.empty() ? 0 : 20), right = options.width - 20;
    double       top = 14;
    std::string  out = opening(options.width, options.height, options.title.empty() ? "plot" : options.title);
    if (!options.title.empty()) {
        out += text(left, top + 10, options.title, "ink", " font-size=\"14\" font-weight=\"600\"");
        top += 26;
    }
    out += legend(names, left, right, top);
    const double bottom = options.height - (options.x_label.empty() ? 30 : 48), width = right - left,
                 height = bottom - top;

    for (const double tick : vertical.ticks) {
        const double y = bottom - height * vertical.place(tick);
        out += rule(left, y, right, y, false) +
               text(left - 8, y + 4, vertical.label(tick), "soft", " text-anchor=\"end\"");
    }
    for (const double tick : horizontal.ticks) {
        const double x = left + width * horizontal.place(tick);
        out += rule(x, bottom, x, bottom + 5, true) +
               text(x, bottom + 19, horizontal.label(tick), "soft", " text-anchor=\"middle\"");
    }
    out += rule(left, bottom, right, bottom, true);
    if (!options.x_label.empty())
        out += text(left + width / 2, options.height - 10, options.x_label, "soft", " text-anchor=\"middle\"");
    if (!options.y_label.empty())
        out += text(0, 0, options.y_label, "soft",
                    " text-anchor=\"middle\" transform=\"translate(16 " + number(top + height / 2) + ") rotate(-90)\"");

    // An inner svg cuts off what leaves the axes, without an id that two plots on one page would share.
    out += "<svg x=\"" + number(left) + "\" y=\"" + number(top) + "\" width=\"" + number(width + 3) + "\" height=\"" +
           number(height) + "\">\n";
    for (std::size_t k = 0; k < lines.size(); ++k) {
        const std::string path = path_of(lines[k], horizontal, vertical, width, height);
        if (path.empty()) continue;
        out += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + web_colour(class_colour(k)) +
               "\" stroke-width=\"1.8\" stroke-linejoin=\"round\" stroke-linecap=\"round\"" +
               (k >= class_colours ? " stroke-dasharray=\"5 4\"" : "") + "/>\n";
    }
    return out + "</svg>\n</svg>\n";
}

// points: (n, 2). Both axes have one scale, and no ticks: a map of a latent space or an embedding has no units.
inline std::string scatter_plot(std::span<const float> points, std::span<const std::uint8_t> labels,
                                const scatter_options& options = {}) {
    using namespace svg_detail;
    const std::size_t n = points.size() / 2;
    if (points.size() % 2 != 0 || (!labels.empty() && labels.size() != n))
        throw std::invalid_argument("scatter_plot: points are pairs, one label each");
    float       x_low = std::numeric_limits<float>::max(), x_high = -x_low, y_low = x_low, y_high = -x_low;
    const auto  shown = [&](std::size_t i) { return std::isfinite(points[2 * i]) && std::isfinite(points[2 * i + 1]); };
    std::size_t classes = 1;
    for (std::size_t i = 0; i < n; ++i) {
        if (!labels.empty()) classes = std::max<std::size_t>(classes, labels[i] + 1u);
        if (!shown(i)) continue;
        x_low = std::min(x_low, points[2 * i]), x_high = std::max(x_high, points[2 * i]);
        y_low = std::min(y_low, points[2 * i + 1]), y_high = std::max(y_high, points[2 * i + 1]);
    }
    std::vector<std::string> names;
    for (std::size_t k = 0; !labels.empty() && k < classes; ++k)
        names.push_back(k < options.class_names.size() ? options.class_names[k] : std::to_string(k));

    const double side = options.size, margin = 18;
    double       top = 14;
    std::string  head;
    if (!options.title.empty()) {
        head += text(margin, top + 10, options.title, "ink", " font-size=\"14\" font-weight=\"600\"");
        top += 26;
    }
    head += legend(names, margin, side - margin, top);
    std::string out = opening(options.size, static_cast<int>(top + side - margin),
                              options.title.empty() ? "scatter plot" : options.title) +
                      head;

    const double room = side - 2 * margin, extent = std::max({double{x_high} - x_low, double{y_high} - y_low, 1e-9});
    const double dot =
        options.dot > 0 ? options.dot : std::clamp(120 / std::sqrt(static_cast<double>(n) + 1), 2.0, 7.0);
    const double middle_x = (double{x_low} + x_high) / 2, middle_y = (double{y_low} + y_high) / 2,
                 scale = (room - dot) / extent;
    for (std::size_t k = 0; k < classes; ++k) {
        std::string path;
        for (std::size_t i = 0; i < n; ++i)
            if ((labels.empty() ? 0u : labels[i]) == k && shown(i))
                path += sentence({"M", decimal_text(side / 2 + scale * (points[2 * i] - middle_x), 1), " ",
                                  decimal_text(top + room / 2 - scale * (points[2 * i + 1] - middle_y), 1), "h0"});
        if (!path.empty())
            out += sentence({"<path d=\"", path, "\" fill=\"none\" stroke=\"", web_colour(class_colour(k)), "\" stroke-width=\"", number(dot),
                             "\" stroke-linecap=\"round\" stroke-opacity=\"0.75\"/>\n"});
    }
    return out + "</svg>\n";
}

inline void write_svg(const std::filesystem::path& path, std::string_view svg) { write_file(path, svg); }

}  // namespace elbo::io
