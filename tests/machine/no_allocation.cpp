// SPDX-License-Identifier: MIT
// A replay and a step of training take no memory: every way to the heap is trapped.
#define BOOST_TEST_MODULE no_allocation
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"

#include "machine/heap_traps.hpp"

#include <elbo/train/trainer.hpp>

using namespace elbo;
using namespace elbo::parity;

namespace {

template <class M>
count of_replays(const provider& who, int threads) {
    host            machine({threads, who});
    handed_in       d = something_for<M>(113);
    host::program   program(machine, programs::training<M>(), d.counts);
    std::vector<float> gradients(d.parameters.size());
    auto with       = bindings_for<float>(program.code());
    with.parameters = d.parameters.data(), with.gradients = gradients.data(), with.state = d.state.data();
    with.counts     = d.counts;
    for (std::size_t i = 0; i < d.inputs.size(); ++i) with.inputs[i] = d.inputs[i].data();
    program.replay(with);  // the first one may warm a provider up
    return trapped([&] {
        for (const std::int64_t rows : {113, 113, 20, 1, 113}) {
            with.counts = batches_of(rows);
            ++with.step;
            program.replay(with);
        }
    });
}

template <class M>
count of_steps(const provider& who, int threads, const any_optimizer& optimizer) {
    trainer_options options{.batch = 20, .optimizer = optimizer, .clip_norm = 5, .average = 0.99};
    for (const named_slot& s : programs::training<M>().slots) options.slots.push_back({s.name, schedules::constant{0.5}});
    trainer<M, host> train(options, {threads, who});
    std::copy_n(spread_numbers(20 * picture8::size, 0, 1).begin(), 20 * picture8::size, train.input(0).begin());
    train.take_step(20, 0);
    return trapped([&] {
        for (int k = 0; k < 5; ++k) train.take_step(k % 2 == 0 ? 20 : 7, 0.1 * k);
    });
}

// The same provider; what it takes while it multiplies is its own affair.
template <const provider& Who>
void product_unseen(bool ta, bool tb, std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda, const float* b,
                    std::size_t ldb, float* c, std::size_t ldc, bool add, float* scratch) {
    inside_a_provider = true;
    Who.product(ta, tb, m, n, k, a, lda, b, ldb, c, ldc, add, scratch);
    inside_a_provider = false;
}
template <const provider& Who>
[[maybe_unused]] void takes_nothing_around() {
    provider around = Who;
    around.product  = &product_unseen<Who>;
    for (const int threads : is_for_one_thread(Who) ? std::vector<int>{1} : std::vector<int>{1, 2}) {
        BOOST_TEST(of_replays<fc>(around, threads) == count{}, Who.name << ", " << threads << " threads");
        BOOST_TEST(of_steps<fc>(around, threads, adam{}) == count{}, Who.name);
        BOOST_TEST(of_steps<convolutional>(around, threads, adam{}) == count{}, Who.name);
    }
}

}  // namespace

// The traps see what they are for.
BOOST_AUTO_TEST_CASE(traps_catch) {
    if (!can_trap()) return;
    static void* volatile p = nullptr;  // nothing here is optimised away
    const auto caught = [](auto take_and_give) { return trapped(take_and_give) == count{1, 1}; };
    BOOST_TEST(caught([] { p = std::malloc(10), std::free(p); }));
    BOOST_TEST(caught([] { p = std::calloc(3, 10), std::free(p); }));
    BOOST_TEST(caught([] { p = std::realloc(nullptr, 10), std::free(p); }));
    BOOST_TEST(caught([] { p = std::aligned_alloc(64, 64), std::free(p); }));
    BOOST_TEST(caught([] { p = new int(3), delete static_cast<int*>(p); }));
    BOOST_TEST(caught([] { p = new int[300], delete[] static_cast<int*>(p); }));
    BOOST_TEST((trapped([] { p = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); }) == count{1, 0}));
    munmap(p, 4096);
    BOOST_TEST((trapped([] { std::vector<float> v(1000), w(v); }) == count{2, 2}));
    const count of_a_thread = trapped([] { std::thread([] { p = std::malloc(5), std::free(p); }).join(); });
    BOOST_TEST(of_a_thread.taken >= 2);
}
BOOST_AUTO_TEST_CASE(a_replay_takes_no_memory) {
    if (!can_trap()) return;
    for (const int threads : {1, 2, 3})
        each_model([&]<class M>(named_model<M> m) { BOOST_TEST(of_replays<M>(providers::builtin, threads) == count{}, m.name << ", " << threads << " threads"); });
}
BOOST_AUTO_TEST_CASE(a_step_of_training_takes_no_memory) {
    if (!can_trap()) return;
    for (const int threads : {1, 2}) {
        BOOST_TEST(of_steps<fc>(providers::builtin, threads, adam{}) == count{});
        BOOST_TEST(of_steps<convolutional>(providers::builtin, threads, sgd{}) == count{});
        BOOST_TEST(of_steps<iwae>(providers::builtin, threads, rms_prop{}) == count{});
    }
}
// With another provider a step takes nothing either, but for what that provider takes inside: oneDNN packs there, and says
// nowhere how to hand it the room. The built-in one, which takes nothing, is the default.
BOOST_AUTO_TEST_CASE(with_other_providers) {
    if (!can_trap()) return;
    BOOST_TEST(host().products().product == providers::builtin.product);
#if defined(ELBO_WITH_ONEDNN)
    takes_nothing_around<providers::onednn>();
    BOOST_TEST_MESSAGE("inside oneDNN, five replays of fc: " << of_replays<fc>(providers::onednn, 1));
#endif
#if defined(ELBO_WITH_CBLAS)
    takes_nothing_around<providers::cblas>();
    BOOST_TEST_MESSAGE("inside the CBLAS, five replays of fc: " << of_replays<fc>(providers::cblas, 1));
#endif
}
