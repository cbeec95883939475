// SPDX-License-Identifier: MIT
// DRAW in colour, on CIFAR-10: each channel of each pixel a logistic in 256 bins about the canvas.
//     draw_colour --data cifar-10 --epochs 40
#include "draw_pictures.hpp"
#include "harness.hpp"

#include <cmath>

using namespace elbo;

template <class Image>
struct draw_colour : draw<Image, time_steps<16>, hidden_units<400>, code_size<100>, glimpses<5, 5>, with_likelihood<discretised_logistic<>>> {};

template <class Model>
void numbers(examples::run_of<Model>& run) {
    const double nats = examples::terms_of_the_bound(run, run.train);
    run.number("bits per dimension", nats / std::log(2.0) / static_cast<double>(Model::data::size), "at most, by the bound");
}
template <class Image>
int train(const examples::call& with) {
    using model = draw_colour<Image>;
    const auto begin = [](examples::run_of<model>& run) {
        examples::canvas_at_the_data_mean(run);
        run.model().tensor("paper.0.log_scale")[0] = -2;
    };
    return with.train<model>({examples::clipped, begin, examples::draw_pictures<model>, numbers<model>});
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "draw_colour", .about = "DRAW in colour", .settings = examples::draw_settings({}, 1e-3), .colour = true};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.draws_its_digits() ? train<shape<3, 28, 28>>(with) : train<shape<3, 32, 32>>(with);
    });
}
