// SPDX-License-Identifier: MIT
// The passes for models that run in time: weights' gradients summed over all steps at once, and steps computed anew
// instead of kept. Each against the tape it started from.
#define BOOST_TEST_MODULE time
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"
#include "parity/models.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {

// `Steps` turns of one cell that reads an image, and of the convolution that looks at it.
template <int Steps>
struct strokes {
    struct sight : stack<picture8, conv<2, 4, 2, 1>, act::softplus, flatten> {};
    struct code : stack<shape<9>, linear<4>, to<diagonal_normal<2>>> {};
    struct brush : stack<shape<9>, linear<64>, reshape<picture8>> {};
    struct cell : lstm<34, 9> {};
    using inputs   = list<picture8>;
    using networks = list<net<"sight", sight>, net<"cell", cell>, net<"code", code>, net<"brush", brush>>;

    static constexpr auto objective(auto& record) {
        const auto x      = input<picture8>(record);
        auto       state  = cell::zero_state(record);
        auto       canvas = spread<value<picture8>>(constant(record, 0));
        auto       z      = spread<value<shape<2>>>(constant(record, 0));
        auto       nats   = spread<value<scalar>>(constant(record, 0));
        for (int t = 0; t < Steps; ++t) {
            const auto seen = run<sight>(record, x - sigmoid(canvas), turn{t});
            state           = run<cell>(record, join_columns(seen, z), state, turn{t});
            const auto q    = run<code>(record, state.h);
            z               = q.sample(record, "z", t);
            canvas          = canvas + run<brush>(record, state.h);
            nats            = nats + kl(q, standard_normal_like(z), z);
        }
        return minimise(term("reconstruction", -bernoulli::from(record, canvas).log_density(x)), term("kl", nats));
    }
};

// Those that go on with one another are one.
int sums_over_the_batch(const tape& t) {
    return static_cast<int>(std::count_if(t.nodes.begin(), t.nodes.end(), [&](const node& n) {
        return work_of(t, n) == work::whole && (n.what == verb::product || n.what == verb::conv_filter || n.what == verb::sum) && n.c < 0;
    }));
}
double relative(const std::vector<double>& got, const std::vector<double>& want) {
    double most = 0, worst = 0;
    for (double w : want) most = std::max(most, std::abs(w));
    if (got.size() != want.size()) return 1;
    for (std::size_t i = 0; i < want.size(); ++i) worst = laws::worse(worst, std::abs(got[i] - want[i]) / std::max(most, 1e-300));
    return worst;
}

}  // namespace

