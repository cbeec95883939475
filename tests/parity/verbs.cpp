// SPDX-License-Identifier: MIT
// Every verb on the machine that is tested and on plain<double>, with its derivative. parity/formulas.cpp has the elementwise ones.
#define BOOST_TEST_MODULE verbs
#define BOOST_TEST_DYN_LINK
#include "parity/sheet.hpp"

using namespace elbo;
using namespace elbo::parity;

BOOST_AUTO_TEST_CASE(leaves) {
    agrees_in_every_size("parameter", [](sheet& s, int cols) { return s.t.add(s.batch(1, cols), s.once(1, cols)); });
    agrees_in_every_size("slot, count, table", [](sheet& s, int cols) {
        std::vector<double> numbers;
        for (float x : spread_numbers(static_cast<std::size_t>(cols), -1, 1)) numbers.push_back(static_cast<double>(x));
        const node_id slot = s.t.slot("weight", 0.7), count = s.t.shared_leaf(verb::count, {}, 1);
        return s.t.add(s.t.multiply(s.t.multiply(s.batch(2, cols), slot), s.t.table({0, 1, cols}, numbers)), count);
    });
    agrees_in_every_size("a table of rows", [](sheet& s, int cols) {
        std::vector<double> numbers;
        for (float x : spread_numbers(static_cast<std::size_t>(5 * cols), -1, 1)) numbers.push_back(static_cast<double>(x));
        return s.t.product(s.batch(2, 5), s.t.table({0, 5, cols}, numbers), false, false);
    });
}
// Normal numbers: of the angle of Box and Muller single precision leaves some 3e-7, whatever its cosine is.
BOOST_AUTO_TEST_CASE(noise) {
    constexpr double of_the_angle = 3e-5;
    for (const int K : {1, 4}) {
        agrees_in_every_size("normal", [&](sheet& s, int cols) { return s.t.multiply(s.batch(K, cols), s.t.noise({1, K, cols}, false, 7, 2)); }, of_the_angle);
        agrees_in_every_size("uniform", [&](sheet& s, int cols) { return s.t.multiply(s.batch(K, cols), s.t.noise({1, K, cols}, true, 7, 2)); });
    }
    agrees_in_every_size("of another place in the run", [](sheet& s, int cols) {
        s.d.seed = 0xFFFFFFFFFFu, s.d.step = 4000000000u, s.d.first_row = 1000;
        return s.t.add(s.batch(1, cols), s.t.noise({1, 1, cols}, false, 1, 0));
    }, of_the_angle);
    agrees("of no batch", 1, [](sheet& s) { return s.t.multiply(s.once(3, 7), s.t.noise({0, 3, 7}, false, 1, 0)); }, of_the_angle);
}
// A uniform number is an integer times a power of two: every bit of the counters shows.
BOOST_AUTO_TEST_CASE(random_integers_are_the_same) {
    for (const std::int64_t rows : odd_rows)
        for (const int K : {1, 3}) {
            sheet s(rows);
            s.d.seed = 0x123456789ABCDEFu, s.d.step = 77, s.d.first_row = 5;
            s.t.outputs = {{"u", s.t.noise({1, K, 33}, true, 0xFEDCBA9876543210u, 3)}};
            const auto want = on_plain(s.t, s.d).outputs[0];
            const auto got  = on(tested_with_threads(2), s.t, s.d).outputs[0];
            BOOST_TEST(std::equal(got.begin(), got.end(), want.begin(), want.end(), [](float a, double b) { return static_cast<double>(a) == b; }), rows << " rows, " << K);
        }
}
BOOST_AUTO_TEST_CASE(sums) {
    struct extents {
        extent from, to;
    };
    for (const int cols : odd_columns)
        for (const extents& e : std::initializer_list<extents>{{{1, 1, cols}, {1, 1, 1}},
                                                                     {{1, 6, cols}, {1, 6, 1}},
                                                                     {{1, 6, cols}, {1, 2, cols}},
                                                                     {{1, 6, cols}, {1, 1, cols}},
                                                                     {{1, 6, cols}, {1, 2, 1}},
                                                                     {{1, 6, cols}, {1, 1, 1}},
                                                                     {{1, 1, cols}, {0, 1, cols}},
                                                                     {{1, 6, cols}, {0, 1, cols}},
                                                                     {{1, 6, cols}, {0, 1, 1}},
                                                                     {{0, 6, cols}, {0, 1, cols}},
                                                                     {{0, 6, cols}, {0, 6, 1}},
                                                                     {{0, 6, cols}, {0, 1, 1}}})
            for (const std::int64_t rows : odd_rows) {
                const extent      from = e.from, to = e.to;
                const std::string name = std::to_string(from.axis) + " " + std::to_string(from.fold) + " " + std::to_string(cols) + " to " +
                                         std::to_string(to.axis) + " " + std::to_string(to.fold) + " " + std::to_string(to.cols);
                agrees("sum of " + name, rows, [&](sheet& s) {  // all positive: a sum of both signs has no relative precision
                    return s.t.sum_to(to, from.axis == 0 ? s.once(from.fold, cols, positive) : s.batch(from.fold, cols, positive));
                });
                agrees("spread from " + name, rows, [&](sheet& s) {
                    return s.t.spread_to(from, to.axis == 0 ? s.once(to.fold, to.cols) : s.batch(to.fold, to.cols));
                });
            }
}
BOOST_AUTO_TEST_CASE(views) {
    agrees_in_every_size("columns become rows", [](sheet& s, int cols) {
        const node_id rows = s.t.view({1, 2 * cols, 3}, s.t.map(formulas::sine{1}, s.batch(2, 3 * cols)));
        return s.t.multiply(rows, s.batch(2 * cols, 3));
    });
    agrees_in_every_size("rows become columns, twice", [](sheet& s, int cols) {
        const node_id x = s.t.view({1, 1, 6 * cols}, s.t.view({1, 3, 2 * cols}, s.t.map(formulas::sine{1}, s.batch(6, cols))));
        return s.t.multiply(x, s.once(1, 6 * cols));
    });
    agrees_in_every_size("of an input", [](sheet& s, int cols) { return s.t.map(formulas::sine{1}, s.t.view({1, 2, cols}, s.batch(1, 2 * cols))); });
    agrees_in_every_size("of a parameter", [](sheet& s, int cols) { return s.t.multiply(s.batch(1, 3 * cols), s.t.view({0, 1, 3 * cols}, s.once(3, cols))); });
    agrees_in_every_size("summed over the batch", [](sheet& s, int cols) {
        return s.t.sum_to({0, 1, 2 * cols}, s.t.view({1, 3, 2 * cols}, s.t.map(formulas::exponential{}, s.batch(6, cols))));
    });
    agrees_in_every_size("that stops the gradient", [](sheet& s, int cols) {
        const node_id x = s.batch(1, cols);
        return s.t.multiply(x, s.t.view({1, 1, cols}, s.t.map(formulas::sine{1}, x), true));
    });
}
BOOST_AUTO_TEST_CASE(columns) {
    agrees_in_every_size("slice", [](sheet& s, int cols) { return s.t.slice(s.batch(2, cols + 5), 3, cols); });
    agrees_in_every_size("place", [](sheet& s, int cols) { return s.t.place(s.batch(2, cols), 3, cols + 5); });
    agrees_in_every_size("concat", [](sheet& s, int cols) { return s.t.concat(s.batch(2, cols), s.batch(2, 4)); });
    agrees_in_every_size("concat with a parameter", [](sheet& s, int cols) { return s.t.concat(s.once(1, 2), s.batch(2, cols)); });
    agrees_in_every_size("concat of samples with one", [](sheet& s, int cols) { return s.t.concat(s.batch(6, cols), s.batch(2, cols)); });
    agrees_in_every_size("slice and place of parameters", [](sheet& s, int cols) {
        return s.t.place(s.t.slice(s.once(3, cols + 2), 1, cols), 2, cols + 2);
    });
    agrees_in_every_size("transpose", [](sheet& s, int cols) { return s.t.transpose(s.batch(2, 7 * cols), 7, cols); });
    agrees_in_every_size("transpose of parameters", [](sheet& s, int cols) { return s.t.transpose(s.once(2, 7 * cols), cols, 7); });
}
BOOST_AUTO_TEST_CASE(gathering) {
    for (const int width : {1, 3}) {
        agrees_in_every_size("gather by row", [&](sheet& s, int cols) { return s.t.gather(s.batch(2, cols * width), s.places(2, 5, cols), width); });
        agrees_in_every_size("gather, the same places for all", [&](sheet& s, int cols) {
            return s.t.gather(s.batch(2, cols * width), s.places(1, 5, cols, 0), width);
        });
        agrees_in_every_size("gather, one place for samples", [&](sheet& s, int cols) { return s.t.gather(s.batch(6, cols * width), s.places(2, 4, cols), width); });
        agrees_in_every_size("gather from parameters", [&](sheet& s, int cols) { return s.t.gather(s.once(1, cols * width), s.places(1, 4, cols), width); });
        agrees_in_every_size("scatter by row", [&](sheet& s, int cols) {
            return s.t.scatter(s.batch(2, 5 * width), s.places(2, 5, cols), width, cols * width);
        });
        agrees_in_every_size("scatter, the same places for all", [&](sheet& s, int cols) {
            return s.t.scatter(s.batch(2, 5 * width), s.places(1, 5, cols, 0), width, cols * width);
        });
    }
}
// A slope is a difference of pixels: where they are nearly the same, single precision has few figures left.
BOOST_AUTO_TEST_CASE(images_between_pixels) {
    constexpr double of_differences = 1e-4;
    struct seen {
        int channels, in_h, in_w, out_h, out_w;
    };
    for (const seen& n : std::initializer_list<seen>{{1, 5, 7, 3, 4}, {1, 9, 8, 9, 9}, {1, 28, 28, 28, 28}, {1, 40, 30, 7, 10}, {3, 6, 5, 4, 3}, {1, 1, 9, 3, 3}, {2, 9, 1, 3, 3}, {1, 1, 1, 2, 2}})
        for (const std::int64_t rows : odd_rows) {
            const window w{n.channels, n.in_h, n.in_w, n.channels, n.out_h, n.out_w};
            const int    image = n.channels * n.in_h * n.in_w, all = n.out_h * n.out_w;
            const domain between{-2.5, n.in_w + 1.5};
            const auto   name = std::to_string(n.channels) + " x " + std::to_string(n.in_h) + " x " + std::to_string(n.in_w);
            for (const int slopes : {0, 1, 2, 3}) {
                agrees("interpolate, " + name, rows, [&](sheet& s) {
                    return s.t.between(verb::interpolate, s.batch(2, image, positive), s.batch(2, 2 * all, between), s.t.geometry(w), slopes);
                }, slopes == 0 ? 1e-5 : of_differences);
                agrees("splat, " + name, rows, [&](sheet& s) {
                    return s.t.between(verb::splat, s.batch(2, n.channels * all, positive), s.batch(2, 2 * all, between), s.t.geometry(w), slopes);
                }, slopes == 0 ? 1e-5 : of_differences);
            }
            agrees("slopes, " + name, rows, [&](sheet& s) {
                return s.t.slopes(s.batch(2, n.channels * all, positive), s.batch(2, 2 * all, between), s.batch(2, image, positive), s.t.geometry(w));
            }, of_differences);
            agrees("one image at places of its samples, " + name, rows, [&](sheet& s) {
                return s.t.between(verb::interpolate, s.once(1, image, positive), s.batch(3, 2 * all, between), s.t.geometry(w));
            });
        }
}
// Sums of one sign: where terms cancel, single precision has no relative precision to test.
BOOST_AUTO_TEST_CASE(products) {
    for (const int inner : {1, 7, 33, 100}) {
        agrees_in_every_size("a b", [&](sheet& s, int cols) { return s.t.product(s.batch(1, inner, positive), s.once(inner, cols, positive), false, false); });
        agrees_in_every_size("a b of samples", [&](sheet& s, int cols) { return s.t.product(s.batch(3, inner, positive), s.once(inner, cols, positive), false, false); });
        agrees_in_every_size("a b'", [&](sheet& s, int cols) { return s.t.product(s.batch(1, inner, positive), s.once(cols, inner, positive), false, true); });
        agrees_in_every_size("of parameters: a b", [&](sheet& s, int cols) { return s.t.product(s.once(5, inner, positive), s.once(inner, cols, positive), false, false); });
        agrees_in_every_size("of parameters: a' b", [&](sheet& s, int cols) { return s.t.product(s.once(inner, 9, positive), s.once(inner, cols, positive), true, false); });
        agrees_in_every_size("of parameters: a b'", [&](sheet& s, int cols) { return s.t.product(s.once(9, inner, positive), s.once(cols, inner, positive), false, true); });
    }
    for (const int left : {1, 47, 48, 49, 100})
        agrees_in_every_size("a' b over the batch", [&](sheet& s, int cols) { return s.t.product(s.batch(2, left, positive), s.batch(2, cols, positive), true, false); });
}
// y = f(a b + c) is one verb to host.
BOOST_AUTO_TEST_CASE(fused_products) {
    const auto layer = [](sheet& s, int cols) { return s.t.add(s.t.product(s.batch(2, 9, positive), s.once(9, cols, small), false, false), s.once(1, cols, small)); };
    agrees_in_every_size("a b + c", layer);
    agrees_in_every_size("f(a b + c)", [&](sheet& s, int cols) { return s.t.map(formulas::hyperbolic_tangent{}, layer(s, cols)); });
    agrees_in_every_size("c + a b", [](sheet& s, int cols) {
        const node_id c = s.once(1, cols, small);
        return s.t.map(formulas::softplus{}, s.t.add(c, s.t.product(s.batch(1, 9, positive), s.once(9, cols, small), false, false)));
    });
    agrees_in_every_size("f(a b)", [](sheet& s, int cols) {
        return s.t.map(formulas::elu{1}, s.t.product(s.batch(1, 9, positive), s.once(9, cols, small), false, false));
    });
    agrees_in_every_size("f(a b) + c", [](sheet& s, int cols) {
        return s.t.add(s.t.map(formulas::sigmoid{}, s.t.product(s.batch(1, 9, positive), s.once(9, cols, small), false, false)), s.once(1, cols, small));
    });
    agrees_in_every_size("a b + c, read twice", [&](sheet& s, int cols) {
        const node_id y = layer(s, cols);
        return s.t.multiply(y, s.t.map(formulas::sigmoid{}, y));
    });
    agrees_in_every_size("a b + d e", [](sheet& s, int cols) {
        const node_id y = s.t.product(s.batch(1, 9, positive), s.once(9, cols, small), false, false), z = s.t.product(s.batch(1, 4, positive), s.once(4, cols, small), false, false);
        return s.t.map(formulas::hyperbolic_tangent{}, s.t.add(s.t.add(y, z), s.once(1, cols, small)));
    });
    agrees_in_every_size("a b + one number", [](sheet& s, int cols) {
        return s.t.add(s.t.product(s.batch(1, 9, positive), s.once(9, cols, small), false, false), s.once(1, 1, small));
    });
}
BOOST_AUTO_TEST_CASE(products_of_each_row) {
    for (const int way : {0, 1, 2, 3})
        for (const int m : {1, 2, 9})
            for (const int inner : {1, 3, 18})
                agrees_in_every_size("way " + std::to_string(way), [&](sheet& s, int cols) {
                    return s.t.batched(s.batch(1, m * inner, positive), s.batch(1, inner * cols, positive), way % 2 == 1, way / 2 == 1, m, cols);
                });
    agrees("samples with one, batch with once", 7, [](sheet& s) {
        return s.t.batched(s.batch(6, 6, positive), s.t.batched(s.batch(2, 9, positive), s.once(1, 9, positive), false, true, 3, 3), true, false, 2, 3);
    });
    agrees("of parameters", 1, [](sheet& s) { return s.t.batched(s.once(5, 6, positive), s.once(5, 12, positive), true, true, 2, 4); });
}

