// SPDX-License-Identifier: MIT
// DRAW, Gregor et al. (2015): a plain loop over shared weights.
#define BOOST_TEST_MODULE draw
#define BOOST_TEST_DYN_LINK
#include "laws/replay.hpp"

#include <elbo/layer/attention.hpp>

namespace {

using namespace elbo;

constexpr int         steps  = 3;
constexpr std::size_t hidden = 5, codes = 2;

struct posterior : stack<shape<hidden>, linear<2 * codes>, to<diagonal_normal<codes>>> {};

template <class Image>
struct whole_image {
    struct brush : stack<shape<hidden>, linear<Image::size>, reshape<Image>> {};

    using networks                    = list<net<"brush", brush>>;
    static constexpr std::size_t seen = 2 * Image::size;

    static constexpr auto read(auto&, auto x, auto error, auto) { return join_columns(flat(x), flat(error)); }
    static constexpr auto write(auto& record, auto h) { return run<brush>(record, h); }  // eq. 17-18
};

template <class Image>
struct attended {
    static constexpr std::size_t channels = image_of<Image>::channels;
    struct look : stack<shape<hidden>, linear<5>> {};
    struct aim : stack<shape<hidden>, linear<5>> {};
    struct brush : stack<shape<hidden>, linear<channels * 9>, reshape<shape<channels, 3, 3>>> {};

    using networks                    = list<net<"look", look>, net<"aim", aim>, net<"brush", brush>>;
    static constexpr std::size_t seen = 2 * channels * 4;

    static constexpr auto read(auto& record, auto x, auto error, auto h) {
        const auto sight = attend<2, Image>(run<look>(record, h));  // eq. 21
        return join_columns(flat(sight.read(x)), flat(sight.read(error)));  // eq. 27
    }
    static constexpr auto write(auto& record, auto h) {
        return attend<3, Image>(run<aim>(record, h)).write(run<brush>(record, h));  // eq. 28-29
    }
};

template <class Image, class Sight, std::size_t Classes = 0>
struct draw {
    struct encoder : lstm<Sight::seen + hidden + Classes, hidden> {};
    struct decoder : lstm<codes + Classes, hidden> {};

    using inputs   = std::conditional_t<Classes == 0, list<Image>, list<Image, label<Classes>>>;
    using networks = concat<list<net<"encoder", encoder>, net<"posterior", posterior>, net<"decoder", decoder>>,
                            typename Sight::networks>;

    static constexpr auto labelled(auto& record, auto x) {
        if constexpr (Classes == 0) return x;
        else return join_columns(x, input<label<Classes>>(record));
    }
    static constexpr auto objective(auto& record) {
        const auto x      = input<Image>(record);
        auto       enc    = encoder::zero_state(record);
        auto       dec    = decoder::zero_state(record);
        auto       canvas = spread<value<Image>>(constant(record, 0));
        auto       nats   = spread<value<scalar>>(constant(record, 0));
        for (int t = 0; t < steps; ++t) {
            const auto error = x - sigmoid(canvas);                                            // eq. 3
            const auto seen  = Sight::read(record, x, error, dec.h);                           // eq. 4
            enc = run<encoder>(record, labelled(record, join_columns(seen, dec.h)), enc, turn{t});  // eq. 5
            const auto q = run<posterior>(record, enc.h);
            const auto z = q.sample(record, "z", t);                                           // eq. 6
            dec          = run<decoder>(record, labelled(record, z), dec, turn{t});            // eq. 7
            canvas       = canvas + Sight::write(record, dec.h);                               // eq. 8
            nats         = nats + kl(q, standard_normal_like(z), z);                 // eq. 10
        }
        return minimise(term("reconstruction", -bernoulli::from(record, canvas).log_density(x)),  // eq. 9
                        term("kl", nats));
    }
};

using grey   = shape<1, 6, 5>;
using colour = shape<2, 4, 6>;

BOOST_AUTO_TEST_CASE(without_attention) { laws::obeys_the_law<draw<grey, whole_image<grey>>>("draw"); }
BOOST_AUTO_TEST_CASE(with_attention) { laws::obeys_the_law<draw<grey, attended<grey>>>("draw, attention"); }
BOOST_AUTO_TEST_CASE(of_colours) { laws::obeys_the_law<draw<colour, attended<colour>>>("draw, colour"); }
BOOST_AUTO_TEST_CASE(conditional) { laws::obeys_the_law<draw<grey, attended<grey>, 4>>("draw, conditional"); }

constexpr auto cost_of_a_step = plan_of<draw<grey, attended<grey>>>.step(3);
static_assert(cost_of_a_step.verbs > 100 && cost_of_a_step.flops > 0);

// Filters of stride one and no width see a square image as it is; moved by one pixel, they see it moved.
struct glance {
    using image    = shape<2, 4, 4>;
    using inputs   = list<image, shape<5>>;
    using networks = list<>;
    static constexpr void program(auto& record) {
        const auto sight = attend<4, image>(input<shape<5>>(record));
        const auto x     = input<image>(record);
        output(record, "read", sight.read(x));
        output(record, "written", sight.write(x));
    }
};

BOOST_AUTO_TEST_CASE(filters_lie_where_they_should) {
    const auto tape = programs::of<glance>([](auto& record) { glance::program(record); });
    const std::vector<double> x = laws::some_numbers(3 * 32);
    const double              pixel = 2.0 / 5, narrow = -20, twice = 0.6931471805599453;
    const std::vector<double> numbers{0, 0, narrow, 0, 0, pixel, 0, narrow, 0, 0, 0, pixel, narrow, 0, twice};
    const laws::replayed<double> seen(tape, {x, numbers}, {}, {1, 3, 0, 0});
    const auto read = seen["read"], written = seen["written"];
    for (std::size_t y = 0; y < 4; ++y)
        for (std::size_t i = 0; i < 4; ++i)
            for (std::size_t c = 0; c < 2; ++c) {
                const auto at = [&](std::size_t row, std::size_t v, std::size_t u) {
                    return row * 32 + (v * 4 + u) * 2 + c;
                };
                BOOST_TEST(read[at(0, y, i)] == x[at(0, y, i)]);
                BOOST_TEST(written[at(0, y, i)] == x[at(0, y, i)]);
                if (i < 3) BOOST_TEST(std::abs(read[at(1, y, i)] - x[at(1, y, i + 1)]) < 1e-14);
                if (i == 1 || i == 2) BOOST_TEST(std::abs(written[at(1, y, i)] - x[at(1, y, i - 1)]) < 1e-14);
                if (y < 3) BOOST_TEST(std::abs(read[at(2, y, i)] - 2 * x[at(2, y + 1, i)]) < 1e-14);
                if (y == 1 || y == 2) BOOST_TEST(std::abs(written[at(2, y, i)] - x[at(2, y - 1, i)] / 2) < 1e-14);
            }
}

}  // namespace
