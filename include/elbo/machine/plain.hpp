// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/between.hpp>
#include <elbo/machine/bindings.hpp>
#include <elbo/machine/noise.hpp>
#include <elbo/machine/triangle.hpp>

#include <cstring>
#include <span>

namespace elbo {

// Executes a tape with the plainest loops, in any scalar: what every verb means, and the oracle of the other machines.
// Each value has memory of its own; nothing is fused, reordered or shared.
template <class T>
class plain {
public:
    using scalar = T;

    explicit plain(const tape& t) : tape_(t), values_(t.nodes.size()) {}

    void replay(const bindings<T>& with) {
        with_ = &with;
        for (node_id id = 0; id < tape_.size(); ++id) step(id);
    }
    std::span<const T> operator[](node_id id) const { return values_[static_cast<std::size_t>(id)]; }
    // Replays only what comes before a node: a loss without its gradient.
    void replay_until(const bindings<T>& with, node_id last) {
        with_ = &with;
        for (node_id id = 0; id <= last; ++id) step(id);
    }

private:
    using index = std::size_t;

    const tape&                 tape_;
    std::vector<std::vector<T>> values_;
    const bindings<T>*          with_ = nullptr;

    index rows(node_id id) const { return static_cast<index>(rows_of(tape_[id].e, with_->counts)); }
    index cols(node_id id) const { return static_cast<index>(tape_[id].e.cols); }
    const T* at(node_id id) const { return values_[static_cast<index>(id)].data(); }

    // An operand as the rows and columns of a larger result see it.
    struct broadcast_view {
        const T* data;
        index    ratio, cols;  // ratio 0: one row for all

        T operator()(index r, index c) const {
            return data[(ratio == 0 ? 0 : r / ratio) * cols + (cols == 1 ? 0 : c)];
        }
    };
    broadcast_view seen_from(extent whole, node_id x) const {
        const extent e = tape_[x].e;
        const bool   one_row = e.axis == 0 && e.fold == 1;
        return {at(x), one_row ? index{0} : static_cast<index>(whole.fold / e.fold), cols(x)};
    }

    template <class Do>
    static void each_formula(const formula& f, Do act) {
        dispatch(f, act, formula_list{});
    }
    template <class Do, class... F>
    static void dispatch(const formula& f, Do act, list<F...>) {
        int number = 0;
        ((number++ == f.number ? act(formula_from<F>(f.p, f.q)) : void()), ...);
    }

