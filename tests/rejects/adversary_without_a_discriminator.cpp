// rejects: elbo: an objective has one loss for each player of its model: each_player(...)
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<784>, reshape<image>, to<bernoulli>> {};
struct discriminator : stack<image, flatten, linear<1>> {};

struct model {
    using networks = list<player<net<"encoder", encoder>>, player<net<"decoder", decoder>>,
                          player<net<"discriminator", discriminator>>>;
    using inputs   = list<image>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto q = run<encoder>(record, x);
        const auto p = run<decoder>(record, q.sample(record, "z"));
        const auto bound  = minimise(term("reconstruction", -p.log_density(x)));
        const auto fooled = minimise(term("fooled", softplus(-run<discriminator>(record, p.mean()))));
        const auto seen = run<discriminator>(record, stop_gradient(p.mean()));
        [[maybe_unused]] const auto told = minimise(term("told", softplus(seen)));
#ifdef ELBO_ACCEPTED
        return each_player(bound, fooled, told);
#else
        return each_player(bound, fooled);
#endif
    }
};
const auto step = programs::training<model>();
