// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE hashes
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/elbo.hpp>

// The tapes of some models, by their hashes: every compiler records the same, at compile time and at run time, with
// and without optimisation, today and after the next change.
//
// A hash changes when a layer, a distribution or an objective records other verbs, when a derivative is written in
// other verbs, when a verb or formula gets another number, and when a random number gets another key. Then numbers
// change too: runs that were begun before do not resume exactly, and the same seed gives another result. That is
// allowed, but never by accident: put the new numbers here (the test prints them) and say so in CHANGELOG.md.

using namespace elbo;

namespace {
using image = shape<1, 8, 8>;
struct encoder : stack<image, flatten, linear<12>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
struct decoder : stack<shape<3>, linear<12>, act::tanh, linear<64>, reshape<image>, to<bernoulli>> {};
struct fc : vae<encoder, decoder> {};
struct fc_iwae : vae<encoder, decoder, objective<importance_bound<4>>> {};
struct fc_free : vae<encoder, decoder, objective<evidence_bound<samples<3>, free_bits<10>>>> {};

struct cencoder : stack<image, conv<4, 4, 2, 1>, batch_norm<>, act::gelu, max_pool<2>, dropout<20>, flatten, join<label<10>>,
                        linear<9>, to<full_normal<3>>> {};
struct cdecoder : stack<shape<3>, join<label<10>>, linear<12>, act::elu<>, layer_norm, reshape<shape<3, 2, 2>>,
                        conv_transpose<4, 4, 2, 1>, act::softplus, upsample<2>, conv<1, 3, 1, 1>, to<continuous_bernoulli>> {};
struct convolutional : vae<cencoder, cdecoder> {};

struct lencoder : stack<image, average_pool<2>, flatten, residual<linear<16>, act::leaky_relu<>>,
                        concatenated<branch<linear<3>>, branch<take<2, 4>>>, linear<12>, to<low_rank_normal<3, 2>>> {};
struct ldecoder : stack<shape<3>, linear<64>, reshape<image>, to<discretised_logistic<fixed<1, 30>>>> {};
struct low_rank : vae<lencoder, ldecoder, prior<trained_prior<mixture_of_normals<2, 3>, 14>>, objective<importance_bound<3>>> {};

// A loop over shared weights, with a draw in each turn and a penalty on a gradient.
struct cell : lstm<4, 3> {};
struct head : stack<shape<3>, linear<4>, to<normal<learned>>> {};
struct recurrent {
    using data     = shape<4>;
    using networks = list<net<"cell", cell>, net<"head", head>>;
    using inputs   = list<data>;
    static constexpr auto objective(auto& record) {
        const auto x = input<data>(record);
        auto       h0 = slice<0, 3>(x) * 0.0;
        auto       s = lstm_state<decltype(h0), decltype(h0)>{h0, h0};
        for (int t = 0; t < 3; ++t) {
            const auto z = normal_noise<decltype(x)>(record, "z", t);
            s = run<cell>(record, x + z * 0.1, s, turn{t});
        }
        const auto p       = run<head>(record, s.h);
        const auto penalty = sum(square(verbs::gradient(mean(sum(square(s.h))), constant(record, 1), x)));
        return minimise(term("fit", -p.log_density(x)), term("penalty", slot(record, "weight", 0.1), penalty));
    }
};

template <class Model>
void is(std::uint64_t expected) {
    const std::uint64_t found = hash_of(programs::training<Model>());
    BOOST_TEST(found == expected, std::hex << "0x" << found << " is not 0x" << expected);
}
}  // namespace

BOOST_AUTO_TEST_CASE(tapes_are_the_same_everywhere) {
    is<fc>(0x216c51667c4d5210);
    is<fc_iwae>(0x678e1382aecbbacc);
    is<fc_free>(0x51be64bf78cbf4d9);
    is<convolutional>(0x7056b03392a9c738);
    is<low_rank>(0x5534ca7fae3e4051);
    is<recurrent>(0x291c21aa4d2f6e20);
}
BOOST_AUTO_TEST_CASE(compilers_record_what_programs_record) {
    constexpr std::uint64_t fc_ = hash_of(programs::training<fc>()), low_rank_ = hash_of(programs::training<low_rank>());
    is<fc>(fc_);
    is<low_rank>(low_rank_);
}
