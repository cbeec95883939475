// SPDX-License-Identifier: MIT

// Shapes are inferred: what a stack ends in, how many numbers it learns and where they lie.

#include <elbo/elbo.hpp>

namespace {
using namespace elbo;

template <class Network>
inline constexpr std::size_t learns = total_size<typename Network::parameters>;
template <class Network>
inline constexpr std::size_t keeps = total_size<typename Network::states>;
template <class Network, class Shape>
inline constexpr bool ends_in = std::is_same_v<typename Network::output, Shape>;

// ---- linear, flatten, reshape, take ----
using image = shape<1, 28, 28>;
using rows  = stack<image, flatten, linear<500>, act::tanh, linear<40>>;
static_assert(ends_in<rows, shape<40>> && learns<rows> == 784 * 500 + 500 + 500 * 40 + 40);
static_assert(ends_in<stack<image, flatten>, shape<784>>);
static_assert(ends_in<stack<shape<784>, reshape<image>>, image>);
static_assert(ends_in<stack<shape<3, 4, 4>, reshape<shape<48>>>, shape<48>>);
static_assert(ends_in<stack<shape<10>, take<3, 4>>, shape<4>>);
static_assert(ends_in<stack<image>, image> && learns<stack<image>> == 0);

// ---- convolutions: floor((n + 2 pad - kernel) / stride) + 1, and its inverse ----
static_assert(ends_in<stack<image, conv<8, 3>>, shape<8, 26, 26>>);
static_assert(ends_in<stack<image, conv<8, 3, 1, 1>>, shape<8, 28, 28>>);
static_assert(ends_in<stack<image, conv<8, 4, 2, 1>>, shape<8, 14, 14>>);
static_assert(ends_in<stack<shape<3, 7, 5>, conv<2, 3, 2>>, shape<2, 3, 2>>);
static_assert(ends_in<stack<shape<3, 7, 5>, conv<2, 3, 3, 2>>, shape<2, 3, 3>>);
static_assert(ends_in<stack<shape<3, 5, 5>, conv<2, 5>>, shape<2, 1, 1>>);
static_assert(learns<stack<shape<3, 7, 5>, conv<2, 3, 2>>> == 3 * 3 * 3 * 2 + 2);
static_assert(ends_in<stack<shape<4, 7, 7>, conv_transpose<2, 4, 2, 1>>, shape<2, 14, 14>>);
static_assert(ends_in<stack<shape<4, 7, 7>, conv_transpose<2, 3, 2, 1, 1>>, shape<2, 14, 14>>);
static_assert(ends_in<stack<shape<4, 7, 7>, conv_transpose<2, 3, 2, 1>>, shape<2, 13, 13>>);
static_assert(ends_in<stack<shape<4, 3, 2>, conv_transpose<5, 3>>, shape<5, 5, 4>>);
static_assert(learns<stack<shape<4, 7, 7>, conv_transpose<2, 3, 2, 1>>> == 3 * 3 * 4 * 2 + 2);
static_assert(ends_in<stack<shape<2, 9, 9>, conv<4, 4, 2, 1>, conv_transpose<2, 4, 2, 1, 1>>, shape<2, 9, 9>>);

// ---- pooling ----
static_assert(ends_in<stack<shape<3, 8, 6>, max_pool<2>>, shape<3, 4, 3>>);
static_assert(ends_in<stack<shape<3, 7, 6>, max_pool<3, 2, 1>>, shape<3, 4, 3>>);
static_assert(ends_in<stack<shape<3, 7, 6>, average_pool<3, 1>>, shape<3, 5, 4>>);
static_assert(ends_in<stack<shape<3, 7, 6>, upsample<3>>, shape<3, 21, 18>>);
static_assert(learns<stack<shape<3, 8, 6>, max_pool<2>, average_pool<2>, upsample<2>>> == 0);

// ---- what keeps its shape ----
static_assert(ends_in<stack<shape<3, 4, 5>, batch_norm<>, act::gelu, dropout<10>, layer_norm>, shape<3, 4, 5>>);
static_assert(learns<stack<shape<3, 4, 5>, batch_norm<>>> == 6 && keeps<stack<shape<3, 4, 5>, batch_norm<>>> == 7);
static_assert(learns<stack<shape<60>, batch_norm<>>> == 120 && keeps<stack<shape<60>, batch_norm<>>> == 121);
static_assert(learns<stack<shape<3, 4, 5>, layer_norm>> == 120 && keeps<stack<shape<3, 4, 5>, layer_norm>> == 0);

// ---- layers of layers ----
static_assert(ends_in<stack<shape<8>, residual<linear<3>, act::tanh, linear<8>>>, shape<8>>);
static_assert(learns<stack<shape<8>, residual<linear<3>, act::tanh, linear<8>>>> == 8 * 3 + 3 + 3 * 8 + 8);
using branches = concatenated<branch<linear<3>>, branch<take<0, 2>, batch_norm<>>>;
static_assert(ends_in<stack<shape<8>, branches>, shape<5>> && learns<stack<shape<8>, branches>> == 27 + 4);
static_assert(keeps<stack<shape<8>, branches>> == 5);
using side_by_side = concatenated<branch<conv<3, 3, 1, 1>>, branch<>>;
static_assert(ends_in<stack<shape<2, 4, 4>, side_by_side>, shape<5, 4, 4>>);

// ---- conditions ----
static_assert(ends_in<stack<shape<8>, join<label<10>>>, shape<18>>);
static_assert(ends_in<stack<shape<2, 4, 4>, join<label<10>>>, shape<12, 4, 4>>);
static_assert(ends_in<stack<shape<2, 4, 4>, join<attribute<"mask", shape<1, 4, 4>>>>, shape<3, 4, 4>>);
using conditioned = stack<shape<8>, join<label<10>>, linear<4>, join<attribute<"pose", shape<2>>>>;
static_assert(std::is_same_v<conditioned::conditions, list<label<10>, attribute<"pose", shape<2>>>>);

// ---- recurrent cells ----
static_assert(learns<lstm<5, 3>> == 4 * 3 * (5 + 3 + 2) && learns<gru<5, 3>> == 3 * 3 * (5 + 3 + 2));

// ---- where each layer's parameters begin ----
using table = stack<shape<4>, linear<3>, act::relu, batch_norm<>, linear<2>>::table;
static_assert(elbo::at<0, table>::parameters_at == 0 && elbo::at<2, table>::parameters_at == 15);
static_assert(elbo::at<3, table>::parameters_at == 21 && elbo::at<3, table>::states_at == 7);
using named = stack<shape<4>, linear<3>, act::relu, linear<2>>::parameters;
static_assert(named::size == 4 && elbo::at<2, named>::layer == 2 && same_name(elbo::at<3, named>::name, "bias"));

// ---- distributions ----
template <class Family, std::size_t N>
using ending = typename stack<shape<N>, to<Family>>::output;
static_assert(std::is_same_v<ending<diagonal_normal<5>, 10>, distribution_over<diagonal_normal<5>, shape<10>>>);
static_assert(std::is_same_v<ending<diagonal_normal<5>, 10>::support, shape<5>>);
static_assert(std::is_same_v<ending<diagonal_laplace<5>, 10>::support, shape<5>>);
static_assert(std::is_same_v<ending<full_normal<3>, 9>::support, shape<3>>);
static_assert(std::is_same_v<ending<low_rank_normal<4, 2>, 16>::support, shape<4>>);
static_assert(std::is_same_v<ending<mixture_of_normals<3, 2>, 15>::support, shape<2>>);
static_assert(std::is_same_v<ending<categorical<7>, 7>::support, shape<7>>);
static_assert(std::is_same_v<stack<image, to<bernoulli>>::output::support, image>);
static_assert(total_size<stack<image, to<normal<elbo::learned>>>::parameters> == 1);
static_assert(total_size<stack<image, to<laplace<>>>::parameters> == 0);

// ---- models ----
struct encoder : stack<image, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_vae : vae<encoder, decoder> {};
static_assert(parameter_count<fc_vae> == 815'824);
}  // namespace
