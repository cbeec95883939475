// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/digit_strokes.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::data {

struct range {
    double low, high;
};

// What varies from one digit to the next, and how far. Lengths are in pixels of the 28 x 28 picture, angles in radians.
// Parts of one seed share no digit: 0 is train, 1 validation, 2 test.
struct digit_options {
    bool          colour    = false;          // grey ink on black, or any ink on any paper
    range         slant     = {-0.30, 0.60};  // x moves by this for each step upwards
    range         rotation  = {-0.25, 0.25};
    range         thickness = {1.3, 3.8};    // of the pen
    range         scale     = {0.70, 1.10};  // 1 is 20 pixels high
    range         aspect    = {0.70, 1.20};  // width over height, relative to the style
    range         shift     = {-2.0, 2.0};   // of the middle, in x and in y; then all is kept inside the picture
    double        wobble    = 1;             // how far the hand strays from the style
    double        noise     = 0.10;          // of the ink's darkness, pixel by pixel
    std::uint64_t part      = 0;
};

namespace digits_detail {

inline constexpr std::size_t side = 28;

// The numbers of one digit, one after another.
class number_line {
public:
    number_line(draws source, std::uint32_t position) : source_(source), position_(position) {}

    ELBO_OUTLINE double operator()(range r) {
        if (used_ == 4) {
            words_ = source_.words(position_, block_++);
            used_  = 0;
        }
        return r.low + (r.high - r.low) * uniform_from<double>(words_[used_++]);
    }
    std::size_t below(std::size_t bound) {
        return std::min(static_cast<std::size_t>((*this)({0, static_cast<double>(bound)})), bound - 1);
    }

private:
    draws         source_;
    std::uint32_t position_, block_ = 0;
    random_words  words_{};
    std::size_t   used_ = 4;
};

struct dot {
    double x, y, radius;  // a disc of ink
};

// Catmull and Rom (1974): through b and c, with the slopes that a and d suggest.
inline double through(double a, double b, double c, double d, double t) {
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

// A smooth curve through the points of a stroke, cut into short straight lines.
ELBO_OUTLINE inline void trace(std::vector<dot>& out, const std::vector<dot>& points, const pen_stroke& stroke) {
    constexpr int steps = 5;
    out.clear();
    for (std::size_t i = 0; i + 1 < points.size(); ++i) {
        const dot& b = points[i];
        const dot& c = points[i + 1];
        const dot& a = i == 0 || stroke[i].corner ? b : points[i - 1];
        const dot& d = i + 2 == points.size() || stroke[i + 1].corner ? c : points[i + 2];
        for (int s = i == 0 ? 0 : 1; s <= steps; ++s) {
            const double t = static_cast<double>(s) / steps;
            out.push_back(
                {through(a.x, b.x, c.x, d.x, t), through(a.y, b.y, c.y, d.y, t), b.radius + t * (c.radius - b.radius)});
        }
    }
}

// depth[y * side + x] = how far the middle of the pixel lies inside the ink, at most: radius - distance to the line.
ELBO_OUTLINE inline void ink(std::array<double, side * side>& depth, const dot& from, const dot& to, double reach) {
    const double dx = to.x - from.x, dy = to.y - from.y;
    const double length  = dx * dx + dy * dy;
    const double inverse = length > 0 ? 1 / length : 0;
    const double margin  = std::max(from.radius, to.radius) + reach;
    const auto pixel = [](double v) { return static_cast<std::size_t>(std::clamp(v, 0.0, static_cast<double>(side))); };
    const std::size_t left = pixel(std::min(from.x, to.x) - margin), right = pixel(std::max(from.x, to.x) + margin + 1);
    const std::size_t top = pixel(std::min(from.y, to.y) - margin), bottom = pixel(std::max(from.y, to.y) + margin + 1);
    for (std::size_t row = top; row < bottom; ++row)
        for (std::size_t column = left; column < right; ++column) {
            const double x = static_cast<double>(column) + 0.5 - from.x, y = static_cast<double>(row) + 0.5 - from.y;
            const double along  = std::min(std::max((x * dx + y * dy) * inverse, 0.0), 1.0);
            const double away_x = x - along * dx, away_y = y - along * dy;
            const double inside =
                from.radius + along * (to.radius - from.radius) - std::sqrt(away_x * away_x + away_y * away_y);
            double& deepest = depth[row * side + column];
            deepest         = std::max(deepest, inside);
        }
}

// Everything in double: a last-bit difference between two compilers then changes no rounded pixel.
struct writer {
    const digit_options&            options;
    std::array<double, side * side> depth{};
    std::vector<std::vector<dot>>   lines{};
    std::vector<dot>                points{};

    // pixels: (28, 28, 1 or 3); attributes: in the order of digit_attribute_names()
    ELBO_COLD void write(number_line& any, std::size_t digit, std::uint8_t* pixels, float* attributes) {
        const std::vector<digit_style>& styles = digit_styles()[digit];
        const std::size_t               style  = any.below(styles.size());
        const double                    slant = any(options.slant), rotation = any(options.rotation);
        const double                    thickness = any(options.thickness), aspect = any(options.aspect);
        double                          scale = any(options.scale), x = any(options.shift), y = any(options.shift);

        // A smooth bend of the whole sheet, and a small error at each point that the hand aims for.
        const double turn = 6.283185307179586, bend = 0.045 * options.wobble, aim = 0.042 * options.wobble;
        const double phase_x = any({0, turn}), phase_y = any({0, turn}), wave_x = any({3, 7}), wave_y = any({3, 7});
        const double bend_x = any({-bend, bend}), bend_y = any({-bend, bend});
        const double cosine = std::cos(rotation), sine = std::sin(rotation);

        lines.resize(styles[style].size());
        double left = 1e9, right = -1e9, top = 1e9, bottom = -1e9;
        for (std::size_t s = 0; s < lines.size(); ++s) {
            const pen_stroke& stroke = styles[style][s];
            points.clear();
            for (const pen_point& p : stroke) {
                const double pressure = any({0.82, 1.18});
                points.push_back({p.x / 100.0 - 0.5 + any({-aim, aim}), p.y / 100.0 - 0.5 + any({-aim, aim}),
                                  thickness / 2 * pressure});
            }
            trace(lines[s], points, stroke);
            for (dot& p : lines[s]) {
                const double bent_x  = (p.x + bend_x * std::sin(wave_x * p.y + phase_x)) * aspect;
                const double bent_y  = p.y + bend_y * std::sin(wave_y * p.x + phase_y);
                const double sheared = bent_x - slant * bent_y;
                p.x                  = 20 * (cosine * sheared - sine * bent_y);
                p.y                  = 20 * (sine * sheared + cosine * bent_y);
                left = std::min(left, p.x), right = std::max(right, p.x);
                top = std::min(top, p.y), bottom = std::max(bottom, p.y);
            }
        }

        // All of it stays on the picture: too large is made smaller, too far is moved back.
        const double room = static_cast<double>(side) - 2 - thickness;
        scale             = std::min({scale, room / (right - left), room / (bottom - top)});
        const auto keep   = [&](double& middle, double low, double high) {
            const double half = scale * (high - low) / 2, free = room / 2 - half;
            middle = std::clamp(middle, -free, std::max(-free, free));
            return static_cast<double>(side) / 2 + middle - scale * (low + high) / 2;
        };
        const double origin_x = keep(x, left, right), origin_y = keep(y, top, bottom);

        const double soft = any({0.9, 1.5});  // how many pixels the edge of the ink takes
        depth.fill(-soft);
        for (std::vector<dot>& line : lines) {
            for (dot& p : line) p.x = origin_x + scale * p.x, p.y = origin_y + scale * p.y;
            for (std::size_t i = 0; i + 1 < line.size(); ++i) ink(depth, line[i], line[i + 1], soft / 2);
        }

        std::array<double, 3> paper{}, colour{1, 1, 1};
        if (options.colour) choose(any, paper, colour);
        const double darkest = any({0.85, 1.0});
        for (std::size_t i = 0; i < depth.size(); ++i) {
            double cover = std::clamp(depth[i] / soft + 0.5, 0.0, 1.0);
            if (cover > 0) cover *= darkest * (1 - any({0, options.noise}));
            if (options.colour)
                for (std::size_t c = 0; c < 3; ++c)
                    pixels[3 * i + c] = level(paper[c] + cover * (colour[c] - paper[c]));
            else pixels[i] = level(cover);
        }

        float*     out = attributes;
        const auto put = [&out](double v) { *out++ = static_cast<float>(v); };
        for (const double v : {static_cast<double>(style), slant, rotation, thickness, scale, aspect, x, y}) put(v);
        if (options.colour) {
            for (const double v : colour) put(v);
            for (const double v : paper) put(v);
        }
    }

    static std::uint8_t level(double v) {
        return static_cast<std::uint8_t>(std::lround(255 * std::clamp(v, 0.0, 1.0)));
    }

    // Ink and paper of any hue, one of them light and the other dark, so that every digit can be read.
    ELBO_OUTLINE static void choose(number_line& any, std::array<double, 3>& paper, std::array<double, 3>& colour) {
        const bool light_ink = any({0, 1}) < 0.5;
        const auto paint     = [&any](std::array<double, 3>& out, bool light) {
            const double hue  = any({0, 6});
            const double low  = light ? any({0.6, 0.85}) : any({0.0, 0.1});
            const double high = light ? 1.0 : any({0.1, 0.4});
            for (std::size_t c = 0; c < 3; ++c) {
                const double around = std::fmod(hue + 2.0 * static_cast<double>(c), 6.0);
                const double hat    = std::clamp(std::min(around, 4 - around), 0.0, 1.0);  // 1 on [1, 3], 0 on [4, 6]
                out[c]              = low + hat * (high - low);
            }
        };
        paint(colour, light_ink);
        paint(paper, !light_ink);
    }
};

}  // namespace digits_detail

ELBO_OUTLINE inline std::vector<std::string> digit_attribute_names(bool colour = false) {
    constexpr const char* names[] = {"style",   "slant",     "rotation", "thickness", "scale",       "aspect",    "x",
                                     "y",       "ink_red",   "ink_green", "ink_blue", "paper_red", "paper_green", "paper_blue"};
    return {names, names + (colour ? 14 : 8)};
}

// Handwritten digits that need no file. Digit i is a function of (seed, part, i) alone: asking for more changes none.
// A linear classifier learns about 88 % of 10,000 held-out ones from 10,000, a small convolutional one 99.7 %.
ELBO_COLD inline images procedural_digits(std::size_t count, std::uint64_t seed = 1, const digit_options& options = {}) {
    images out;
    out.name            = options.colour ? "procedural digits, colour" : "procedural digits";
    out.kind            = options.colour ? pixels_are::colour : pixels_are::grey;
    out.channels        = options.colour ? 3 : 1;
    out.height          = digits_detail::side;
    out.width           = digits_detail::side;
    out.classes         = 10;
    out.attribute_names = digit_attribute_names(options.colour);
    out.pixels.resize(count * out.image_size());
    out.labels.resize(count);
    out.attributes.resize(count * out.attribute_names.size());

    const draws           source(seed, "procedural digits", options.part);
    digits_detail::writer hand{options};
    for (std::size_t i = 0; i < count; ++i) {
        digits_detail::number_line any(source, static_cast<std::uint32_t>(i));
        const std::size_t          digit = any.below(10);
        out.labels[i]                    = static_cast<std::uint8_t>(digit);
        hand.write(any, digit, out.pixels.data() + i * out.image_size(),
                   out.attributes.data() + i * out.attribute_names.size());
    }
    return out;
}

struct digit_counts {
    std::size_t   train = 10'000, validation = 0, test = 10'000;
    std::uint64_t seed = 1;
};

inline splits procedural_digits(const digit_counts& counts = {}, digit_options options = {}) {
    splits out;
    options.part   = 0;
    out.train      = procedural_digits(counts.train, counts.seed, options);
    options.part   = 1;
    out.validation = procedural_digits(counts.validation, counts.seed, options);
    options.part   = 2;
    out.test       = procedural_digits(counts.test, counts.seed, options);
    return out;
}

}  // namespace elbo::data
