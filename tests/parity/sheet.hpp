// SPDX-License-Identifier: MIT
#pragma once

#include "laws/verbs.hpp"
#include "parity/replays.hpp"

#include <boost/test/unit_test.hpp>

// A tape written by hand, with what it reads. Its values and its gradients are compared on the two machines.

namespace elbo::parity {

// Where random numbers lie.
struct domain {
    double low = -1, high = 1, precision = 1e-5;
};
inline constexpr domain positive = {0.1, 1}, small = {0.02, 0.2};

struct sheet {
    tape                 t = {};
    handed_in            d = {};
    std::vector<node_id> operands = {};

    explicit sheet(std::int64_t rows) { d.counts = {1, rows, (rows + 1) / 2, rows}; }

    // Rows of a batch: an input.
    node_id batch(int fold, int cols, domain in = {}, int axis = 1) {
        const extent e{axis, fold, cols};
        d.inputs.push_back(spread_numbers(static_cast<std::size_t>(size_of(e, d.counts)), in.low, in.high, next_++));
        return operand(t.leaf(verb::input, e, t.inputs++));
    }
    // A parameter of `fold` rows.
    node_id once(int fold, int cols, domain in = {}) {
        const auto at = static_cast<std::int32_t>(d.parameters.size());
        for (float x : spread_numbers(static_cast<std::size_t>(fold * cols), in.low, in.high, next_++)) d.parameters.push_back(x);
        return operand(t.leaf(verb::parameter, {0, fold, cols}, at));
    }
    // Whole numbers below `bound` that differ from row to row. They have no gradient.
    node_id places(int fold, int cols, int bound, int axis = 1) {
        const domain  in{0, static_cast<double>(bound)};
        const node_id x = axis == 0 ? once(fold, cols, in) : batch(fold, cols, in, axis);
        operands.pop_back();
        return t.map(formulas::floor_of{}, x);
    }

private:
    std::uint32_t next_ = 0;

    node_id operand(node_id x) { return operands.emplace_back(x); }
};

// The gradients of a loss in which every number of y counts: those of batches are put out, the others stored. False
// where a formula's next derivative is not written.
inline bool ask_for_gradients(sheet& s, node_id y) {
    tape& t = s.t;
    try {
        const node_id loss = laws::weighed(t, y);
        const auto g = differentiate(t, loss, t.constant(1), [&](node_id id) {
            return std::find(s.operands.begin(), s.operands.end(), id) != s.operands.end();
        });
        for (const node_id x : s.operands)
            if (const node_id dx = g[static_cast<std::size_t>(x)]; dx >= 0) {
                const node_id whole = t.spread_to(t[x].e, dx);
                if (t[x].what == verb::parameter) t.effect(verb::store, whole, t[x].i);
                else t.outputs.push_back({"gradient", whole});
            }
        return true;
    } catch (const recording_error&) {
        return false;
    }
}

struct difference {
    double forward = 0, gradient = 0;
};

inline difference compared(const sheet& s, tested& machine) {
    const outcome<double> want = on_plain(s.t, s.d);
    const outcome<float>  got  = on(machine, s.t, s.d);
    difference            worst{apart(got.outputs[0], want.outputs[0]), apart(got.gradients, want.gradients)};
    for (std::size_t k = 1; k < want.outputs.size(); ++k) worst.gradient = std::max(worst.gradient, apart(got.outputs[k], want.outputs[k]));
    return worst;
}

inline constexpr int          odd_columns[] = {1, 3, 17, 31, 33};
inline constexpr std::int64_t odd_rows[]    = {1, 2, 7, 50, 101};

// record(sheet) returns y. Returns whether there were gradients.
template <class Record>
bool agrees(const std::string& name, std::int64_t rows, Record record, double precision = 1e-5) {
    sheet         s(rows);
    const node_id y = record(s);
    s.t.outputs     = {{"y", y}};
    sheet      with = s;
    const bool differentiable = ask_for_gradients(with, y);
    const difference worst    = compared(differentiable ? with : s, tested_with_threads(2));
    BOOST_TEST_CONTEXT(name << ", " << rows << " rows") {
        BOOST_TEST(worst.forward <= precision);
        BOOST_TEST(worst.gradient <= 1e-4);
    }
    return differentiable;
}

// record(sheet, columns), for every odd number of rows and columns.
template <class Record>
void agrees_in_every_size(const std::string& name, Record record, double precision = 1e-5) {
    for (const std::int64_t rows : odd_rows)
        for (const int cols : odd_columns)
            agrees(name + ", " + std::to_string(cols) + " columns", rows, [&](sheet& s) { return record(s, cols); }, precision);
}

}  // namespace elbo::parity
