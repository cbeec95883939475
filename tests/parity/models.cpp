// SPDX-License-Identifier: MIT
// Whole training steps: what plain<double> says, and the same bits for any number of threads.
#define BOOST_TEST_MODULE models
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"

using namespace elbo;
using namespace elbo::parity;

namespace {
constexpr std::int64_t batches[] = {1, 3, 20, 100, 113};

// Each player's gradients are in units of a tenth of the largest of its own: importance weights are exponentials of sums
// of pixels, and of small gradients single precision itself (plain<float>) keeps no more.
template <class Model>
double gradients_apart(const outcome<float>& got, const outcome<double>& want) {
    double worst = 0;
    for (std::size_t p = 0; p < layout<Model>::players::size; ++p) {
        const auto begin = static_cast<std::ptrdiff_t>(layout<Model>::begin(p)), end = static_cast<std::ptrdiff_t>(layout<Model>::begin(p + 1));
        worst = std::max(worst, apart({got.gradients.begin() + begin, got.gradients.begin() + end},
                                      {want.gradients.begin() + begin, want.gradients.begin() + end}, 0.1));
    }
    return worst;
}
}  // namespace

BOOST_AUTO_TEST_CASE(it_computes_what_plain_says) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        const tape t = programs::training<M>();
        for (const std::int64_t batch : batches) {
            const handed_in d    = something_for<M>(batch);
            const outcome<double> want = on_plain(t, d);
            const outcome<float>  got  = on(tested_with_threads(1), t, d);
            double                terms = 0;
            for (std::size_t k = 0; k < want.outputs.size(); ++k) terms = std::max(terms, apart(got.outputs[k], want.outputs[k]));
            const double gradients = gradients_apart<M>(got, want), state = apart(got.state, want.state);
            std::printf("%-16s batch %3d: terms %.0e, gradients %.0e, state %.0e\n", m.name, static_cast<int>(batch), terms, gradients, state);
            BOOST_TEST_CONTEXT(m.name << ", batch " << batch) {
                BOOST_TEST(terms <= 1e-5);
                BOOST_TEST(gradients <= (has_kinks<M> ? 1e-2 : 1e-4));
                BOOST_TEST(state <= 1e-5);
            }
        }
    });
}

BOOST_AUTO_TEST_CASE(threads_do_not_change_a_bit) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        const tape t = programs::training<M>();
        for (const std::int64_t batch : batches) {
            const handed_in d   = something_for<M>(batch);
            const outcome<float> one = on(tested_with_threads(1), t, d);
            for (int threads : {2, 3, 8})
                BOOST_TEST((on(tested_with_threads(threads), t, d) == one), m.name << ", batch " << batch << ", " << threads << " threads");
        }
    });
}

// The last batch of an epoch is smaller: it needs no program of its own.
BOOST_AUTO_TEST_CASE(capacity_does_not_change_a_bit) {
    each_model_and_kinked([]<class M>(named_model<M> m) {
        const tape     t = programs::training<M>();
        tested&          h = tested_with_threads(2);
        tested::program  roomy(h, t, batches_of(113));
        for (const std::int64_t batch : batches) {
            const handed_in d    = something_for<M>(batch);
            const outcome<float> just = on(h, t, d);
            BOOST_TEST((parity::replay<float>(roomy, roomy.code(), d) == just), m.name << ", batch " << batch);
        }
        const handed_in d     = something_for<M>(20);
        const outcome<float> again = parity::replay<float>(roomy, roomy.code(), d);
        BOOST_TEST((parity::replay<float>(roomy, roomy.code(), d) == again), m.name << ", twice");
    });
}

BOOST_AUTO_TEST_CASE(a_batch_beyond_the_capacity_is_refused) {
    tested::program small(tested_with_threads(1), programs::training<fc>(), batches_of(3));
    const handed_in d = something_for<fc>(4);
    BOOST_CHECK_THROW(parity::replay<float>(small, small.code(), d), recording_error);
}
