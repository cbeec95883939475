// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE batch
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

// A batch of n is n singles: losses, gradients and whatever a model computes are means or rows of those of its rows.
// Batch norm in training is the exception, and the only one.

using namespace elbo;
using namespace elbo::laws;

namespace {
using image = shape<1, 8, 8>;

struct encoder : stack<image, flatten, linear<12>, act::tanh, dropout<20>, linear<6>, to<diagonal_normal<3>>> {};
struct decoder : stack<shape<3>, linear<12>, act::tanh, linear<64>, reshape<image>, to<bernoulli>> {};
struct fc : vae<encoder, decoder> {};
struct fc_iwae : vae<encoder, decoder, objective<importance_bound<4>>> {};
struct fc_sampled : vae<encoder, decoder, objective<evidence_bound<samples<3>, monte_carlo_kl>>> {};

struct cencoder : stack<image, conv<4, 4, 2, 1>, act::gelu, max_pool<2>, flatten, join<label<10>>, layer_norm, linear<9>,
                        to<full_normal<3>>> {};
struct cdecoder : stack<shape<3>, join<label<10>>, linear<12>, act::softplus, reshape<shape<3, 2, 2>>,
                        conv_transpose<4, 4, 2, 1>, act::tanh, upsample<2>, conv<1, 3, 1, 1>, to<continuous_bernoulli>> {};
struct convolutional : vae<cencoder, cdecoder> {};

struct lencoder : stack<image, average_pool<2>, flatten, residual<linear<16>, act::tanh>,
                        concatenated<branch<linear<3>>, branch<take<2, 4>>>, linear<12>, to<low_rank_normal<3, 2>>> {};
struct ldecoder : stack<shape<3>, linear<64>, reshape<image>, to<discretised_logistic<>>> {};
struct low_rank : vae<lencoder, ldecoder, prior<trained_prior<mixture_of_normals<2, 3>, 14>>, objective<importance_bound<3>>> {};

struct bencoder : stack<image, flatten, linear<12>, batch_norm<>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
struct normalised : vae<bencoder, decoder> {};

constexpr std::size_t rows = 5;

template <class Model>
replay_data data() {
    replay_data d{.parameters = weights(parameter_count<Model>), .state = numbers(layout<Model>::states, 1.0), .rows = rows};
    d.inputs = example_inputs<Model>({.batch = rows});
    return d;
}
// Row r of it, in its place.
template <class Model>
replay_data row_of(const replay_data& whole, std::size_t r) {
    replay_data d = whole;
    d.rows        = 1;
    d.first_row   = static_cast<std::uint32_t>(r);
    for (numbers& x : d.inputs) {
        const std::size_t size = x.size() / rows;
        x = numbers(x.begin() + static_cast<std::ptrdiff_t>(r * size), x.begin() + static_cast<std::ptrdiff_t>((r + 1) * size));
    }
    return d;
}

struct difference {
    double loss = 0, gradient = 0;  // relative to the largest
};
template <class Model>
difference of_batch_and_singles() {
    const tape    t = programs::training<Model>();
    replay_data   whole = data<Model>();
    const double  loss = replay(t, whole)["loss"][0];
    numbers       gradient(whole.parameters.size(), 0.0);
    double        mean_loss = 0, most = 0;
    for (std::size_t r = 0; r < rows; ++r) {
        replay_data one = row_of<Model>(data<Model>(), r);
        mean_loss += replay(t, one)["loss"][0] / rows;
        for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += one.gradients[i] / rows;
    }
    for (double g : gradient) most = std::max(most, std::abs(g));
    return {std::abs(loss - mean_loss) / std::abs(loss), apart(whole.gradients, gradient) / most};
}
template <class Model>
void is_its_rows() {
    const difference d = of_batch_and_singles<Model>();
    BOOST_TEST(d.loss <= 1e-12);
    BOOST_TEST(d.gradient <= 1e-12);
}
template <class Model, class F>
void program_is_its_rows(F f) {
    const tape    t = programs::of<Model>(f);
    replay_data   whole = data<Model>();
    const numbers together = replay(t, whole).named[0].second;
    numbers       singly;
    for (std::size_t r = 0; r < rows; ++r) {
        replay_data   one = row_of<Model>(data<Model>(), r);
        const numbers y   = replay(t, one).named[0].second;
        singly.insert(singly.end(), y.begin(), y.end());
    }
    BOOST_TEST(apart(together, singly) <= 1e-12);
}
template <class Model>
void programs_are_their_rows() {
    program_is_its_rows<Model>([](auto& record) { Model::encode(record); });
    program_is_its_rows<Model>([](auto& record) { Model::reconstruct(record); });
    program_is_its_rows<Model>([](auto& record) { Model::template log_weights<3>(record); });
}
}  // namespace

BOOST_AUTO_TEST_CASE(training_is_its_rows) {
    is_its_rows<fc>();
    is_its_rows<fc_iwae>();
    is_its_rows<fc_sampled>();
    is_its_rows<convolutional>();
    is_its_rows<low_rank>();
}
BOOST_AUTO_TEST_CASE(programs_are_theirs) {
    programs_are_their_rows<fc>();
    programs_are_their_rows<convolutional>();
    programs_are_their_rows<low_rank>();
    programs_are_their_rows<normalised>();  // evaluating, batch norm reads its state
    program_is_its_rows<fc>([](auto& record) { fc::generate(record); });
}
// The law can fail: here it must.
BOOST_AUTO_TEST_CASE(batch_norm_is_the_exception) {
    const difference d = of_batch_and_singles<normalised>();
    BOOST_TEST(d.loss > 1e-6);
    BOOST_TEST(d.gradient > 1e-3);
}
