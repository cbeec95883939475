// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/tape/formula_table.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

using node_id = std::int32_t;

// Every step of computation there is. Each has its derivative, written in verbs, in tape/differentiate.hpp; what each
// computes is written out, with the plainest loops, in machine/plain.hpp. tape/README.md is the list on one page.
enum class verb : std::uint8_t {
    // leaves
    input,      // a batch handed in                                   i: which
    parameter,  // rows of the flat parameter buffer                   i: offset
    state,      // running statistics                                  i: offset
    slot,       // one number that may change between replays          i: which
    count,      // how many rows the batch axis i has, as a number
    noise,      // counter-based random numbers                        i: 0 normal, 1 uniform; j: which draw
    table,      // constants of the tape                               i: offset in tape::constants
    // elementwise; smaller operands are broadcast
    map,        // f(a)
    zip,        // f(a, b)
    chain,      // a f(b)            a: cotangent, f: a slope
    chain_pair, // a f(b, c)         the same for a formula of two arguments
    // extents
    sum,        // to smaller extents: over columns, over multiplicity, over the whole batch
    spread,     // to larger extents, by repetition
    view,       // the same memory under other extents                 i: 1 stops the gradient
    slice,      // columns [i, i + cols)
    place,      // zeros, with a in columns [i, ...)
    concat,     // columns of a, then columns of b
    gather,     // y[j] = a[b[j]] in each row, blocks of i columns
    scatter,    // y[b[j]] += a[j] in each row, blocks of i columns
    transpose,  // each row, an (i, j) matrix, becomes (j, i)
    // linear algebra
    product,    // a b of whole matrices                               i, j: transposed
    batched,    // a b of one small matrix a row                       i, j: transposed; k, l: rows, cols of the result
    conv,       // y = x * w                                           i: window
    conv_data,  // x = the transposed convolution of y with w          i: window
    conv_filter,// w = the correlation of x and y over the batch       i: window
    pool,       // sums over windows                                   i: window
    unpool,     // its transpose                                       i: window
    argmax,     // where in its row each window's largest value is     i: window
    logsumexp,  // over columns
    solve,      // L^-1 b or L^-T b of each row's lower triangle a     i: transposed, k: order, l: columns of b
    cholesky,   // the lower triangle L of each row's matrix a = L L'  k: order
    // effects
    store,      // a into the gradient buffer                          i: offset
    assign,     // a into the state                                    i: offset
    // images between pixels; b: x of every place, then y of every one
    interpolate,// y[p] = the image a at place p                       i: window, j: 1 and 2 its slopes along x and y, 3 both
    splat,      // its transpose: a[p] goes to the pixels around p     i: window, j
    slopes,     // a[p] times the slopes at p of the image c, along x for every place, then along y        i: window
};

// rows = fold x count[axis], and axis 0 has one row: a parameter matrix is `fold` rows of `cols`.
struct extent {
    std::int32_t axis = 0, fold = 1, cols = 1;

    constexpr bool operator==(const extent&) const = default;
};

struct node {
    verb         what{};
    node_id      a = -1, b = -1, c = -1;
    extent       e;
    formula      f;
    std::int32_t i = 0, j = 0, k = 0, l = 0;
};

// The geometry of a convolution or a pooling: x is (in_h, in_w, in_c), y is (out_h, out_w, out_c), both channels last;
// filters are (kernel_h, kernel_w, in_c, out_c).
struct window {
    std::int32_t in_c = 1, in_h = 1, in_w = 1, out_c = 1, out_h = 1, out_w = 1;
    std::int32_t kernel_h = 1, kernel_w = 1, stride = 1, pad = 0;

    constexpr bool operator==(const window&) const = default;
};

struct draw_key {
    std::uint64_t purpose = 0;
    std::int32_t  loop    = 0;

    constexpr bool operator==(const draw_key&) const = default;
};

struct named_output {
    const char* name;
    node_id     id;
};

// The value that a network's layer made: names for people.
struct layer_output {
    const char* network;
    int         index;
    node_id     id;
};

