// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/tape.hpp>

#include <array>
#include <cstdint>

ELBO_COMPILED_ONCE

namespace elbo {

// How many rows each batch axis has in a replay; axis 0 is the one row of what is not batched.
inline constexpr int most_axes = 4;
using row_counts               = std::array<std::int64_t, most_axes>;

constexpr std::int64_t rows_of(extent e, const row_counts& counts) {
    return e.axis == 0 ? e.fold : e.fold * counts[static_cast<std::size_t>(e.axis)];
}
constexpr std::int64_t size_of(extent e, const row_counts& counts) { return rows_of(e, counts) * e.cols; }

// When a machine with a cache runs each verb. Verbs whose results have rows of their own run chunk by chunk, a chunk of
// the batch through all of them while it is in the cache; what needs the whole batch (weight gradients, sums) runs after
// a barrier, cut by its output. A sum over the batch of what is made chunk by chunk is a chunk's as well: each adds up its own rows, and
// the last to be done the chunks'. So a phase is one of
//     single   small things about parameters, on one thread
//     rows     many chunks of rows, each through every node
//     whole    many tiles of results that sum over the batch
// Phases are as long as dependencies allow: an fc-VAE's training step has four.
enum class work { none, rows, whole, single };

constexpr work work_of(const tape& t, const node& n) {
    switch (n.what) {
        case verb::input: case verb::parameter: case verb::state: case verb::slot: case verb::count: case verb::table:
        case verb::view: return work::none;
        case verb::store: case verb::assign: return work::single;
        default: break;
    }
    if (n.e.axis != 0) return work::rows;
    for (node_id x : {n.a, n.b, n.c})
        if (x >= 0 && t[x].e.axis != 0) return work::whole;
    return work::single;
}

// The batch whose rows a node of a rows phase goes through: its own, or the one it sums over.
constexpr int axis_of(const node* nodes, const node& n) { return n.e.axis != 0 ? n.e.axis : nodes[n.a].e.axis; }

// A sum over the batch that begins with another: see batch_sums.hpp. Both may be summed in one go.
constexpr bool continues(const node* nodes, const node& n) {
    return n.c >= 0 && nodes[n.c].what == n.what && ((n.what == verb::product && n.i == 1) || n.what == verb::sum || n.what == verb::conv_filter);
}

// Moments 0, 3, 6, ... are single, 1, 4, ... rows, 2, 5, ... whole; some stay empty.
constexpr work kind_of_moment(int moment) { return moment % 3 == 0 ? work::single : moment % 3 == 1 ? work::rows : work::whole; }

// Numbers by node or by moment, zero at first. Compilers limit the steps of a constant expression, and each call of a
// vector's is some: passes that run in constant expressions use plain arrays.
template <class T>
struct by_number {
    T* at;

    constexpr explicit by_number(std::size_t count) : at(new T[count + 1]{}) {}
    constexpr by_number(by_number&& other) noexcept : at(other.at) { other.at = nullptr; }
    constexpr ~by_number() { delete[] at; }
};

struct timetable {
    by_number<int>     moment;
    by_number<work>    kind;
    by_number<node_id> home;  // whose memory a node names: its own, but for views
    int                moments = 1;
};

// One pass: every node in the first moment of its kind that its operands allow. A sum of a whole phase never reads what
// that phase computes, and nothing reads a sum in the phase that makes it; a state changes when all have read it.
ELBO_COLD constexpr timetable make_timetable(const tape& t) {
    const std::size_t    size = t.nodes.size();
    timetable            table{by_number<int>(size), by_number<work>(size), by_number<node_id>(size)};
    const by_number<int> latest(size);  // by state: its last reader's moment
    std::vector<node_id> states, changes;
    const node* const    nodes  = t.nodes.data();
    int* const           moment = table.moment.at;
    work* const          kind   = table.kind.at;
    node_id* const       home   = table.home.at;
    const node_id        count  = t.size();
    int                  floor  = 0;  // the first moment after the last fence
    std::size_t          fence  = 0;
    for (node_id id = 0; id < count; ++id) {
        const node& n = nodes[id];
        work        k = work_of(t, n);
        int         m = 0;
        for (; fence < t.fences.size() && t.fences[fence] == id; ++fence) floor = table.moments;
        if (k == work::whole && n.what == verb::sum && n.c < 0 && n.e.fold == 1 && (n.e.cols == 1 || n.e.cols == nodes[n.a].e.cols) && kind[home[n.a]] == work::rows) k = work::rows;
        const auto  after = [&](node_id x) {
            const int then = moment[x] + (k == work::whole && kind[home[x]] == work::whole) + (k == work::rows && kind[home[x]] == work::rows && nodes[home[x]].e.axis == 0);
            if (then > m) m = then;
        };
        if (n.a >= 0) after(n.a);
        if (n.b >= 0) after(n.b);
        if (k == work::whole && continues(nodes, n)) m = moment[n.c] > m ? moment[n.c] : m;
        else if (n.c >= 0) after(n.c);
        if (m < floor && k != work::none) m = floor;
        if (k != work::none) m += ((k == work::single ? 0 : k == work::rows ? 1 : 2) - m % 3 + 3) % 3;
        moment[id] = m, kind[id] = k;
        home[id]   = n.what == verb::view ? home[n.a] : id;
        if (m >= table.moments) table.moments = m + 1;
        if (n.what == verb::state) states.push_back(id);
        if (n.what == verb::assign) changes.push_back(id);
        if (states.empty()) continue;
        for (node_id x : {n.a, n.b, n.c})
            if (x >= 0 && nodes[home[x]].what == verb::state && latest.at[home[x]] < m) latest.at[home[x]] = m;
    }
    for (node_id id : changes)
        for (node_id state : states) {
            const node &n = nodes[id], &s = nodes[state];
            if (s.i >= n.i + n.e.fold * n.e.cols || n.i >= s.i + s.e.fold * s.e.cols) continue;
            while (moment[id] < latest.at[state]) moment[id] += 3;
            if (moment[id] >= table.moments) table.moments = moment[id] + 1;
        }
    return table;
}

// Chunks of a batch of n: a matter of n alone.
constexpr std::int64_t chunks_of(std::int64_t n) { return n < 8 ? 1 : n <= 100 ? 2 : (n + 49) / 50; }
// The largest of any batch of at most n.
constexpr std::int64_t largest_chunk(std::int64_t n) { return n < 8 ? n : n < 14 ? 7 : n < 100 ? (n + 1) / 2 : 50; }

}  // namespace elbo
