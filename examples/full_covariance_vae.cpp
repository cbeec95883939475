// SPDX-License-Identifier: MIT
// Posteriors that are not isotropic: the same VAE with a diagonal, a low-rank-plus-diagonal and a full covariance.
//     full_covariance_vae --set covariance=full | low_rank | diagonal
#include "harness.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

constexpr std::size_t latent = 10, rank = 3;

template <std::size_t Numbers, class Posterior>
struct encoder : stack<image, flatten, linear<300>, act::tanh, linear<Numbers>, to<Posterior>> {};
struct decoder : stack<shape<latent>, linear<300>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};

struct diagonal_vae : vae<encoder<2 * latent, diagonal_normal<latent>>, decoder> {};
struct low_rank_vae : vae<encoder<latent*(2 + rank), low_rank_normal<latent, rank>>, decoder> {};
struct full_covariance_vae : vae<encoder<latent + latent*(latent + 1) / 2, full_normal<latent>>, decoder> {};

int main(int argc, char** argv) {
    const trainer_card card{.name     = "full_covariance_vae",
                            .about    = "VAEs with full, low-rank and diagonal posterior covariance",
                            .settings = {{"covariance", std::string("full"), "full, low_rank or diagonal"}}};
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const auto given = [&](const char* kind) {
        const std::string setting = std::string("covariance=") + kind;
        return std::find(arguments.begin(), arguments.end(), setting) != arguments.end();
    };
    if (given("diagonal")) return examples::main_of<diagonal_vae>(card, argc, argv);
    if (given("low_rank")) return examples::main_of<low_rank_vae>(card, argc, argv);
    return examples::main_of<full_covariance_vae>(card, argc, argv);
}
