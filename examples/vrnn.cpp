// SPDX-License-Identifier: MIT
// A variational recurrent network, Chung et al. (2015), on the rows of an image, top to bottom, and a plain recurrent
// network with as many parameters.
//     vrnn --data binarized-mnist --epochs 10
//     vrnn --data binarized-mnist --epochs 10 --set codes=no
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct with_codes : vrnn<image, hidden_units<256>, code_size<50>, feature_size<128>> {};
struct without : recurrent_net<image, hidden_units<352>, feature_size<128>> {};

static_assert(parameter_count<without> >= parameter_count<with_codes>);

void clipped(trainer_options& t, const options&) { t.clip_norm = 10; }

void pictures(examples::run_of<without>& run) {
    run.show("samples", run.model().sample(100), {.columns = 10}, "Samples", "each row drawn, then seen by the next");
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "vrnn",
                            .about    = "A variational recurrent network on the rows of images",
                            .settings = {{"codes", std::string("yes"), "yes, or no: a plain recurrent network"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("codes", {"yes", "no"}) == "yes" ? with.train<with_codes>({.training = clipped})
                                                            : with.train<without>({.training = clipped, .pictures = pictures});
    });
}
