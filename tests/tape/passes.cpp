// SPDX-License-Identifier: MIT
// A pass rewrites a tape into another that computes the same.
#define BOOST_TEST_MODULE passes
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"
#include "parity/random_tape.hpp"

#include <elbo/tape/passes.hpp>

using namespace elbo;
using namespace elbo::parity;

namespace {

// On the plain machine, in double: the same bits.
template <class Pass>
bool leaves_results(const tape& t, const handed_in& d, Pass pass) {
    tape changed = t;
    pass(changed);
    return changed.outputs.size() == t.outputs.size() && changed.losses.size() == t.losses.size() && on_plain(changed, d) == on_plain(t, d);
}
int count_of(const tape& t, verb what) {
    return static_cast<int>(std::count_if(t.nodes.begin(), t.nodes.end(), [&](const node& n) { return n.what == what; }));
}
int fused_rows(const tape& t) {
    return static_cast<int>(std::count_if(t.nodes.begin(), t.nodes.end(), [](const node& n) { return n.what == verb::product && n.c >= 0; }));
}
int fused_formulas(const tape& t) {
    return static_cast<int>(std::count_if(t.nodes.begin(), t.nodes.end(), [](const node& n) { return n.what == verb::product && n.f.number >= 0; }));
}
bool operands_come_first(const tape& t) {
    for (node_id id = 0; id < t.size(); ++id)
        if (std::max({t[id].a, t[id].b, t[id].c}) >= id) return false;
    return true;
}

// x W, of a batch: 3 to 5.
struct product_on_paper {
    sheet   s{4};
    node_id x = s.batch(1, 3), w = s.once(3, 5), row = s.once(1, 5);
    node_id y = s.t.product(x, w, false, false);

