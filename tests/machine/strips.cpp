// SPDX-License-Identifier: MIT
// A chunk's way through a phase, strip by strip: in an order that works, and with the right numbers where strips take a
// chunk's rows in turns.
#define BOOST_TEST_MODULE strips
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "machine/wide_models.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

// Strips that take 50 rows in turns.
int turns_of(const schedule_of& s) {
    int found = 0;
    for (const phase& p : s.phases)
        for (const row_strip& each : p.strips) found += rows_together(each.widest, 50) < 50;
    return found;
}

void check_order(const std::string& name, tape t) {
    fuse_products(t);
    const schedule_of s = make_schedule(t);
    int               faults = 0;
    for (const phase& p : s.phases) {
        std::vector<node_id> ran;
        for (const row_strip& strip : p.strips) {
            faults += strip.nodes.empty();
            for (node_id id : strip.nodes) {
                faults += axis_of(t.nodes.data(), t[id]) != strip.axis || (wants_all_rows(t, t[id]) && (strip.nodes.size() > 1 || strip.widest != 0));
                for (node_id x : {t[id].a, t[id].b, t[id].c})  // what comes later in this phase was not read before
                    faults += x >= 0 && std::find(ran.begin(), ran.end(), x) == ran.end() && std::find(p.nodes.begin(), p.nodes.end(), x) != p.nodes.end();
                ran.push_back(id);
            }
        }
        std::vector<node_id> all = p.nodes;
        std::sort(all.begin(), all.end()), std::sort(ran.begin(), ran.end());
        faults += p.kind == work::rows ? all != ran : !ran.empty();
    }
    BOOST_TEST(faults == 0, name);
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_verb_once_and_after_what_it_reads) {
    each_model([]<class M>(named_model<M> m) { check_order(m.name, programs::training<M>()), check_order(m.name, programs::evaluation<M>()); });
    each_wide_model([]<class M>(named_model<M> m) { check_order(m.name, programs::training<M>()); });
}

BOOST_AUTO_TEST_CASE(products_part_strips) {
    tape t = programs::training<wide>();
    fuse_products(t);
    const schedule_of s = make_schedule(t);
    std::size_t       products = 0, alone = 0, most = 0;
    for (const phase& p : s.phases)
        for (const row_strip& strip : p.strips) {
            products += wants_all_rows(t, t[strip.nodes[0]]);
            alone += strip.nodes.size() == 1;
            most = std::max(most, strip.nodes.size());
        }
    BOOST_TEST(products == 7);  // four layers there, and three back: nobody asks for the images' gradient
    BOOST_TEST(alone >= products);
    BOOST_TEST(most >= 4);  // between the decoder's last layer and its gradient: terms, their sum, the slope, the divergence
}

// Few rows are one chunk, whose products threads share column by column.
BOOST_AUTO_TEST_CASE(few_rows_give_the_same_bits_on_any_number_of_threads) {
    each_wide_model([]<class M>(named_model<M> m) {
        for (const std::int64_t n : {1, 7, 8}) {
            const tape      t = programs::training<M>();
            const handed_in d = something_for<M>(n);
            host            one{{1}};
            const auto      want = on(one, t, d);
            for (const int threads : {2, 3, 5}) {
                host       several{{threads}};
                const auto got = on(several, t, d);
                BOOST_TEST((got.outputs == want.outputs && got.gradients == want.gradients), m.name << ", " << n << " rows, " << threads << " threads");
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(right_where_rows_come_in_turns) {
    const auto check = []<class M>(named_model<M> m, const tape& t, std::int64_t rows = 61) {
        const handed_in d    = something_for<M>(rows);
        const auto      want = on_plain(t, d);
        host            machine{{2}};
        const auto      got = on(machine, t, d);
        for (std::size_t k = 0; k < want.outputs.size(); ++k) BOOST_TEST(apart(got.outputs[k], want.outputs[k]) < 1e-5, m.name);
        // Pixels' edges are kinks: on which side one is, floats and doubles do not always agree. See parity/models.hpp.
        if (!std::is_same_v<M, wide_posed>) BOOST_TEST(apart(got.gradients, want.gradients, 0.1) < 1e-4, m.name);
        tape fused = t;
        fuse_products(fused);
        BOOST_TEST(turns_of(make_schedule(fused)) > 0, m.name);
    };
    each_wide_model([&]<class M>(named_model<M> m) { check(m, programs::training<M>()); });
    check(named_model<wide>{"wide, many rows"}, programs::training<wide>(), 1100);  // sums over a batch go through it in blocks
    check(named_model<wide>{"wide, 20 weights"}, programs::of<wide>([](auto& r) { wide::log_weights<20>(r); }));
}
