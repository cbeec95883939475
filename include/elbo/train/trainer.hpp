// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/program.hpp>
#include <elbo/train/model.hpp>
#include <elbo/train/training.hpp>

namespace elbo {

namespace zoo {

// A machine may say which verbs it has no kernel for: `static constexpr std::array lacking{verb::cholesky}`.
template <class Model, class Machine>
constexpr bool machine_must_have_every_verb_of_the_step() {
    if constexpr (requires { Machine::lacking; }) {
        constexpr bool complete = [] {
            for (const node& n : programs::training<Model>().nodes)
                for (verb v : Machine::lacking)
                    if (n.what == v) return false;
            return true;
        }();
        static_assert(complete, "elbo: the machine lacks a verb that this model's training step needs");
        return complete;
    } else return true;
}

// The machine and the model come before what trains them.
template <class Model, class Machine>
struct trained {
    Machine                     machine;
    built_model<Model, Machine> model;
};

}  // namespace zoo

// Trains a model of a type.
//
//     trainer<fc_vae, host> train{{.batch = 100, .seed = 1}};
//     train.fit(digits.train, epochs(20), show_progress{}, history{"run/metrics.jsonl"});
template <class Model, class Machine>
class trainer : private zoo::trained<Model, Machine>, public training<Machine> {
    using own = zoo::trained<Model, Machine>;

    static constexpr bool fits = zoo::machine_must_have_every_verb_of_the_step<Model, Machine>();

public:
    explicit trainer(trainer_options o = {}, typename Machine::options machine = {})
        : own{Machine(machine), built_model<Model, Machine>(own::machine, o.seed, o.batch)},
          training<Machine>(own::machine, own::model, {&programs::training<Model>, &programs::evaluation<Model>}, std::move(o)) {
        static_cast<void>(fits);
    }

    built_model<Model, Machine>& model() { return own::model; }
    Machine&                     machine() { return own::machine; }
};

}  // namespace elbo