// In another order, so not to the last bit; in double, to the last but a few.
BOOST_AUTO_TEST_CASE(sums_over_time_are_sums) {
    each_model([]<class M>(named_model<M> m) {
        const handed_in d    = something_for<M>(5);
        const tape      from = programs::recorded_training<M>().code;
        tape            to   = from;
        batch_sums(to);
        const auto want = on_plain(from, d), got = on_plain(to, d);
        BOOST_TEST(relative(got.gradients, want.gradients) < 1e-13, m.name);
        BOOST_TEST((got.outputs == want.outputs && got.state == want.state), m.name);
    });
    const handed_in d    = something_for<strokes<11>>(5);
    const tape      from = programs::recorded_training<strokes<11>>().code;
    tape            to   = from;
    batch_sums(to);
    BOOST_TEST(relative(on_plain(to, d).gradients, on_plain(from, d).gradients) < 1e-13);
    BOOST_TEST((on_plain(to, d).outputs == on_plain(from, d).outputs));
}
// However many steps there are, each parameter has one sum.
BOOST_AUTO_TEST_CASE(one_sum_for_each_parameter) {
    const auto batched = []<class M>(named_model<M>) {
        tape t = programs::recorded_training<M>().code;
        batch_sums(t);
        return t;
    };
    const tape five = batched(named_model<strokes<5>>{""}), eleven = batched(named_model<strokes<11>>{""});
    BOOST_TEST(sums_over_the_batch(five) == sums_over_the_batch(eleven));
    BOOST_TEST(sums_over_the_batch(eleven) <= 10 + 3);  // ten tensors, and the loss's own
    BOOST_TEST(sums_over_the_batch(programs::recorded_training<strokes<11>>().code) >= 100);
    // ... which a host runs in one go: nothing else adds matrices, and no part of a sum has memory but its last.
    const schedule_of schedule = make_schedule(eleven);
    int               ends = 0, parts = 0;
    for (node_id id = 0; id < eleven.size(); ++id)
        if (eleven[id].what == verb::conv_filter) (schedule.go_on[static_cast<std::size_t>(id)] < 0 ? ends : parts) += 1;
    BOOST_TEST(ends == 1);
    BOOST_TEST(parts == 10);

    const std::uint64_t once = hash_of(eleven);
    tape                twice = eleven;
    batch_sums(twice);
    BOOST_TEST(hash_of(twice) == once);

    // A model without time is left alone.
    tape fc_tape = programs::recorded_training<fc>().code;
    const std::uint64_t before = hash_of(fc_tape);
    batch_sums(fc_tape);
    BOOST_TEST(hash_of(fc_tape) == before);
}
// What labelled and unlabelled images say of a weight is one sum as well, over rows of two batches.
BOOST_AUTO_TEST_CASE(one_sum_for_both_batches) {
    const tape before = programs::recorded_training<half_told>().code;
    tape       after  = before;
    batch_sums(after);
    const auto adds_matrices = [](const tape& t) {
        return std::count_if(t.nodes.begin(), t.nodes.end(), [](const node& n) { return n.what == verb::zip && n.e.axis == 0 && n.e.fold > 1; });
    };
    BOOST_TEST(adds_matrices(before) > 0);
    BOOST_TEST(adds_matrices(after) == 0);
    for (const std::int64_t labelled : {1, 5, 130}) {
        handed_in d = something_for<half_told>(130);
        d.counts[2] = std::min<std::int64_t>(labelled, d.counts[2]);
        const auto want = on_plain(before, d).gradients;
        for (const int threads : {1, 3}) {
            host       machine{{threads}};
            const auto got = on(machine, after, d).gradients;
            double     worst = 0, most = 0;
            for (std::size_t i = 0; i < got.size(); ++i)
                most = std::max(most, std::abs(want[i])), worst = laws::worse(worst, std::abs(static_cast<double>(got[i]) - want[i]));
            BOOST_TEST(worst <= 1e-5 * most, labelled << " with labels, " << threads << " threads");
        }
    }
}
// Bit for bit, on both machines.
BOOST_AUTO_TEST_CASE(what_is_computed_anew_is_the_same) {
    const auto check = []<class M>(named_model<M> m, int segments) {
        const handed_in d    = something_for<M>(5);
        const auto      step = programs::recorded_training<M>();
        for (const bool batch : {false, true}) {
            tape kept = step.code, anew = step.code;
            fence_segments(kept, step.forward, segments);
            recompute(anew, step.forward, segments);
            if (batch) batch_sums(kept), batch_sums(anew);
            else BOOST_TEST((on_plain(anew, d) == on_plain(step.code, d)), m.name);
            BOOST_TEST((on_plain(anew, d) == on_plain(kept, d)), m.name << " in " << segments);
            for (const int threads : {1, 3}) {
                host machine{{threads}};
                BOOST_TEST((on(machine, anew, d) == on(machine, kept, d)), m.name << " in " << segments << ", " << threads << " threads");
            }
        }
    };
    each_model([&]<class M>(named_model<M> m) { for (int segments : {2, 3}) check(m, segments); });
    for (int segments : {2, 4, 30}) check(named_model<strokes<11>>{"strokes"}, segments);
}
// The memory of T steps grows like T, and like sqrt(T) when steps are computed anew: at 36 steps a third.
BOOST_AUTO_TEST_CASE(memory_of_many_steps) {
    const auto       step   = programs::recorded_training<strokes<36>>();
    const row_counts counts = {1, 100, 100, 100};
    tape             kept = step.code, anew = step.code;
    batch_sums(kept);
    recompute(anew, step.forward, 6);
    batch_sums(anew);
    const auto before = measure(kept, counts), after = measure(anew, counts);
    BOOST_TEST_MESSAGE("floats: " << before.live << ", computed anew " << after.live << "; flops " << before.flops << ", " << after.flops);
    BOOST_TEST(after.live * 3 <= before.live);
    BOOST_TEST(after.flops <= before.flops * 4 / 3);  // one forward pass more

    host          machine{{1}};
    host::program a(machine, kept, counts), b(machine, anew, counts);
    BOOST_TEST_MESSAGE("arena: " << a.arena_floats() << ", computed anew " << b.arena_floats());
    BOOST_TEST(b.arena_floats() * 3 <= a.arena_floats());
    BOOST_TEST(static_cast<std::int64_t>(a.arena_floats()) <= before.live);
    BOOST_TEST(static_cast<std::int64_t>(b.arena_floats()) <= after.live);
}
// A model says so in its type.
struct frugal : strokes<16> {
    static constexpr int segments = 4;
};
BOOST_AUTO_TEST_CASE(a_model_says_so) {
    BOOST_TEST(programs::training<frugal>().fences.size() == 3u);
    BOOST_TEST(plan_of<frugal>.bytes(100) * 2 < plan_of<strokes<16>>.bytes(100));
    const handed_in d = something_for<frugal>(4);
    BOOST_TEST(relative(on_plain(programs::training<frugal>(), d).gradients, on_plain(programs::training<strokes<16>>(), d).gradients) < 1e-13);
}
