// SPDX-License-Identifier: MIT
// Where q(z|x,y) and q(z|x) put digits on a plane, coloured by class: a model that is told the label has no need to keep it in its
// code. `examples/figures planes` shows both side by side.
//     latent_plane --data mnist --epochs 30
//     latent_plane --data mnist --epochs 30 --set conditioned=no
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;
using digit = label<10>;

template <class... Join>
struct encoder : stack<image, flatten, Join..., linear<500>, act::relu, linear<200>, act::relu, linear<4>, to<diagonal_normal<2>>> {};
template <class... Join>
struct decoder : stack<shape<2>, Join..., linear<200>, act::relu, linear<500>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};

struct told : vae<encoder<join<digit>>, decoder<join<digit>>> {};
struct untold : vae<encoder<>, decoder<>> {};

template <class... Labels>
void show(auto& run, Labels... y) {
    examples::scatter(run, "codes", run.model().encode(run.set.test_rows(4000), y...), "Codes of test images");
    examples::reconstructions(run, 50, y...);
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "latent_plane",
                            .about    = "Codes on a plane, with and without the label",
                            .settings = {{"conditioned", std::string("yes"), "yes: encoder and decoder join the label, or no"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const auto bound = [](auto& run) { examples::terms_of_the_bound(run, run.train); };
        if (with.one_of("conditioned", {"yes", "no"}) == "no") return with.train<untold>({.pictures = [](auto& run) { show(run); }, .numbers = bound});
        const auto labels = [](auto& run) {
            const auto y = run.set.test_labels(4000);
            show(run, elbo::with<digit>(y));
        };
        return with.train<told>({.pictures = labels, .numbers = bound});
    });
}
