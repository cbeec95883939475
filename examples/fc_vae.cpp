// SPDX-License-Identifier: MIT
// The variational autoencoder of Kingma and Welling (2013): one hidden layer on each side.
//     fc_vae --set latent=2          codes in a plane, which the report shows
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

template <std::size_t Latent>
struct encoder : stack<image, flatten, linear<500>, act::tanh, linear<2 * Latent>, to<diagonal_normal<Latent>>> {};
template <std::size_t Latent>
struct decoder : stack<shape<Latent>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};

struct fc_vae : vae<encoder<20>, decoder<20>> {};
struct plane_vae : vae<encoder<2>, decoder<2>> {};

static_assert(parameter_count<fc_vae> == 815'824);
static_assert(plan_of<fc_vae>.bytes(100) < 10_MiB);

int main(int argc, char** argv) {
    const trainer_card card{.name     = "fc_vae",
                            .about    = "A fully connected variational autoencoder",
                            .settings = {{"latent", std::string("20"), "numbers in a code: 20 or 2"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("latent", {"20", "2"}) == "2" ? with.train<plane_vae>() : with.train<fc_vae>();
    });
}
