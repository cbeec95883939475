// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/system.hpp>
#include <elbo/machine/device/launches.hpp>
#include <elbo/machine/noise.hpp>

// The elementwise verbs of a launch, as a device reads them: a short program that each element of the result runs for
// itself, with what it made before in registers. It travels with the launch's parameters, where reading it costs nothing.

namespace elbo::on_device {

// What random numbers are functions of and a replay may change, in the device's memory.
struct replay_numbers {
    const std::uint32_t* turn = nullptr;  // step and first row
    const random_key*    keys = nullptr;  // of each draw
};

// Where an operand is: in a register, or in memory, seen from the row and column of the result.
struct operand {
    const float* at    = nullptr;  // null: in register `slot`
    std::int32_t slot  = 0;
    index        ratio = 0;        // rows of the result for each of this; 0: one row for all
    index        cols  = 1;

    ELBO_HD const float* row(index r) const { return at + static_cast<std::size_t>(ratio == 1 ? r : ratio == 0 ? 0 : r / ratio) * cols; }
    ELBO_HD float        read(index r, index c, const float* registers) const {
        return at == nullptr ? registers[slot] : row(r)[cols == 1 ? 0 : c];
    }
};

struct instruction {
    verb         what{};
    formula      f{};
    operand      a, b, c;
    std::int32_t i = 0, j = 0, fold = 1;
    float*       to = nullptr;  // null: nobody else reads it
};

// ---- formulas by number ----

// The one of number First and those after it, before Last, found by halves.
template <class List, std::size_t First, std::size_t Last, class... X>
ELBO_HD float apply_between(const formula& f, X... x) {
    if constexpr (Last - First == 1) {
        using F = at<First, List>;
        return formula_from<F>(f.p, f.q)(x...);
    } else {
        constexpr std::size_t middle = First + (Last - First) / 2;
        return f.number < static_cast<int>(middle) ? apply_between<List, First, middle>(f, x...) : apply_between<List, middle, Last>(f, x...);
    }
}
ELBO_HD inline float apply_unary(const formula& f, float x) { return apply_between<formula_list, 0, formula_list::size>(f, x); }
ELBO_HD inline float apply_binary(const formula& f, float x, float z) { return apply_between<pair_formula_list, 0, pair_formula_list::size>(f, x, z); }

// Element i of every value of a launch.
struct run_elements {
    instruction    code[launch::most_nodes];
    std::int32_t   count;
    index          cols;
    replay_numbers now;

    ELBO_HD void operator()(index i) const {
        float       registers[launch::most_nodes];
        const index r = i / cols, c = i % cols;
        for (std::int32_t k = 0; k < count; ++k) {
            const instruction& n = code[k];
            const float        y = value_of(n, r, c, registers);
            registers[k]         = y;
            if (n.to != nullptr) n.to[i] = y;
        }
    }

private:
    ELBO_HD float value_of(const instruction& n, index r, index c, const float* registers) const {
        const auto first = static_cast<index>(n.i);
        switch (n.what) {
            case verb::map: return apply_unary(n.f, n.a.read(r, c, registers));
            case verb::chain: return n.a.read(r, c, registers) * apply_unary(n.f, n.b.read(r, c, registers));
            case verb::zip: return apply_binary(n.f, n.a.read(r, c, registers), n.b.read(r, c, registers));
            case verb::chain_pair:
                return n.a.read(r, c, registers) * apply_binary(n.f, n.b.read(r, c, registers), n.c.read(r, c, registers));
            case verb::spread: return n.a.read(r, c, registers);
            case verb::slice: return n.a.row(r)[first + c];
            case verb::place: return c < first || c >= first + n.a.cols ? 0.0f : n.a.row(r)[c - first];
            case verb::concat: return c < n.a.cols ? n.a.row(r)[c] : n.b.row(r)[c - n.a.cols];
            case verb::gather: return n.a.row(r)[static_cast<index>(n.b.row(r)[c / first]) * first + c % first];
            case verb::transpose: {  // c is element (q, p) of the result
                const index p = c % first, q = c / first;
                return n.a.row(r)[p * static_cast<index>(n.j) + q];
            }
            default: {  // noise; j: which key
                const auto K = static_cast<index>(n.fold);
                return noise_at<float, index>(now.keys[n.j], now.turn[0], now.turn[1], K, r, c, n.i == 1);
            }
        }
    }
};

}  // namespace elbo::on_device