    tape fused(node_id result) {
        s.t.outputs = {{"y", result}};
        BOOST_TEST(leaves_results(s.t, s.d, fuse_products));
        tape t = s.t;
        fuse_products(t);
        return t;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(passes_leave_the_results_of_models) {
    each_model([]<class M>(named_model<M> m) {
        for (const tape& t : {programs::training<M>(), programs::evaluation<M>()}) {
            const handed_in d = something_for<M>(3);
            BOOST_TEST(leaves_results(t, d, fuse_products), m.name);
            BOOST_TEST(leaves_results(t, d, drop_unused), m.name);
            BOOST_TEST(leaves_results(t, d, [](tape& u) { fuse_products(u), drop_unused(u), fuse_products(u); }), m.name);
        }
    });
}
BOOST_AUTO_TEST_CASE(passes_leave_the_results_of_any_tape) {
    for (std::uint32_t number = 0; number < 200; ++number) {
        const sheet s = random_tape(number, 3);
        BOOST_TEST(leaves_results(s.t, s.d, fuse_products), "tape " << number);
        BOOST_TEST(leaves_results(s.t, s.d, drop_unused), "tape " << number);
        BOOST_TEST(leaves_results(s.t, s.d, copy_states_put_out), "tape " << number);
    }
}
BOOST_AUTO_TEST_CASE(passes_are_stable) {
    each_model([]<class M>(named_model<M> m) {
        tape t = programs::training<M>(), again = programs::training<M>();
        const std::uint64_t before = hash_of(t);
        drop_unused(t);
        const std::uint64_t dropped = hash_of(t);
        drop_unused(t);
        BOOST_TEST(hash_of(t) == dropped, m.name);  // nothing more to drop
        fuse_products(t);
        const std::uint64_t fused = hash_of(t);
        fuse_products(t);
        BOOST_TEST(hash_of(t) == fused, m.name);  // nothing more to fuse
        fuse_products(again);
        BOOST_TEST(hash_of(again) == fused, m.name);  // fusing drops what it leaves behind
        BOOST_TEST(operands_come_first(t), m.name);
        if (fused_rows(t) > 0) BOOST_TEST(fused != before, m.name);
    });
}
// A hidden layer of an fc model is one verb.
BOOST_AUTO_TEST_CASE(layers_become_one_verb) {
    tape t = programs::evaluation<fc>();
    const int products = count_of(t, verb::product), maps = count_of(t, verb::map);
    fuse_products(t);
    BOOST_TEST(count_of(t, verb::product) == products);
    BOOST_TEST(fused_rows(t) == products);
    BOOST_TEST(fused_formulas(t) == 2);  // two tanh
    BOOST_TEST(count_of(t, verb::map) == maps - 2);
}
BOOST_AUTO_TEST_CASE(what_is_fused) {
    {
        product_on_paper p;
        const tape       t = p.fused(p.s.t.map(formulas::hyperbolic_tangent{}, p.s.t.add(p.y, p.row)));
        BOOST_TEST((fused_rows(t) == 1 && fused_formulas(t) == 1 && count_of(t, verb::zip) == 0 && count_of(t, verb::map) == 0));
    }
    {
        product_on_paper p;
        const tape       t = p.fused(p.s.t.add(p.row, p.y));  // in either order
        BOOST_TEST((fused_rows(t) == 1 && fused_formulas(t) == 0));
    }
    {
        product_on_paper p;
        const tape       t = p.fused(p.s.t.map(formulas::softplus{}, p.y));
        BOOST_TEST((fused_rows(t) == 0 && fused_formulas(t) == 1));
    }
    {
        product_on_paper p;  // the row's own verb comes after the product
        const tape       t = p.fused(p.s.t.add(p.y, p.s.t.scale(p.row, 3)));
        BOOST_TEST(fused_rows(t) == 1);
        BOOST_TEST(operands_come_first(t));
    }
    {
        product_on_paper p;  // rows of a batch
        const tape       t = p.fused(p.s.t.add(p.y, p.s.t.map(formulas::sine{1}, p.s.batch(1, 5))));
        BOOST_TEST((fused_rows(t) == 1 && count_of(t, verb::zip) == 0));
    }
    {
        product_on_paper p;  // what three rows share
        tape&            w = p.s.t;
        const node_id    many = w.product(p.s.batch(3, 3), p.w, false, false);
        const tape       t = p.fused(w.map(formulas::hyperbolic_tangent{}, w.add(w.map(formulas::sine{1}, p.s.batch(1, 5)), many)));
        BOOST_TEST((fused_rows(t) == 1 && fused_formulas(t) == 1 && count_of(t, verb::zip) == 0));
    }
    {
        product_on_paper p;  // of two products one
        const tape       t = p.fused(p.s.t.add(p.y, p.s.t.product(p.s.batch(1, 3), p.s.once(3, 5), false, false)));
        BOOST_TEST((fused_rows(t) == 1 && count_of(t, verb::product) == 2 && count_of(t, verb::zip) == 0));
    }
}
BOOST_AUTO_TEST_CASE(what_is_not_fused) {
    const auto stays = [](auto record) {
        product_on_paper p;
        const tape       t = p.fused(record(p, p.s.t));
        BOOST_TEST(fused_rows(t) == 0);
        return fused_formulas(t);
    };
    stays([](product_on_paper& p, tape& t) {  // another reads the product
        t.losses = {t.sum_to({0, 1, 1}, p.y)};
        return t.add(p.y, p.row);
    });
    stays([](product_on_paper& p, tape& t) { return t.add(p.y, p.y); });
    stays([](product_on_paper& p, tape& t) { return t.add(p.y, t.constant(2)); });                       // one number for all columns
    stays([](product_on_paper& p, tape& t) { return t.zip(formulas::minus{}, p.y, p.row); });
    stays([](product_on_paper& p, tape& t) { return t.add(t.map(formulas::softplus{}, p.y), p.row); });  // f(a b) + c is no f(a b + c)
    stays([](product_on_paper& p, tape& t) { return t.add(t.view({1, 1, 5}, p.y, true), p.row); });
    BOOST_TEST(stays([](product_on_paper& p, tape& t) {
        t.losses = {t.sum_to({0, 1, 1}, p.y)};
        return t.map(formulas::softplus{}, p.y);
    }) == 0);
    BOOST_TEST(stays([](product_on_paper& p, tape& t) {  // sums over the batch are cut by their output
        return t.map(formulas::softplus{}, t.product(p.x, p.s.batch(1, 5), true, false));
    }) == 0);
    // Only one row and one formula go in.
    product_on_paper p;
    const tape       t = p.fused(p.s.t.map(formulas::sine{1}, p.s.t.map(formulas::softplus{}, p.s.t.add(p.s.t.add(p.y, p.row), p.s.once(1, 5)))));
    BOOST_TEST((fused_rows(t) == 1 && fused_formulas(t) == 0 && count_of(t, verb::map) == 2));
}
BOOST_AUTO_TEST_CASE(what_nobody_reads_goes) {
    sheet         s(4);
    tape&         t = s.t;
    const node_id x = s.batch(1, 5), p = s.once(1, 5);
    const node_id used = t.multiply(x, p), lost = t.map(formulas::sine{1}, used), lost_too = t.map(formulas::sine{1}, lost);
    (void)lost_too;
    const node_id alone = s.batch(1, 2);  // an input that nothing reads stays an input of the replay
    (void)alone;
    t.effect(verb::store, t.sum_to({0, 1, 5}, used), 0);
    t.losses  = {t.sum_to({0, 1, 1}, x)};
    t.outputs = {{"view", t.view({1, 5, 1}, used)}};
    t.layers  = {{"net", 0, used}, {"net", 1, lost}};
    BOOST_TEST(leaves_results(t, s.d, drop_unused));
    tape u = t;
    drop_unused(u);
    BOOST_TEST(u.size() == t.size() - 3);
    BOOST_TEST(u.inputs == 2);
    BOOST_TEST(u.layers.size() == 1u);  // names stay where their values are
    BOOST_TEST((u[u.layers[0].id].what == verb::zip && count_of(u, verb::map) == 0 && count_of(u, verb::store) == 1));
    BOOST_TEST(operands_come_first(u));
}
// Passes are as constexpr as tapes.
static_assert([] {
    tape t = programs::evaluation<fc>();
    const node_id before = t.size();
    fuse_products(t);
    return t.size() < before;
}());