namespace {
window window_of(int in_c, int in_h, int in_w, int out_c, int kernel_h, int kernel_w, int stride, int pad) {
    return {in_c, in_h, in_w, out_c, (in_h + 2 * pad - kernel_h) / stride + 1, (in_w + 2 * pad - kernel_w) / stride + 1, kernel_h, kernel_w, stride, pad};
}
const window windows[] = {
    window_of(1, 1, 1, 1, 1, 1, 1, 0),   window_of(1, 5, 7, 3, 3, 3, 1, 1),   window_of(3, 6, 5, 2, 3, 2, 2, 1),  window_of(4, 8, 8, 16, 4, 4, 2, 1),
    window_of(17, 5, 4, 33, 3, 3, 1, 0), window_of(2, 4, 9, 3, 1, 1, 3, 0),   window_of(2, 3, 3, 5, 5, 5, 1, 2),  window_of(1, 9, 1, 2, 4, 1, 2, 0),
    window_of(16, 7, 7, 32, 4, 4, 2, 2), window_of(5, 6, 6, 31, 2, 3, 1, 1), window_of(1, 12, 11, 20, 4, 4, 3, 1),
    window_of(1, 6, 14, 32, 3, 3, 1, 1), window_of(2, 6, 9, 48, 3, 2, 1, 0),
    window_of(32, 8, 10, 20, 4, 4, 2, 1), window_of(19, 5, 6, 12, 3, 3, 1, 1), window_of(33, 16, 16, 9, 8, 8, 4, 2), window_of(32, 8, 8, 9, 6, 6, 2, 2),
    window_of(16, 6, 8, 5, 6, 6, 2, 2), window_of(20, 4, 4, 7, 2, 2, 1, 0), window_of(17, 3, 5, 4, 1, 1, 1, 0),
    window_of(18, 6, 5, 9, 5, 5, 1, 2),  window_of(95, 4, 5, 80, 3, 3, 1, 1),
};
int filter_rows(const window& w) { return w.kernel_h * w.kernel_w * w.in_c; }
}  // namespace

