// rejects: elbo: upright_encoder needs a pose that can be undone, one with places_back
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<36>, reshape<image>, to<bernoulli>> {};
struct sees : stack<image, flatten, linear<2>> {};
struct shift {
    static constexpr std::size_t size = 2;
    static constexpr auto        identity() { return std::array<double, 2>{}; }
    template <class Image>
    static constexpr auto places(auto pose) {
        return similarity_pose::places<Image>(join_columns(0.0 * pose, pose));
    }
};

#ifdef ELBO_ACCEPTED
struct model : transformer_vae<encoder, decoder, sees, posed_by<shift>> {};
#else
struct model : transformer_vae<encoder, decoder, sees, posed_by<shift>, upright_encoder> {};
#endif
static_assert(plan_of<model>.bytes(2) < 64_MiB);