    void step(node_id id) {
        const node&  n    = tape_[id];
        auto&        y    = values_[static_cast<index>(id)];
        const index  R = rows(id), C = cols(id);
        y.assign(R * C, T(0));
        const auto over = [&](auto value) {
            for (index r = 0; r < R; ++r)
                for (index c = 0; c < C; ++c) y[r * C + c] = value(r, c);
        };
        const auto copy = [&](const T* from) { over([&](index r, index c) { return from[r * C + c]; }); };
        const auto go_on = [&] {  // what it is added to
            if (n.c >= 0) over([&, before = seen_from(n.e, n.c)](index r, index c) { return y[r * C + c] + before(r, c); });
        };
        switch (n.what) {
            case verb::input: copy(with_->inputs[static_cast<index>(n.i)]); break;
            case verb::parameter: copy(with_->parameters + n.i); break;
            case verb::state: copy(with_->state + n.i); break;
            case verb::slot: y[0] = static_cast<T>(with_->slots[static_cast<index>(n.i)]); break;
            case verb::count: y[0] = static_cast<T>(with_->counts[static_cast<index>(n.i)]); break;
            case verb::table:
                over([&](index r, index c) {
                    return static_cast<T>(tape_.constants[static_cast<index>(n.i) + r * C + c]);
                });
                break;
            case verb::noise: {
                const draw_key&  draw = tape_.draws[static_cast<index>(n.j)];
                const random_key key  = make_key(with_->seed, draw.purpose, static_cast<std::uint64_t>(draw.loop));
                const auto       K    = static_cast<index>(n.e.fold);
                over([&](index r, index c) { return noise_at<T>(key, with_->step, with_->first_row, K, r, c, n.i == 1); });
                break;
            }
            case verb::map:
                each_formula(n.f, [&](auto f) { over([&](index r, index c) { return f(at(n.a)[r * C + c]); }); });
                break;
            case verb::chain: {
                const auto a = seen_from(n.e, n.a), b = seen_from(n.e, n.b);
                each_formula(n.f, [&](auto f) { over([&](index r, index c) { return a(r, c) * f(b(r, c)); }); });
                break;
            }
            case verb::zip: {
                const auto a = seen_from(n.e, n.a), b = seen_from(n.e, n.b);
                dispatch(n.f, [&](auto f) { over([&](index r, index c) { return f(a(r, c), b(r, c)); }); },
                         pair_formula_list{});
                break;
            }
            case verb::chain_pair: {
                const auto a = seen_from(n.e, n.a), b = seen_from(n.e, n.b), d = seen_from(n.e, n.c);
                dispatch(n.f, [&](auto f) { over([&](index r, index c) { return a(r, c) * f(b(r, c), d(r, c)); }); },
                         pair_formula_list{});
                break;
            }
            case verb::sum: {
                const auto small = seen_small(n.a, n.e);
                for (index r = 0; r < rows(n.a); ++r)
                    for (index c = 0; c < cols(n.a); ++c) y[small(r, c)] += at(n.a)[r * cols(n.a) + c];
                go_on();
                break;
            }
            case verb::spread: over(seen_from(n.e, n.a)); break;
            case verb::view: case verb::store: case verb::assign: copy(at(n.a)); break;
            case verb::slice:
                over([&](index r, index c) { return at(n.a)[r * cols(n.a) + static_cast<index>(n.i) + c]; });
                break;
            case verb::place:
                for (index r = 0; r < R; ++r)
                    for (index c = 0; c < cols(n.a); ++c)
                        y[r * C + static_cast<index>(n.i) + c] = at(n.a)[r * cols(n.a) + c];
                break;
            case verb::concat:
                over([&](index r, index c) {
                    return c < cols(n.a) ? at(n.a)[r * cols(n.a) + c] : at(n.b)[r * cols(n.b) + c - cols(n.a)];
                });
                break;
            case verb::gather: {
                const auto  where = seen_from(tape_[n.a].e, n.b);
                const index W = static_cast<index>(n.i), N = cols(n.a);
                over([&](index r, index c) {
                    const index block = static_cast<index>(where.data[(where.ratio == 0 ? 0 : r / where.ratio) * cols(n.b) + c / W]);
                    return at(n.a)[r * N + block * W + c % W];
                });
                break;
            }
            case verb::scatter: {
                const auto  where = seen_from(tape_[n.a].e, n.b);
                const index W = static_cast<index>(n.i), N = cols(n.a);
                for (index r = 0; r < R; ++r)
                    for (index c = 0; c < N; ++c) {
                        const index block = static_cast<index>(where.data[(where.ratio == 0 ? 0 : r / where.ratio) * cols(n.b) + c / W]);
                        y[r * C + block * W + c % W] += at(n.a)[r * N + c];
                    }
                break;
            }
            case verb::transpose:
                for (index r = 0; r < R; ++r)
                    for (index p = 0; p < static_cast<index>(n.i); ++p)
                        for (index q = 0; q < static_cast<index>(n.j); ++q)
                            y[r * C + q * static_cast<index>(n.i) + p] = at(n.a)[r * C + p * static_cast<index>(n.j) + q];
                break;
            case verb::product: {  // f(a b + c), where a pass has fused c and f in
                const index inner = n.i ? rows(n.a) : cols(n.a), lda = cols(n.a), ldb = cols(n.b);
                over([&](index r, index c) {
                    T s = 0;
                    for (index k = 0; k < inner; ++k)
                        s += (n.i ? at(n.a)[k * lda + r] : at(n.a)[r * lda + k]) *
                             (n.j ? at(n.b)[c * ldb + k] : at(n.b)[k * ldb + c]);
                    return s;
                });
                go_on();
                each_formula(n.f, [&](auto f) { over([&](index r, index c) { return f(y[r * C + c]); }); });
                break;
            }
            case verb::batched: {
                const index M = static_cast<index>(n.k), N = static_cast<index>(n.l), I = cols(n.a) / M;
                over([&](index r, index c) {
                    const T *   a = at(n.a) + r * M * I, *b = at(n.b) + r * I * N;
                    const index p = c / N, q = c % N;
                    T           s = 0;
                    for (index k = 0; k < I; ++k)
                        s += (n.i ? a[k * M + p] : a[p * I + k]) * (n.j ? b[q * I + k] : b[k * N + q]);
                    return s;
                });
                break;
            }
            case verb::conv: case verb::conv_data: case verb::conv_filter: convolve(n, y, R, C); go_on(); break;
            case verb::pool: case verb::unpool: case verb::argmax: pool(n, y, R, C); break;
            case verb::interpolate: case verb::splat: case verb::slopes: between(n, y, R, C); break;
            case verb::logsumexp:
                over([&](index r, index) {
                    using std::exp, std::log;
                    const T* a    = at(n.a) + r * cols(n.a);
                    T        most = a[0], s = 0;
                    for (index c = 1; c < cols(n.a); ++c) most = a[c] > most ? a[c] : most;
                    for (index c = 0; c < cols(n.a); ++c) s += exp(a[c] - most);
                    return most + log(s);
                });
                break;
            case verb::solve:
                for (index r = 0; r < R; ++r)
                    solve_triangle(at(n.a) + r * cols(n.a), at(n.b) + r * C, &y[r * C], n.k, n.l, n.i != 0);
                break;
            case verb::cholesky:
                for (index r = 0; r < R; ++r) cholesky_triangle(at(n.a) + r * C, &y[r * C], n.k);
                break;
        }
        if (n.what == verb::store) std::memcpy(with_->gradients + n.i, y.data(), y.size() * sizeof(T));
        if (n.what == verb::assign) std::memcpy(with_->state + n.i, y.data(), y.size() * sizeof(T));
    }

