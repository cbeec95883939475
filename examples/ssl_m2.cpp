// SPDX-License-Identifier: MIT
// M2 of Kingma et al. (2014): digits of which a thousand have labels. What the command line sets is chosen on 10,000 images held
// out for validation; the test images are looked at once, at the end.
//     ssl_m2 --data mnist --set labels=1000 --set draw=1 --epochs 60
//     ssl_m2 --data mnist --set net=conv --epochs 30
//     ssl_m2 --data mnist --set baseline=yes       the same classifier, which sees no unlabelled image
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;
using digit = label<10>;

// Fully connected, as the paper has it.
struct classifier : stack<image, flatten, linear<500>, act::softplus, linear<10>, to<categorical<10>>> {};
struct encoder : stack<image, flatten, linear_with<digit, 500>, act::softplus, linear<100>, to<diagonal_normal<50>>> {};
struct decoder : stack<shape<50>, linear_with<digit, 500>, act::softplus, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_m2 : m2<classifier, encoder, decoder> {};

// The classifier alone, for as many steps.
template <class M2>
struct labels_only {
    using inputs   = typename M2::inputs;
    using networks = list<net<"classifier", typename M2::classifier>>;

    static constexpr auto objective(auto& record) {
        const auto told = run<typename M2::classifier>(record, input<image>(record));
        output(record, "errors %", 100.0 * mean(told.wrong(input<digit>(record))));
        return minimise(term("classifier", -told.log_density(input<digit>(record))));
    }
};

void few_labels(examples::data_set& set, const options& o) {
    examples::keep_labels(set, static_cast<std::size_t>(o.number("labels")), static_cast<std::uint64_t>(o.number("draw")));
}
template <class Model>
void numbers(examples::run_of<Model>& run) {
    for (const auto& [name, set] : {std::pair("validation", &run.set.held_out), std::pair("test", &run.set.splits.test)})
        for (const named_value& v : run.train.evaluate(*set))
            run.number(std::string(name) + " " + v.name, v.value, "of " + std::to_string(set->size()) + " images");
}
template <class Model>
void pictures(examples::run_of<Model>& run) {
    if constexpr (requires { typename Model::latent; }) {
        examples::reconstructions(run, 50, with<digit>(run.set.test_labels(50)));
        run.show("samples", run.model().sample(100, 1, with<digit>(examples::digits_in_turn(100))), {.columns = 10}, "Samples", "a column for each digit");
    }
}

template <class Model>
int train(const examples::call& with) {
    const auto slots = [](trainer_options& t, const options& o) {
        if constexpr (requires { typename Model::latent; })
            t.slots = {{"alpha", schedules::constant{o.number("alpha")}}, {"labelled", schedules::constant{o.number("labelled")}}};
        t.weight_decay = o.number("weight_decay");
    };
    return with.train<Model>({.data = few_labels, .training = slots, .pictures = pictures<Model>, .numbers = numbers<Model>});
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "ssl_m2",
                            .about    = "Digits learned from few labels and many images",
                            .epochs   = 60,
                            .settings = {{"net", std::string("fc"), "fc or conv"},
                                         {"labels", 1000.0, "labelled images, as many of each digit"},
                                         {"draw", 1.0, "which ones: same number, same images"},
                                         {"baseline", std::string("no"), "yes: the classifier alone, for as many steps"},
                                         {"alpha", 0.1, "weight of the classifier's own term: eq. 9, for each unlabelled image"},
                                         {"labelled", 0.02, "weight of the labelled images' bound, for each unlabelled image"},
                                         {"weight_decay", 2e-5, "the weights' normal prior, for each image"},
                                         {"binarise", 1.0, "1: draw each pixel anew whenever it is seen"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("baseline", {"no", "yes"}) == "yes" ? train<labels_only<fc_m2>>(with) : train<fc_m2>(with);
    });
}