struct named_slot {
    const char* name;
    double      otherwise;  // its value unless somebody sets it
};

constexpr bool same_name(const char* a, const char* b) {
    for (; *a != '\0' && *a == *b; ++a, ++b) {}
    return *a == *b;
}

// A model's computation as plain data: in order, every node after its operands.
struct tape {
    std::vector<node>         nodes;
    std::vector<window>       windows;
    std::vector<draw_key>     draws;
    std::vector<double>       constants;
    std::vector<named_output> outputs;  // values to be read after a replay
    std::vector<layer_output> layers;   // in the order they were made
    std::vector<node_id>      losses;   // one per player
    std::vector<node_id>      leaves;   // shared ones, to be found again
    std::vector<node_id>      fences;   // a node from here on runs after all before: see recompute.hpp
    std::vector<named_slot>   slots;    // numbers that may change between replays
    std::int32_t              inputs = 0;

    constexpr const node& operator[](node_id id) const { return nodes[static_cast<std::size_t>(id)]; }
    constexpr node&       operator[](node_id id) { return nodes[static_cast<std::size_t>(id)]; }
    constexpr node_id     size() const { return static_cast<node_id>(nodes.size()); }

    ELBO_COLD constexpr node_id put(const node& n) {
        nodes.push_back(n);
        return size() - 1;
    }

    // ---- leaves ----
    constexpr node_id leaf(verb what, extent e, std::int32_t i, std::int32_t j = 0) {
        node n;
        n.what = what, n.e = e, n.i = i, n.j = j;
        return put(n);
    }
    // The same leaf twice is one node: shared weights gather one gradient.
    ELBO_COLD constexpr node_id shared_leaf(verb what, extent e, std::int32_t i) {
        for (node_id id : leaves)
            if ((*this)[id].what == what && (*this)[id].i == i && (*this)[id].e == e) return id;
        leaves.push_back(leaf(what, e, i));
        return leaves.back();
    }
    ELBO_COLD constexpr node_id slot(const char* name, double otherwise) {
        for (std::size_t at = 0; at < slots.size(); ++at)
            if (same_name(slots[at].name, name)) return shared_leaf(verb::slot, {}, static_cast<std::int32_t>(at));
        slots.push_back({name, otherwise});
        return shared_leaf(verb::slot, {}, static_cast<std::int32_t>(slots.size()) - 1);
    }
    ELBO_COLD constexpr node_id constant(double value) {
        for (std::size_t at = 0; at < constants.size(); ++at)
            if (constants[at] == value) return shared_leaf(verb::table, {}, static_cast<std::int32_t>(at));
        constants.push_back(value);
        return shared_leaf(verb::table, {}, static_cast<std::int32_t>(constants.size()) - 1);
    }
    ELBO_COLD constexpr node_id table(extent e, const std::vector<double>& values) {
        const auto at = static_cast<std::int32_t>(constants.size());
        for (double v : values) constants.push_back(v);
        return leaf(verb::table, e, at);
    }
    ELBO_COLD constexpr node_id noise(extent e, bool uniform, std::uint64_t purpose, int loop) {
        const draw_key key{purpose, loop};
        for (const draw_key& d : draws)
            if (d == key) throw recording_error("elbo: two draws have the same purpose and loop index");
        draws.push_back(key);
        return leaf(verb::noise, e, uniform ? 1 : 0, static_cast<std::int32_t>(draws.size()) - 1);
    }