    // Where an element of a larger value goes in the smaller one it is summed to.
    auto seen_small(node_id larger, extent small) const {
        const extent e     = tape_[larger].e;
        const bool   one   = small.axis == 0 && small.fold == 1;
        const index  ratio = one ? 0 : static_cast<index>(e.fold / small.fold), C = static_cast<index>(small.cols);
        return [=](index r, index c) { return (ratio == 0 ? 0 : r / ratio) * C + (C == 1 ? 0 : c); };
    }

    // Every (filter tap, input pixel, output pixel) of a convolution, once.
    template <class Do>
    static void taps(const window& w, Do act) {
        for (int oy = 0; oy < w.out_h; ++oy)
            for (int ox = 0; ox < w.out_w; ++ox)
                for (int ky = 0; ky < w.kernel_h; ++ky)
                    for (int kx = 0; kx < w.kernel_w; ++kx) {
                        const int iy = oy * w.stride + ky - w.pad, ix = ox * w.stride + kx - w.pad;
                        if (iy < 0 || iy >= w.in_h || ix < 0 || ix >= w.in_w) continue;
                        act(static_cast<index>(ky * w.kernel_w + kx), static_cast<index>(iy * w.in_w + ix),
                            static_cast<index>(oy * w.out_w + ox));
                    }
    }

    void convolve(const node& n, std::vector<T>& result, index R, index C) {
        const window& w  = tape_.windows[static_cast<index>(n.i)];
        const index   ci = static_cast<index>(w.in_c), co = static_cast<index>(w.out_c);
        const index   samples = n.what == verb::conv_filter ? rows(n.a) : R;
        for (index r = 0; r < samples; ++r)
            taps(w, [&](index tap, index in, index out) {
                for (index p = 0; p < ci; ++p)
                    for (index q = 0; q < co; ++q) {
                        const index f = (tap * ci + p) * co + q, x = in * ci + p, y = out * co + q;
                        if (n.what == verb::conv) result[r * C + y] += at(n.a)[r * cols(n.a) + x] * at(n.b)[f];
                        else if (n.what == verb::conv_data) result[r * C + x] += at(n.a)[r * cols(n.a) + y] * at(n.b)[f];
                        else result[f] += at(n.a)[r * cols(n.a) + x] * at(n.b)[r * cols(n.b) + y];
                    }
            });
    }

    // Every (place, one of the four pixels around it, channel), once.
    void between(const node& n, std::vector<T>& result, index R, index C) {
        const window& w     = tape_.windows[static_cast<index>(n.i)];
        const auto    where = seen_from({n.e.axis, n.e.fold, 1}, n.b);
        const index   P     = cols(n.b) / 2, channels = static_cast<index>(w.in_c), width = static_cast<index>(w.in_w);
        for (index r = 0; r < R; ++r) {
            const T *places = where.data + (where.ratio == 0 ? 0 : r / where.ratio) * cols(n.b), *a = at(n.a) + r * cols(n.a);
            T*       to     = result.data() + r * C;
            for (index p = 0; p < P; ++p) {
                const auto  x = pixels_around(places[p], w.in_w), y = pixels_around(places[P + p], w.in_h);
                const T *   across = n.j & 1 ? x.slope : x.weight, *down = n.j & 2 ? y.slope : y.weight;
                const index first = static_cast<index>(y.first) * width + static_cast<index>(x.first);
                for (index v = 0; v < (w.in_h > 1 ? 2u : 1u); ++v)
                    for (index u = 0; u < (w.in_w > 1 ? 2u : 1u); ++u)
                        for (index c = 0; c < channels; ++c) {
                            const index pixel = (first + v * width + u) * channels + c, seen = p * channels + c;
                            if (n.what == verb::interpolate) to[seen] += down[v] * across[u] * a[pixel];
                            else if (n.what == verb::splat) to[pixel] += down[v] * across[u] * a[seen];
                            else {
                                const T drawn = a[seen] * at(n.c)[r * cols(n.c) + pixel];
                                to[p] += y.weight[v] * x.slope[u] * drawn;
                                to[P + p] += y.slope[v] * x.weight[u] * drawn;
                            }
                        }
            }
        }
    }

    void pool(const node& n, std::vector<T>& result, index R, index C) {
        const window& w = tape_.windows[static_cast<index>(n.i)];
        const index   ch = static_cast<index>(w.in_c);
        for (index r = 0; r < R; ++r) {
            std::vector<T> best(C, T(0));
            std::vector<char> seen(C, 0);
            const T* a = at(n.a) + r * cols(n.a);
            taps(w, [&](index, index in, index out) {
                for (index c = 0; c < ch; ++c) {
                    const index x = in * ch + c, y = out * ch + c;
                    if (n.what == verb::pool) result[r * C + y] += a[x];
                    else if (n.what == verb::unpool) result[r * C + x] += a[y];
                    else if (!seen[y] || a[x] > best[y]) {
                        seen[y] = 1, best[y] = a[x];
                        result[r * C + y] = static_cast<T>(x);
                    }
                }
            });
        }
    }
};

}  // namespace elbo
