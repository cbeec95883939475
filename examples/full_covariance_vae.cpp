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
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const std::string covariance = with.one_of("covariance", {"full", "low_rank", "diagonal"});
        if (covariance == "full") return with.train<full_covariance_vae>();
        if (covariance == "low_rank") return with.train<low_rank_vae>();
        return with.train<diagonal_vae>();
    });
}
