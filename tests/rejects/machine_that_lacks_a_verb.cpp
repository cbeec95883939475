// rejects: elbo: the machine lacks a verb that this model's training step needs
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/train/trainer.hpp>

using namespace elbo;

using image = shape<1, 8, 8>;
struct encoder : stack<image, conv<2, 4, 2, 1>, flatten, linear<4>, to<diagonal_normal<2>>> {};
struct decoder : stack<shape<2>, linear<64>, reshape<image>, to<bernoulli>> {};
struct small_vae : vae<encoder, decoder> {};

struct small_machine : host {
    using host::host;
#ifdef ELBO_ACCEPTED
    static constexpr std::array lacking{verb::cholesky};
#else
    static constexpr std::array lacking{verb::conv, verb::conv_filter};
#endif
};

template class elbo::trainer<small_vae, small_machine>;
