// SPDX-License-Identifier: MIT
// Three players with a loss each: VAE-GAN, Larsen et al. (2015), and a discriminator of K + 1 classes.
#define BOOST_TEST_MODULE vaegan
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

namespace {

using namespace elbo;

using image = shape<1, 6, 6>;

struct encoder : stack<image, flatten, linear<9>, act::tanh, linear<6>, to<diagonal_normal<3>>> {};
struct decoder : stack<shape<3>, linear<18>, batch_norm<>, act::tanh, reshape<shape<2, 3, 3>>,
                       conv_transpose<1, 4, 2, 1>, act::sigmoid> {};
struct features : stack<image, conv<2, 4, 2, 1>, act::softplus, flatten> {};
struct verdict : stack<shape<18>, linear<5>, act::tanh, linear<1>, to<bernoulli>> {};

struct vaegan {
    using inputs   = list<image>;
    using networks = list<player<net<"encoder", encoder>>, player<net<"decoder", decoder>>,
                          player<net<"features", features>, net<"verdict", verdict>>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto q = run<encoder>(record, x);
        const auto z = q.sample(record, "z");
        const auto p = standard_normal_like(z);

        const auto reconstruction = run<decoder>(record, z);
        const auto invention      = run<decoder>(record, p.sample(record, "prior"));
        const auto seen           = run<features>(record, x);
        const auto seen_again     = run<features>(record, reconstruction);

        const auto prior    = kl(q, p, z);
        const auto likeness = -normal<>::from(record, seen_again).log_density(seen);  // eq. 7
        const auto real     = run<verdict>(record, seen).log_density(constant(record, 1));
        const auto fake     = run<verdict>(record, seen_again).log_density(constant(record, 0)) +
                          run<verdict>(record, run<features>(record, invention)).log_density(constant(record, 0));
        const auto gan = real + fake;  // eq. 8
        return each_player(minimise(term("kl", prior), term("likeness", likeness)),
                           minimise(term("likeness", slot(record, "gamma", 0.1), likeness), term("gan", gan)),
                           minimise(term("discriminator", -gan)));  // algorithm 1
    }
};

// The discriminator tells K classes and a fake one; the generator wants its own class. (Salimans et al., 2016)
constexpr std::size_t classes = 3;
using digit                   = label<classes>;

struct generator : stack<shape<2>, join<digit>, linear<18>, act::tanh, reshape<shape<2, 3, 3>>,
                         conv_transpose<1, 4, 2, 1>, act::sigmoid> {};
struct reader : stack<image, flatten, join<digit>, linear<8>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct judge : stack<image, flatten, linear<8>, act::softplus, linear<classes + 1>> {};

struct cvae_cgan {
    using inputs   = list<image, digit>;
    using networks = list<player<net<"encoder", reader>, net<"decoder", generator>>,
                          player<net<"discriminator", judge>>>;

    static constexpr auto objective(auto& record) {
        const auto x     = input<image>(record);
        const auto y     = input<digit>(record);
        const auto q     = run<reader>(record, x, given<digit>(y));
        const auto z     = q.sample(record, "z");
        const auto again = run<generator>(record, z, given<digit>(y));
        const auto real  = log_softmax(run<judge>(record, x));
        const auto fake  = log_softmax(run<judge>(record, again));

        const auto of_class = [&](auto log_odds) { return sum(y * slice<0, classes>(log_odds)); };
        return each_player(minimise(term("kl", kl(q, standard_normal_like(z), z)),
                                    term("reconstruction", -normal<>::from(record, again).log_density(x)),
                                    term("generator", slot(record, "gamma", 0.5), -of_class(fake))),
                           minimise(term("discriminator", -of_class(real) - column<classes>(fake))));
    }
};

BOOST_AUTO_TEST_CASE(each_player_follows_its_own_loss) {
    laws::obeys_the_law<vaegan>("vaegan", {.batch = 8});  // batch_norm of fewer rows bends within a difference's step
    laws::obeys_the_law<cvae_cgan>("cvae and k + 1 classes");
}

}  // namespace
