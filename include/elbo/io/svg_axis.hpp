// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace elbo::io {

// Text that stands between tags or in an attribute.
inline std::string markup_text(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c == '&') out += "&amp;";
        else if (c == '<') out += "&lt;";
        else if (c == '>') out += "&gt;";
        else if (c == '"') out += "&quot;";
        else if (static_cast<unsigned char>(c) >= ' ' || c == '\n' || c == '\t') out += c;
    return out;
}

// A number with at most `decimals` digits behind the point, the same on every machine and in every locale.
inline std::string decimal_text(double v, int decimals) {
    char        buffer[400];
    const auto  end = std::to_chars(buffer, buffer + sizeof buffer, v, std::chars_format::fixed, decimals).ptr;
    std::string out(buffer, end);
    if (out.find('.') != std::string::npos) out.erase(out.find_last_not_of('0') + 1);
    if (!out.empty() && out.back() == '.') out.pop_back();
    return out == "-0" ? "0" : out;
}

// One direction of a plot: a range of values and the round ones among them.
struct axis {
    double              low = 0, high = 1;
    bool                logarithmic = false;
    std::vector<double> ticks{};
    int                 decimals = 0;
    double              unit     = 1;  // ticks of 20000 read 20k

    // 0 at the low end, 1 at the high one
    double place(double v) const {
        if (logarithmic) return std::log(v / low) / std::log(high / low);
        return (v - low) / (high - low);
    }
    bool holds(double v) const { return std::isfinite(v) && (!logarithmic || v > 0); }

    std::string label(double tick) const {
        if (logarithmic && (tick < 0.999e-3 || tick > 1.001e6))
            return "1e" + decimal_text(std::round(std::log10(tick)), 0);
        if (logarithmic) return tick >= 1e3 ? decimal_text(tick / 1e3, 0) + "k" : decimal_text(tick, 3);
        const char* suffix = unit == 1e9 ? "G" : unit == 1e6 ? "M" : unit == 1e3 ? "k" : "";
        return decimal_text(tick / unit, decimals) + (tick == 0 ? "" : suffix);
    }
};

// A little wider than the values, with about `wanted` ticks at 1, 2 or 5 times a power of ten.
inline axis linear_axis(double low, double high, int wanted, double margin) {
    if (!(low <= high)) low = 0, high = 1;
    if (!(high - low > 1e-12 * std::max(std::abs(low), std::abs(high)))) {
        const double around = low == 0 ? 1 : 0.1 * std::abs(low);
        low -= around, high += around;
    }
    axis out;
    out.low            = low - margin * (high - low);
    out.high           = high + margin * (high - low);
    const double rough = (out.high - out.low) / wanted, power = std::pow(10.0, std::floor(std::log10(rough)));
    const double ratio = rough / power, step = power * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
    // A range that all but reaches a tick reaches it: 19,999 steps end at 20k.
    const double near = 0.02 * (out.high - out.low), up = std::ceil(out.high / step) * step,
                 down = std::floor(out.low / step) * step;
    if (up - out.high < near) out.high = up;
    if (out.low - down < near) out.low = down;
    const double first = std::ceil(out.low / step - 1e-9);
    for (double k = first; k * step <= out.high + 1e-9 * step && out.ticks.size() < 100; ++k)
        out.ticks.push_back(k * step);
    const double largest = std::max(std::abs(out.low), std::abs(out.high));
    for (const double unit : {1e3, 1e6, 1e9})
        if (largest >= 5 * unit && step >= unit / 10) out.unit = unit;
    out.decimals = static_cast<int>(std::clamp(-std::floor(std::log10(step / out.unit) + 1e-9), 0.0, 12.0));
    return out;
}

// Powers of ten; twice and five times them too where there are few.
inline axis logarithmic_axis(double low, double high) {
    if (!(low > 0 && low <= high)) low = 0.1, high = 1;
    axis out;
    out.logarithmic     = true;
    const double around = high / low < 1.2 ? 1.2 : std::pow(high / low, 0.03);
    out.low = low / around, out.high = high * around;
    const int first = static_cast<int>(std::floor(std::log10(out.low))),
              last  = static_cast<int>(std::ceil(std::log10(out.high)));
    const int every = std::max(1, (last - first) / 8);
    for (int power = first; power <= last; power += every)
        for (const double times : {1.0, 2.0, 5.0}) {
            if (times > 1 && last - first > 3) continue;
            const double tick = times * std::pow(10.0, power);
            if (tick >= out.low && tick <= out.high) out.ticks.push_back(tick);
        }
    return out;
}

}  // namespace elbo::io