    // ---- elementwise ----
    ELBO_COLD constexpr node_id map(formula f, node_id a) {
        node n;
        n.what = verb::map, n.a = a, n.e = (*this)[a].e, n.f = f;
        return put(n);
    }
    template <class F>
    constexpr node_id map(F f, node_id a) {
        return map(unary(f), a);
    }
    ELBO_COLD constexpr node_id zip(formula f, node_id a, node_id b) {
        node n;
        n.what = verb::zip, n.a = a, n.b = b, n.e = broadcast((*this)[a].e, (*this)[b].e), n.f = f;
        return put(n);
    }
    template <class F>
    constexpr node_id zip(F f, node_id a, node_id b) {
        return zip(binary(f), a, b);
    }
    constexpr node_id add(node_id a, node_id b) { return zip(formulas::plus{}, a, b); }
    constexpr node_id multiply(node_id a, node_id b) { return zip(formulas::times{}, a, b); }
    constexpr node_id scale(node_id a, double by) { return by == 1 ? a : map(formulas::affine{by, 0}, a); }
    ELBO_COLD constexpr node_id chain(formula slope, node_id cotangent, node_id x) {
        node n;
        n.what = verb::chain, n.a = cotangent, n.b = x, n.f = slope;
        n.e = broadcast((*this)[cotangent].e, (*this)[x].e);
        return put(n);
    }
    ELBO_COLD constexpr node_id chain_pair(formula slope, node_id cotangent, node_id b, node_id c) {
        node n;
        n.what = verb::chain_pair, n.a = cotangent, n.b = b, n.c = c, n.f = slope;
        n.e = broadcast((*this)[cotangent].e, broadcast((*this)[b].e, (*this)[c].e));
        return put(n);
    }

    // ---- extents ----
    ELBO_COLD constexpr node_id sum_to(extent e, node_id a) {
        if ((*this)[a].e == e) return a;
        node n;
        n.what = verb::sum, n.a = a, n.e = e;
        return put(n);
    }
    ELBO_COLD constexpr node_id spread_to(extent e, node_id a) {
        if ((*this)[a].e == e) return a;
        node n;
        n.what = verb::spread, n.a = a, n.e = e;
        return put(n);
    }
    ELBO_COLD constexpr node_id view(extent e, node_id a, bool stops_gradient = false) {
        if ((*this)[a].e == e && !stops_gradient) return a;
        node n;
        n.what = verb::view, n.a = a, n.e = e, n.i = stops_gradient ? 1 : 0;
        return put(n);
    }
    constexpr node_id slice(node_id a, int first, int cols) {
        return with(verb::slice, a, -1, cols, first);
    }
    constexpr node_id place(node_id a, int first, int cols) {
        return with(verb::place, a, -1, cols, first);
    }
    ELBO_COLD constexpr node_id concat(node_id a, node_id b) {
        extent e = broadcast_rows((*this)[a].e, (*this)[b].e);
        a        = spread_to({e.axis, e.fold, (*this)[a].e.cols}, a);
        b        = spread_to({e.axis, e.fold, (*this)[b].e.cols}, b);
        return with(verb::concat, a, b, (*this)[a].e.cols + (*this)[b].e.cols);
    }
    ELBO_COLD constexpr node_id gather(node_id a, node_id indices, int width) {
        extent e = broadcast_rows((*this)[a].e, (*this)[indices].e);
        a        = spread_to({e.axis, e.fold, (*this)[a].e.cols}, a);
        return with(verb::gather, a, indices, (*this)[indices].e.cols * width, width);
    }
    ELBO_COLD constexpr node_id scatter(node_id a, node_id indices, int width, int cols) {
        extent e = broadcast_rows((*this)[a].e, (*this)[indices].e);
        a        = spread_to({e.axis, e.fold, (*this)[indices].e.cols * width}, a);
        return with(verb::scatter, a, indices, cols, width);
    }
    constexpr node_id transpose(node_id a, int rows, int cols) {
        if (rows == 1 || cols == 1) return a;
        return with(verb::transpose, a, -1, (*this)[a].e.cols, rows, cols);
    }

