// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::data {

// How ten digits are written by hand: each digit in several styles, each style as strokes of the pen, each stroke as
// points that a smooth curve passes through. Hundredths of the height, y downwards, the middle at (50, 50).
// At a corner the pen turns sharply: the curve ends there and begins anew.
struct pen_point {
    std::int8_t x, y;
    bool        corner = false;
};
using pen_stroke  = std::vector<pen_point>;
using digit_style = std::vector<pen_stroke>;

namespace strokes {

// What the pen does at a point: moves on, turns sharply, is lifted for the style's next stroke, ends the style.
enum pen : std::uint8_t { moves, turns, lifts, ends };

struct mark {
    std::int8_t x, y;
    pen         then = moves;
};

// clang-format off
inline constexpr mark marks[] = {
    // 0: an oval; begun inside itself; squarish
    {52, 2}, {27, 16}, {17, 50}, {25, 83}, {50, 98}, {75, 82}, {83, 50}, {74, 17}, {49, 2, ends},
    {60, 10}, {40, 4}, {22, 28}, {18, 62}, {34, 94}, {62, 95}, {81, 64}, {77, 26}, {57, 4}, {38, 12, ends},
    {60, 4}, {30, 8}, {16, 36}, {17, 70}, {34, 96}, {66, 96}, {84, 68}, {83, 32}, {66, 7}, {52, 3, ends},
    {66, 14}, {50, 1}, {30, 20}, {24, 52}, {32, 86}, {50, 99}, {68, 84}, {76, 50}, {70, 20}, {56, 4, ends},
    // 1: a stroke; with a flag; with a flag and a foot
    {50, 1}, {51, 33}, {50, 66}, {50, 99, ends},
    {28, 26}, {42, 14}, {53, 1, turns}, {52, 50}, {52, 99, ends},
    {30, 22}, {42, 13}, {52, 1, turns}, {51, 50}, {51, 97, lifts}, {25, 97}, {50, 97}, {77, 97, ends},
    {55, 1}, {50, 30}, {49, 70}, {46, 99, ends},
    // 2: with a sharp foot; with a loop; with a wavy foot
    {20, 25}, {32, 6}, {56, 2}, {75, 18}, {71, 42}, {47, 69}, {19, 96, turns}, {50, 96}, {83, 95, ends},
    {21, 21}, {42, 3}, {69, 9}, {75, 30}, {58, 60}, {34, 88}, {18, 91}, {22, 78}, {38, 79}, {60, 94}, {86, 90, ends},
    {18, 30}, {30, 7}, {60, 3}, {78, 24}, {64, 52}, {38, 80}, {16, 97, turns}, {44, 90}, {66, 98}, {86, 89, ends},
    // 3: two bows that meet in a corner; a flat top; a little loop in the middle
    {22, 15}, {44, 2}, {71, 11}, {70, 33}, {44, 46, turns}, {73, 58}, {77, 82}, {50, 98}, {18, 87, ends},
    {20, 4}, {48, 4}, {76, 4, turns}, {60, 22}, {43, 41, turns}, {74, 55}, {77, 82}, {48, 98}, {18, 88, ends},
    {20, 17}, {46, 2}, {72, 15}, {64, 38}, {42, 48}, {40, 42}, {66, 53}, {78, 76}, {54, 97}, {18, 86, ends},
    // 4: open; closed; rounded
    {29, 4}, {24, 28}, {17, 57, turns}, {50, 58}, {86, 56, lifts}, {67, 20}, {66, 60}, {63, 98, ends},
    {62, 2}, {38, 34}, {13, 66, turns}, {50, 67}, {89, 66, lifts}, {62, 3}, {62, 50}, {62, 98, ends},
    {24, 5}, {20, 40}, {34, 56}, {54, 53}, {72, 42, lifts}, {75, 4}, {71, 48}, {65, 98, ends},
    // 5: in one line with corners; like an S; with the bar put on at last
    {78, 4}, {54, 4}, {30, 5, turns}, {28, 24}, {25, 46, turns}, {52, 37}, {78, 57}, {74, 84}, {46, 98},
    {18, 89, ends},
    {80, 6}, {48, 4}, {30, 16}, {32, 38}, {58, 48}, {76, 64}, {70, 88}, {46, 98}, {18, 90, ends},
    {31, 8}, {29, 26}, {26, 46, turns}, {56, 38}, {80, 62}, {69, 91}, {42, 98}, {19, 87, lifts}, {30, 7}, {56, 6},
    {84, 4, ends},
    // 6: a bent back; a straight back; a curled top
    {65, 3}, {37, 26}, {20, 60}, {28, 90}, {54, 98}, {78, 81}, {71, 58}, {48, 53}, {24, 71, ends},
    {58, 2}, {40, 25}, {25, 52}, {22, 82}, {46, 98}, {74, 88}, {76, 65}, {52, 55}, {24, 74, ends},
    {76, 13}, {58, 3}, {31, 22}, {19, 58}, {32, 94}, {62, 96}, {79, 75}, {62, 55}, {36, 61}, {22, 79, ends},
    // 7: plain; bent; crossed; with a hook at the left
    {18, 5}, {50, 5}, {82, 5, turns}, {62, 52}, {43, 98, ends},
    {17, 7}, {50, 6}, {80, 7, turns}, {56, 44}, {47, 98, ends},
    {18, 5}, {50, 5}, {82, 5, turns}, {62, 50}, {43, 98, lifts}, {34, 51}, {54, 50}, {76, 48, ends},
    {18, 22}, {20, 5, turns}, {50, 7}, {82, 6, turns}, {60, 46}, {46, 98, ends},
    // 8: in one line from the top; two rings; in one line from the middle
    {70, 14}, {48, 2}, {27, 16}, {36, 38}, {62, 56}, {77, 79}, {52, 98}, {23, 81}, {37, 58}, {64, 39}, {73, 19},
    {56, 3, ends},
    {51, 2}, {28, 13}, {29, 37}, {50, 47}, {71, 37}, {73, 13}, {48, 2, lifts}, {51, 47}, {22, 60}, {23, 88}, {50, 98},
    {77, 88}, {79, 60}, {48, 47, ends},
    {46, 48}, {26, 24}, {50, 2}, {73, 22}, {52, 46}, {26, 66}, {28, 92}, {56, 98}, {77, 78}, {64, 57}, {44, 46, ends},
    // 9: a straight stem; a curled stem; in one bow
    {73, 18}, {52, 3}, {25, 17}, {25, 43}, {48, 53}, {71, 36}, {76, 8, turns}, {74, 54}, {71, 98, ends},
    {74, 16}, {50, 3}, {24, 20}, {28, 46}, {52, 51}, {72, 34}, {77, 9, turns}, {78, 60}, {58, 96}, {25, 90, ends},
    {70, 14}, {46, 3}, {24, 24}, {33, 50}, {58, 46}, {73, 20}, {74, 44}, {66, 72}, {50, 98, ends},
};
// clang-format on
inline constexpr std::uint8_t styles_of[10] = {4, 4, 3, 3, 3, 3, 3, 4, 3, 3};

}  // namespace strokes

ELBO_COLD inline std::vector<std::vector<digit_style>> make_digit_styles() {
    std::vector<std::vector<digit_style>> all(10);
    const strokes::mark*                  next = strokes::marks;
    for (std::size_t digit = 0; digit < 10; ++digit) {
        all[digit].resize(strokes::styles_of[digit]);
        for (digit_style& style : all[digit]) {
            style.emplace_back();
            for (;; ++next) {
                style.back().push_back({next->x, next->y, next->then == strokes::turns});
                if (next->then == strokes::ends) break;
                if (next->then == strokes::lifts) style.emplace_back();
            }
            ++next;
        }
    }
    return all;
}
inline const std::vector<std::vector<digit_style>>& digit_styles() {
    static const std::vector<std::vector<digit_style>> styles = make_digit_styles();
    return styles;
}

}  // namespace elbo::data