BOOST_AUTO_TEST_CASE(convolutions) {
    for (const window& w : windows)
        for (const std::int64_t rows : odd_rows) {
            if (rows > 7 && filter_rows(w) * w.out_c * w.out_h * w.out_w > 30000) continue;  // too slow for the plain machine
            const int  x_size = w.in_c * w.in_h * w.in_w, y_size = w.out_c * w.out_h * w.out_w;
            const auto name   = std::to_string(w.in_c) + " to " + std::to_string(w.out_c) + ", kernel " + std::to_string(w.kernel_h);
            agrees("conv, " + name, rows, [&](sheet& s) { return s.t.conv(s.batch(1, x_size, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
            agrees("conv_data, " + name, rows, [&](sheet& s) { return s.t.conv_data(s.batch(1, y_size, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
            agrees("conv_filter, " + name, rows, [&](sheet& s) {
                return s.t.conv_filter(s.batch(1, x_size, positive), s.batch(1, y_size, positive), s.t.geometry(w));
            });
        }
    const window& w = windows[2];
    agrees("of samples", 7, [&](sheet& s) { return s.t.conv(s.batch(3, w.in_c * w.in_h * w.in_w, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
    agrees("of parameters", 1, [&](sheet& s) { return s.t.conv(s.once(3, w.in_c * w.in_h * w.in_w, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
}
// A kernel twice as long as its stride, of many channels and samples: fewer multiplications (machine/host/minimal.hpp).
BOOST_AUTO_TEST_CASE(minimal_convolutions) {
    for (const window& w : {window_of(32, 4, 4, 32, 4, 4, 2, 1), window_of(33, 6, 10, 35, 4, 4, 2, 1), window_of(67, 14, 6, 32, 4, 4, 2, 1), window_of(96, 4, 6, 40, 4, 4, 2, 1),
                            window_of(32, 12, 8, 32, 8, 8, 4, 2), window_of(64, 8, 8, 33, 4, 4, 2, 1), window_of(64, 6, 9, 32, 6, 6, 3, 2)}) {
        BOOST_TEST(has_minimal_form(w));
        for (const std::int64_t rows : {1, 16, 37}) {
            const int  x_size = w.in_c * w.in_h * w.in_w, y_size = w.out_c * w.out_h * w.out_w;
            const auto name   = std::to_string(w.in_c) + " to " + std::to_string(w.out_c) + ", " + std::to_string(w.out_h) + " x " + std::to_string(w.out_w);
            agrees("conv, " + name, rows, [&](sheet& s) { return s.t.conv(s.batch(1, x_size, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
            agrees("conv_data, " + name, rows, [&](sheet& s) { return s.t.conv_data(s.batch(1, y_size, positive), s.once(filter_rows(w), w.out_c, positive), s.t.geometry(w)); });
            agrees("conv_filter, " + name, rows, [&](sheet& s) {
                return s.t.conv_filter(s.batch(1, x_size, positive), s.batch(1, y_size, positive), s.t.geometry(w));
            });
        }
    }
}
BOOST_AUTO_TEST_CASE(pooling) {
    for (window w : windows) {
        w.out_c          = w.in_c;
        const int x_size = w.in_c * w.in_h * w.in_w, y_size = w.out_c * w.out_h * w.out_w;
        for (const std::int64_t rows : odd_rows) {
            agrees("pool", rows, [&](sheet& s) { return s.t.pool(s.batch(2, x_size, positive), s.t.geometry(w)); });
            agrees("unpool", rows, [&](sheet& s) { return s.t.unpool(s.batch(2, y_size, positive), s.t.geometry(w)); });
            agrees("argmax", rows, [&](sheet& s) { return s.t.pool(s.batch(2, x_size), s.t.geometry(w), verb::argmax); });
            agrees("the largest", rows, [&](sheet& s) {
                const node_id x = s.batch(2, x_size);
                return s.t.gather(x, s.t.pool(x, s.t.geometry(w), verb::argmax), 1);
            });
        }
        agrees("pool of parameters", 1, [&](sheet& s) { return s.t.pool(s.once(2, x_size, positive), s.t.geometry(w)); });
    }
    // Equal numbers: the first of them, on both machines.
    agrees("a tie", 7, [](sheet& s) { return s.t.pool(s.places(1, 64, 2), s.t.geometry(window_of(1, 8, 8, 1, 3, 3, 2, 1)), verb::argmax); });
}
BOOST_AUTO_TEST_CASE(rows_of_numbers) {
    agrees_in_every_size("logsumexp", [](sheet& s, int cols) { return s.t.logsumexp(s.batch(2, cols, {1, 9})); });
    agrees_in_every_size("logsumexp, far out", [](sheet& s, int cols) { return s.t.logsumexp(s.batch(1, cols, {-900, -100})); });
    agrees_in_every_size("logsumexp of parameters", [](sheet& s, int cols) { return s.t.logsumexp(s.once(3, cols, {1, 9})); });
    for (const int order : {1, 2, 5, 9})
        for (const std::int64_t rows : odd_rows) {
            std::vector<double> diagonal(static_cast<std::size_t>(order * order), 0.0);
            for (int k = 0; k < order; ++k) diagonal[static_cast<std::size_t>(k * (order + 1))] = 2;
            const auto diagonal_of = [&](sheet& s) { return s.t.table({0, 1, order * order}, diagonal); };
            for (const bool transposed : {false, true})
                for (const int columns : {1, 3}) {
                    const auto name = "solve, order " + std::to_string(order);
                    agrees(name, rows, [&](sheet& s) {
                        const node_id lower = s.t.add(s.batch(2, order * order, {-0.5, 0.5}), diagonal_of(s));
                        return s.t.solve(lower, s.batch(2, order * columns), transposed, order, columns);
                    });
                    agrees(name + " of one for samples", rows, [&](sheet& s) {
                        return s.t.solve(s.t.add(s.once(1, order * order, {-0.5, 0.5}), diagonal_of(s)), s.batch(4, order * columns), transposed, order, columns);
                    });
                }
            agrees("cholesky, order " + std::to_string(order), rows, [&](sheet& s) {
                const node_id m = s.batch(2, order * order, {-0.5, 0.5});
                return s.t.cholesky(s.t.add(s.t.batched(m, m, false, true, order, order), diagonal_of(s)), order);
            });
        }
}

// ---- effects ----

BOOST_AUTO_TEST_CASE(what_is_stored_lies_where_it_should) {
    sheet         s(7);
    const node_id x = s.batch(1, 5), first = s.once(1, 5), unread = s.once(2, 3), second = s.once(1, 5);
    (void)unread;
    const node_id y = s.t.multiply(s.t.multiply(x, first), second);
    s.t.outputs     = {{"y", y}};
    BOOST_TEST(ask_for_gradients(s, y));
    const auto want = on_plain(s.t, s.d);
    const auto got  = on(tested_with_threads(2), s.t, s.d);
    BOOST_TEST(apart(got.gradients, want.gradients) <= 1e-4);
    for (std::size_t i = 5; i < 11; ++i) BOOST_TEST(got.gradients[i] == untouched);
}
// One gradient for two places; a gradient that is also read; the parameter itself as a gradient.
BOOST_AUTO_TEST_CASE(stores_of_shared_values) {
    sheet         s(7);
    const node_id x = s.batch(1, 5), p = s.once(1, 5);
    s.d.parameters.resize(20);
    const node_id total = s.t.sum_to({0, 1, 5}, x), twice = s.t.scale(total, 2);
    s.t.effect(verb::store, total, 0);
    s.t.effect(verb::store, total, 5);
    s.t.effect(verb::store, twice, 10);
    s.t.effect(verb::store, p, 15);
    s.t.outputs = {{"y", s.t.multiply(twice, x)}};
    const auto want = on_plain(s.t, s.d);
    const auto got  = on(tested_with_threads(2), s.t, s.d);
    BOOST_TEST(apart(got.outputs[0], want.outputs[0]) <= 1e-5);
    BOOST_TEST(apart(got.gradients, want.gradients) <= 1e-5);
}
// Whoever reads a state reads what it was before the replay, however late.
BOOST_AUTO_TEST_CASE(a_state_changes_when_all_have_read_it) {
    for (const std::int64_t rows : odd_rows) {
        sheet s(rows);
        s.d.state            = {1, 2, 3, 4, 5};
        const node_id x      = s.batch(1, 5), state = s.t.shared_leaf(verb::state, {0, 1, 5}, 0);
        const node_id next   = s.t.add(s.t.scale(state, 0.5), s.t.sum_to({0, 1, 5}, s.once(3, 5)));
        s.t.effect(verb::assign, next, 0);
        const node_id mean   = s.t.sum_to({0, 1, 5}, s.t.multiply(x, state));
        const node_id late   = s.t.multiply(s.t.add(x, mean), s.t.view({0, 1, 5}, state));
        s.t.outputs          = {{"late", s.t.multiply(late, s.t.sum_to({0, 1, 5}, late))}, {"next", next}, {"as it was", state}};
        const auto want      = on_plain(s.t, s.d);
        const auto got       = on(tested_with_threads(2), s.t, s.d);
        for (std::size_t k = 0; k < 3; ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) <= 1e-5);
        BOOST_TEST((got.outputs[2] == s.d.state));
        BOOST_TEST(apart(got.state, want.state) <= 1e-6);
    }
}
BOOST_AUTO_TEST_CASE(a_leaf_may_be_put_out) {
    sheet         s(7);
    const node_id x = s.batch(1, 5), p = s.once(2, 5);
    s.t.outputs = {{"input", x}, {"parameter", p}, {"view", s.t.view({1, 5, 1}, x)}, {"number", s.t.constant(3)}};
    const auto want = on_plain(s.t, s.d);
    const auto got  = on(tested_with_threads(2), s.t, s.d);
    for (std::size_t k = 0; k < 4; ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) == 0);
}
