// SPDX-License-Identifier: MIT
// M2, Kingma et al. (2014): a labelled and an unlabelled batch, and a sum over all labels as one batched product.
#define BOOST_TEST_MODULE m2
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

using image                   = shape<1, 4, 4>;
constexpr std::size_t classes = 4;
using digit                   = label<classes>;

struct classifier : stack<image, flatten, linear<6>, act::softplus, linear<classes>, to<categorical<classes>>> {};
struct encoder : stack<image, flatten, join<digit>, linear<7>, act::softplus, linear<6>, to<diagonal_normal<3>>> {};
struct decoder : stack<shape<3>, join<digit>, linear<7>, act::softplus, linear<16>, reshape<image>, to<bernoulli>> {};

struct m2 {
    using inputs   = list<image, digit, unlabelled<image>>;
    using networks = list<net<"classifier", classifier>, net<"encoder", encoder>, net<"decoder", decoder>>;

    // L(x, y), eq. 6, of every row and every label given.
    static constexpr auto bound(auto& record, auto x, auto y, const char* purpose) {
        const auto q  = run<encoder>(record, x, given<digit>(y));
        const auto z  = q.sample(record, purpose);
        const auto px = run<decoder>(record, z, given<digit>(y));
        return kl(q, standard_normal_like(z), z) - px.log_density(x) + log(constant(record, classes));
    }
    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto y = input<digit>(record);
        const auto u = input<unlabelled<image>>(record);

        const auto labelled = bound(record, x, y, "z of the labelled");
        const auto every    = unit_vectors<classes, batch<2>>(record);
        const auto each     = bound(record, repeat<classes>(u), every, "z of the unlabelled");
        const auto guess    = run<classifier>(record, u);
        const auto marginal = fold<classes>(as_rows(guess.mean()) * each) - guess.entropy();  // eq. 7
        const auto errors   = -run<classifier>(record, x).log_density(y);                      // eq. 9
        return minimise(term("labelled", labelled), term("unlabelled", marginal),
                        term("classifier", slot(record, "alpha", 0.3), errors));
    }
};

BOOST_AUTO_TEST_CASE(two_batches) {
    laws::obeys_the_law<m2>("m2");
    laws::obeys_the_law<m2>("m2, 2 and 5 rows", {.batch = 2, .second_batch = 5});
}

// The sum over labels as one product is the sum label by label (at z = its mean, where no noise differs).
struct label_by_label {
    using inputs   = m2::inputs;
    using networks = m2::networks;

    static constexpr auto bound(auto& record, auto x, auto y) {
        const auto q = run<encoder>(record, x, given<digit>(y));
        return kl(q, standard_normal_like(q.mean()), q.mean()) -
               run<decoder>(record, q.mean(), given<digit>(y)).log_density(x);
    }
    static constexpr void program(auto& record) {
        const auto u     = input<unlabelled<image>>(record);
        const auto odds  = run<classifier>(record, u).mean();
        const auto every = unit_vectors<classes, batch<2>>(record);
        output(record, "at once", fold<classes>(as_rows(odds) * bound(record, repeat<classes>(u), every)));
        auto sum = spread<value<scalar, batch<2>>>(constant(record, 0));
        for (std::size_t label = 0; label < classes; ++label) {
            std::array<double, classes> one{};
            one[label] = 1;
            const auto y = constants<shape<classes>>(record, one);
            sum = sum + in_shape<scalar>(slice<1>(odds, label)) * bound(record, u, y);
        }
        output(record, "one by one", sum);
    }
};

BOOST_AUTO_TEST_CASE(labels_at_once_are_labels_one_by_one) {
    const tape t = programs::of<label_by_label>([](auto& record) { label_by_label::program(record); });
    const laws::replayed<double> both(t, {{}, {}, laws::some_numbers(5 * 16)},
                                      laws::some_numbers(parameter_count<label_by_label>), {1, 0, 5, 0});
    const auto a = both["at once"], b = both["one by one"];
    BOOST_TEST(a.size() == 5u);
    for (std::size_t i = 0; i < a.size(); ++i) BOOST_TEST(std::abs(a[i] - b[i]) <= 1e-13 * std::abs(b[i]));
}

}  // namespace
