// SPDX-License-Identifier: MIT
// A replay and a step of training on a device take no memory of the host, once a batch size was seen: then its launches are
// recorded. (That of a GPU is taken once: an arena has no way to more.)
#define BOOST_TEST_MODULE no_allocation
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "machine/heap_traps.hpp"
#include "parity/models.hpp"

#include <elbo/train/trainer.hpp>

using namespace elbo;
using namespace elbo::parity;

BOOST_AUTO_TEST_CASE(a_replay_takes_no_memory) {
    if (!can_trap()) return;
    each_model([]<class M>(named_model<M> m) {
        device          machine;
        handed_in       d = something_for<M>(113);
        device::program program(machine, programs::training<M>(), d.counts);
        in_buffers      parameters(d.parameters), gradients(d.parameters), state(d.state);
        auto            with = bindings_for<float>(program.code());
        with.parameters = parameters.data(), with.gradients = gradients.data(), with.state = state.data(), with.counts = d.counts;
        for (std::size_t i = 0; i < d.inputs.size(); ++i) with.inputs[i] = d.inputs[i].data();
        const auto replay_all = [&] {
            for (const std::int64_t rows : {113, 113, 20, 1, 113}) {
                with.counts = batches_of(rows);
                ++with.step;
                program.replay(with);
            }
        };
        replay_all();
        BOOST_TEST((trapped(replay_all) == count{}), m.name);
    });
}
BOOST_AUTO_TEST_CASE(a_step_of_training_takes_no_memory) {
    if (!can_trap()) return;
    for (const any_optimizer& optimizer : {any_optimizer(adam{}), any_optimizer(sgd{})}) {
        trainer<convolutional, device> train({.batch = 20, .optimizer = optimizer, .clip_norm = 5, .average = 0.99});
        for (float& x : train.input(0)) x = 0.5f;
        const auto some_steps = [&] {
            for (int k = 0; k < 5; ++k) train.take_step(k % 2 == 0 ? 20 : 7, 0.1 * k);
        };
        some_steps();
        BOOST_TEST((trapped(some_steps) == count{}));
    }
}