    // ---- linear algebra ----
    // a (rows, k) b (k, n); ta: a' b over the rows of both; tb: a b' with b (n, k)
    ELBO_COLD constexpr node_id product(node_id a, node_id b, bool ta, bool tb) {
        const extent A = (*this)[a].e, B = (*this)[b].e;
        node         n;
        n.what = verb::product, n.a = a, n.b = b, n.i = ta, n.j = tb;
        const int cols = tb ? B.fold : B.cols;
        n.e            = ta ? extent{0, A.cols, cols} : extent{A.axis, A.fold, cols};
        return put(n);
    }
    // In each row a is (m, k) or its transpose, b is (k, n) or its transpose.
    ELBO_COLD constexpr node_id batched(node_id a, node_id b, bool ta, bool tb, int m, int n_cols) {
        const extent e = broadcast_rows((*this)[a].e, (*this)[b].e);
        a              = spread_to({e.axis, e.fold, (*this)[a].e.cols}, a);
        b              = spread_to({e.axis, e.fold, (*this)[b].e.cols}, b);
        const node_id id = with(verb::batched, a, b, m * n_cols, ta, tb);
        nodes.back().k   = m;
        nodes.back().l   = n_cols;
        return id;
    }
    ELBO_COLD constexpr std::int32_t geometry(const window& w) {
        for (std::size_t at = 0; at < windows.size(); ++at)
            if (windows[at] == w) return static_cast<std::int32_t>(at);
        windows.push_back(w);
        return static_cast<std::int32_t>(windows.size()) - 1;
    }
    constexpr node_id conv(node_id x, node_id w, std::int32_t g) {
        const window& s = windows[static_cast<std::size_t>(g)];
        return with(verb::conv, x, w, s.out_c * s.out_h * s.out_w, g);
    }
    constexpr node_id conv_data(node_id y, node_id w, std::int32_t g) {
        const window& s = windows[static_cast<std::size_t>(g)];
        return with(verb::conv_data, y, w, s.in_c * s.in_h * s.in_w, g);
    }
    ELBO_COLD constexpr node_id conv_filter(node_id x, node_id y, std::int32_t g) {
        const window& s = windows[static_cast<std::size_t>(g)];
        node          n;
        n.what = verb::conv_filter, n.a = x, n.b = y, n.i = g;
        n.e = {0, s.kernel_h * s.kernel_w * s.in_c, s.out_c};
        return put(n);
    }
    constexpr node_id pool(node_id x, std::int32_t g, verb what = verb::pool) {
        const window& s = windows[static_cast<std::size_t>(g)];
        return with(what, x, -1, s.in_c * s.out_h * s.out_w, g);
    }
    constexpr node_id unpool(node_id y, std::int32_t g) {
        const window& s = windows[static_cast<std::size_t>(g)];
        return with(verb::unpool, y, -1, s.in_c * s.in_h * s.in_w, g);
    }
    // An image at out_h out_w places, in pixels from the first one's centre; and numbers at such places put into an image.
    ELBO_COLD constexpr node_id between(verb what, node_id a, node_id places, std::int32_t g, int slopes = 0) {
        const window& s = windows[static_cast<std::size_t>(g)];
        const int     image = s.in_c * s.in_h * s.in_w, seen = s.in_c * s.out_h * s.out_w;
        const bool    forth = what == verb::interpolate;
        const extent  e     = broadcast_rows((*this)[a].e, (*this)[places].e);
        a                   = spread_to({e.axis, e.fold, forth ? image : seen}, a);
        return with(what, a, places, forth ? seen : image, g, slopes);
    }
    ELBO_COLD constexpr node_id slopes(node_id a, node_id places, node_id image, std::int32_t g) {
        const window&       s = windows[static_cast<std::size_t>(g)];
        const std::int32_t  seen = s.out_h * s.out_w;
        const extent        e = broadcast_rows((*this)[a].e, broadcast_rows((*this)[places].e, (*this)[image].e));
        a                     = spread_to({e.axis, e.fold, s.in_c * seen}, a);
        image                 = spread_to({e.axis, e.fold, s.in_c * s.in_h * s.in_w}, image);
        const node_id id      = with(verb::slopes, a, places, 2 * seen, g);
        nodes.back().c        = image;
        return id;
    }
    constexpr node_id logsumexp(node_id a) { return with(verb::logsumexp, a, -1, 1); }
    ELBO_COLD constexpr node_id solve(node_id lower, node_id b, bool transposed, int order, int columns) {
        const extent e = broadcast_rows((*this)[lower].e, (*this)[b].e);
        lower          = spread_to({e.axis, e.fold, order * order}, lower);
        b              = spread_to({e.axis, e.fold, order * columns}, b);
        const node_id id = with(verb::solve, lower, b, order * columns, transposed);
        nodes.back().k   = order;
        nodes.back().l   = columns;
        return id;
    }
    constexpr node_id cholesky(node_id a, int order) {
        const node_id id = with(verb::cholesky, a, -1, order * order);
        nodes.back().k   = order;
        return id;
    }

