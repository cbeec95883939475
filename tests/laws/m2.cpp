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

// The first layer on the image, once for all labels.
struct sharing : stack<image, flatten, linear_with<digit, 7>, act::softplus, linear<6>, to<diagonal_normal<3>>> {};
// Labels as planes of an image.
struct looking : stack<image, conv<3, 2, 2>, act::softplus, join<digit>, conv<2, 2>, flatten, linear<6>, to<diagonal_normal<3>>> {};

struct half_told : m2<classifier, encoder, decoder> {};
struct shared_half_told : m2<classifier, sharing, decoder> {};
struct seeing_half_told : m2<classifier, looking, decoder> {};

BOOST_AUTO_TEST_CASE(two_batches) {
    laws::obeys_the_law<half_told>("m2");
    laws::obeys_the_law<half_told>("m2, 2 and 5 rows", {.batch = 2, .second_batch = 5});
    laws::obeys_the_law<shared_half_told>("m2, first layer shared");
    laws::obeys_the_law<seeing_half_told>("m2, labels as planes");
}

// The sum over labels as one product is the sum label by label (at z = its mean, where no noise differs).
template <class Encoder>
struct label_by_label {
    using inputs   = half_told::inputs;
    using networks = list<net<"classifier", classifier>, net<"encoder", Encoder>, net<"decoder", decoder>>;

    static constexpr auto bound(auto& record, auto x, auto y) {
        const auto q = run<Encoder>(record, x, given<digit>(y));
        return kl(q, standard_normal_like(q.mean()), q.mean()) -
               run<decoder>(record, q.mean(), given<digit>(y)).log_density(x);
    }
    static constexpr void program(auto& record) {
        const auto u     = input<unlabelled<image>>(record);
        const auto odds  = run<classifier>(record, u).mean();
        const auto every = unit_vectors<classes, batch<2>>(record);
        output(record, "at once", fold<classes>(as_rows(odds) * bound(record, u, every)));
        output(record, "repeated", fold<classes>(as_rows(odds) * bound(record, repeat<classes>(u), every)));
        auto sum = spread<value<scalar, batch<2>>>(constant(record, 0));
        for (std::size_t label = 0; label < classes; ++label) {
            std::array<double, classes> one{};
            one[label] = 1;
            const auto y = spread<value<shape<classes>, batch<2>>>(constants<shape<classes>>(record, one));
            sum = sum + in_shape<scalar>(slice<1>(odds, label)) * bound(record, u, y);
        }
        output(record, "one by one", sum);
    }
};

template <class Encoder>
void at_once_as_one_by_one() {
    using model  = label_by_label<Encoder>;
    const tape t = programs::of<model>([](auto& record) { model::program(record); });
    const laws::replayed<double> all(t, {{}, {}, laws::some_numbers(5 * 16)}, laws::some_numbers(parameter_count<model>), {1, 0, 5, 0});
    const auto a = all["at once"], b = all["one by one"], c = all["repeated"];
    BOOST_TEST(a.size() == 5u);
    for (std::size_t i = 0; i < a.size(); ++i) {
        BOOST_TEST(std::abs(a[i] - b[i]) <= 1e-13 * std::abs(b[i]));
        BOOST_TEST(std::abs(c[i] - b[i]) <= 1e-13 * std::abs(b[i]));
    }
}
BOOST_AUTO_TEST_CASE(labels_at_once_are_labels_one_by_one) {
    at_once_as_one_by_one<encoder>();
    at_once_as_one_by_one<sharing>();
    at_once_as_one_by_one<looking>();
}

// 100 rows, 4 labels: what is shared is computed once, not four times.
BOOST_AUTO_TEST_CASE(the_first_layer_is_shared) {
    constexpr auto cost = [](auto model) { return measure(programs::training<decltype(model)>(), {1, 10, 10, 0}).flops; };
    BOOST_TEST(cost(shared_half_told{}) < cost(half_told{}));
}

// With all parameters 0 an encoder is N(0, I): what is drawn is the noise, one for all labels of an image.
BOOST_AUTO_TEST_CASE(labels_of_an_image_see_the_same_noise) {
    const tape t = programs::of<half_told>([](auto& record) {
        const auto every = unit_vectors<classes, batch<2>>(record);
        const auto q     = run<encoder>(record, input<unlabelled<image>>(record), given<digit>(every));
        output(record, "z", q.template sample_alike<classes>(record, "z"));
    });
    const laws::replayed<double> drawn(t, {{}, {}, laws::some_numbers(2 * 16)}, std::vector<double>(parameter_count<half_told>), {1, 0, 2, 0});
    const auto z = drawn["z"];
    BOOST_TEST(z.size() == 2u * classes * 3u);
    for (std::size_t i = 0; i < z.size(); ++i) BOOST_TEST(z[i] == z[i / (classes * 3) * classes * 3 + i % 3]);
    BOOST_TEST(z[0] != z[classes * 3]);
}

}  // namespace
