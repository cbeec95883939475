// SPDX-License-Identifier: MIT
#pragma once

#include "digits.hpp"
#include "harness.hpp"

// What trainers on half-labelled digits share.

namespace elbo::examples {

// M1 of Kingma et al. (2014).
struct m1_encoder : stack<image, flatten, linear<500>, act::softplus, linear<500>, act::softplus, linear<100>, to<diagonal_normal<50>>> {};
struct m1_decoder : stack<shape<50>, linear<500>, act::softplus, linear<500>, act::softplus, linear<784>, reshape<image>, to<bernoulli>> {};
struct m1 : vae<m1_encoder, m1_decoder> {};

// The classifier of a model, alone. It has the model's inputs, so that a pass is as many steps.
template <class Model>
struct labels_only {
    using classifier = typename Model::classifier;
    using inputs     = typename Model::inputs;
    using networks   = list<net<"classifier", classifier>>;

    static constexpr auto objective(auto& record) {
        const auto told = run<classifier>(record, input<image>(record));
        output(record, "errors %", 100.0 * mean(told.wrong(input<digit>(record))));
        return minimise(term("classifier", -told.log_density(input<digit>(record))));
    }
};

// Settings: labels, draw, alpha, labelled, weight_decay. Errors are printed of validation and test images, as training sees pixels and
// in greys, which are what drawn ones are on average; only the validation images are seen before the end.
template <class Model>
changes<Model> few_labels() {
    constexpr bool generates = requires { typename Model::latent; };

    const auto data = [](data_set& set, const options& o) {
        keep_labels(set, static_cast<std::size_t>(o.number("labels")), static_cast<std::uint64_t>(o.number("draw")));
    };
    const auto training = [](trainer_options& t, const options& o) {
        if constexpr (generates)
            for (const char* weight : {"alpha", "labelled"}) t.slots.push_back({weight, schedules::constant{o.number(weight)}});
        t.weight_decay = o.number("weight_decay");
    };
    const auto numbers = [](run_of<Model>& run) {
        for (const auto& [name, set] : {std::pair("validation", &run.set.held_out), std::pair("test", &run.set.splits.test)}) {
            const std::string note = "of " + std::to_string(set->size()) + " images";
            for (const named_value& v : run.train.evaluate(*set)) run.number(sentence({name, " ", v.name}), v.value, note);
            for (const named_value& v : run.train.evaluate(*set, false))
                if (v.name == std::string("errors %")) run.number(sentence({name, " ", v.name, " in greys"}), v.value, note);
        }
    };
    const auto pictures = [](run_of<Model>& run) {
        if constexpr (generates) {
            reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
            run.show("samples", run.model().sample(100, 1, with<digit>(digits_in_turn(100))), {.columns = 10}, "Samples", "a column for each digit");
        }
    };
    return {.training = training, .pictures = pictures, .numbers = numbers, .data = data};
}

}  // namespace elbo::examples
