// SPDX-License-Identifier: MIT
// DRAW, Gregor et al. (2015): an LSTM that reads an image through a grid of filters and another that paints it.
//     draw --data binarized-mnist --epochs 60
//     draw --data binarized-mnist --epochs 30 --set sees=whole
//     draw --data binarized-mnist --epochs 50 --set steps=64        the paper's setting
#include "draw_pictures.hpp"
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct whole : draw<image, time_steps<10>, hidden_units<256>, code_size<100>> {};
struct attended : draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};
struct of_the_paper : draw<image, time_steps<64>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};

template <class Model>
int train(const examples::call& with) {
    return with.train<Model>({examples::clipped, examples::canvas_at_the_data_mean<Model>, examples::draw_pictures<Model>});
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "draw",
                            .about    = "Deep recurrent attentive writer",
                            .settings = examples::draw_settings({{"sees", std::string("glimpses"), "glimpses or whole: through 2 x 2 and 5 x 5 filters, or all of the image at once"},
                                                                 {"steps", std::string("10"), "10 or 64, with glimpses"}})};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        if (with.one_of("sees", {"glimpses", "whole"}) == "whole") return train<whole>(with);
        return with.one_of("steps", {"10", "64"}) == "64" ? train<of_the_paper>(with) : train<attended>(with);
    });
}