    // ---- effects ----
    ELBO_COLD constexpr node_id effect(verb what, node_id a, std::int32_t offset) {
        node n;
        n.what = what, n.a = a, n.i = offset, n.e = (*this)[a].e;
        return put(n);
    }

    // ---- extents that go together ----
    ELBO_COLD static constexpr extent broadcast_rows(extent a, extent b) {
        if (a.axis != 0 && b.axis != 0 && a.axis != b.axis)
            throw recording_error("elbo: rows of two batch axes do not mix");
        if ((a.axis == 0 && a.fold != 1 && b.axis != 0) || (b.axis == 0 && b.fold != 1 && a.axis != 0))
            throw recording_error("elbo: a matrix does not broadcast over a batch");
        const int larger = a.fold > b.fold ? a.fold : b.fold, smaller = a.fold > b.fold ? b.fold : a.fold;
        if (larger % smaller != 0) throw recording_error("elbo: multiplicities do not divide one another");
        return {a.axis != 0 ? a.axis : b.axis, larger, 1};
    }
    ELBO_COLD static constexpr extent broadcast(extent a, extent b) {
        if (a == b) return a;
        extent e = broadcast_rows(a, b);
        if (a.cols != b.cols && a.cols != 1 && b.cols != 1)
            throw recording_error("elbo: columns of an elementwise verb do not match");
        e.cols = a.cols > b.cols ? a.cols : b.cols;
        return e;
    }

private:
    ELBO_COLD constexpr node_id with(verb what, node_id a, node_id b, int cols, std::int32_t i = 0, std::int32_t j = 0) {
        node n;
        n.what = what, n.a = a, n.b = b, n.i = i, n.j = j;
        n.e      = (*this)[a].e;
        n.e.cols = cols;
        return put(n);
    }
};

// Equal tapes have equal hashes, whatever compiler recorded them.
constexpr std::uint64_t hash_of(const tape& t) {
    std::uint64_t hash = 0xCBF29CE484222325u;
    auto          eat  = [&](std::uint64_t word) { hash = mix_bits(hash ^ word); };
    auto          pair = [&](std::int32_t x, std::int32_t y) {
        eat((std::uint64_t{static_cast<std::uint32_t>(x)} << 32) | static_cast<std::uint32_t>(y));
    };
    for (const node& n : t.nodes) {
        pair(static_cast<std::int32_t>(n.what), n.a);
        pair(n.b, n.c);
        pair(n.e.axis, n.e.fold);
        pair(n.e.cols, n.f.number);
        pair(n.i, n.j);
        pair(n.k, n.l);
        eat(std::bit_cast<std::uint64_t>(n.f.p));
        eat(std::bit_cast<std::uint64_t>(n.f.q));
    }
    for (const window& w : t.windows) {
        pair(w.in_c, w.in_h), pair(w.in_w, w.out_c), pair(w.out_h, w.out_w);
        pair(w.kernel_h, w.kernel_w), pair(w.stride, w.pad);
    }
    for (const draw_key& d : t.draws) eat(d.purpose), eat(static_cast<std::uint64_t>(d.loop));
    for (node_id fence : t.fences) eat(static_cast<std::uint64_t>(fence));
    for (double c : t.constants) eat(std::bit_cast<std::uint64_t>(c));
    return hash;
}

}  // namespace elbo
