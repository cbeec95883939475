// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/tape/tape.hpp>

namespace elbo {

// When a machine with a cache runs each verb. Verbs whose results have rows of their own run chunk by chunk, a chunk of
// the batch through all of them while it is in the cache; what needs the whole batch (weight gradients, sums) runs after
// a barrier, cut by its output. So a phase is one of
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

// Moments 0, 3, 6, ... are single, 1, 4, ... rows, 2, 5, ... whole; some stay empty.
constexpr work kind_of_moment(int moment) { return moment % 3 == 0 ? work::single : moment % 3 == 1 ? work::rows : work::whole; }

struct timetable {
    std::vector<int>     moment;  // by node
    std::vector<work>    kind;    // by node
    std::vector<node_id> home;    // by node: whose memory it names, its own but for views
    int                  moments = 1;
};

// One pass: every node in the first moment of its kind that its operands allow. A sum over the batch never reads what
// its own phase computes; a state changes when all have read it.
constexpr timetable make_timetable(const tape& t) {
    const auto at = [](node_id id) { return static_cast<std::size_t>(id); };
    timetable  w;
    w.moment.assign(t.nodes.size(), 0);
    w.kind.assign(t.nodes.size(), work::none);
    w.home.assign(t.nodes.size(), 0);
    std::vector<int>     read(t.nodes.size(), 0);  // by state: its latest reader's moment
    std::vector<node_id> states, changes;
    for (node_id id = 0; id < t.size(); ++id) {
        const node& n = t[id];
        const work  k = work_of(t, n);
        int         m = 0;
        for (node_id x : {n.a, n.b, n.c}) {
            if (x < 0) continue;
            const bool same = k == work::whole && w.kind[at(w.home[at(x)])] == work::whole;
            if (w.moment[at(x)] + same > m) m = w.moment[at(x)] + same;
        }
        if (k != work::none)
            while (kind_of_moment(m) != k) ++m;
        w.moment[at(id)] = m;
        w.kind[at(id)]   = k;
        w.home[at(id)]   = n.what == verb::view ? w.home[at(n.a)] : id;
        if (m >= w.moments) w.moments = m + 1;
        if (n.what == verb::state) states.push_back(id);
        if (n.what == verb::assign) changes.push_back(id);
        if (!states.empty())
            for (node_id x : {n.a, n.b, n.c})
                if (x >= 0 && t[w.home[at(x)]].what == verb::state && read[at(w.home[at(x)])] < m) read[at(w.home[at(x)])] = m;
    }
    for (node_id id : changes)
        for (node_id state : states) {
            const node &n = t[id], &s = t[state];
            if (s.i >= n.i + n.e.fold * n.e.cols || n.i >= s.i + s.e.fold * s.e.cols) continue;
            while (w.moment[at(id)] < read[at(state)]) w.moment[at(id)] += 3;
            if (w.moment[at(id)] >= w.moments) w.moments = w.moment[at(id)] + 1;
        }
    return w;
}

// Chunks of a batch of n: a matter of n alone.
constexpr std::int64_t chunks_of(std::int64_t n) { return n < 8 ? 1 : n <= 100 ? 2 : (n + 49) / 50; }
// The largest of any batch of at most n.
constexpr std::int64_t largest_chunk(std::int64_t n) { return n < 8 ? n : n < 14 ? 7 : n < 100 ? (n + 1) / 2 : 50; }

}  // namespace elbo
