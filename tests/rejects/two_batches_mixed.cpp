// rejects: elbo: values of two batch axes do not mix
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// Labelled and unlabelled images come in batches of their own sizes.
using image = shape<1, 28, 28>;
struct body : stack<image, flatten, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image, unlabelled<image>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto u = input<unlabelled<image>>(record);
#ifdef ELBO_ACCEPTED
        const auto apart = mean(x) - mean(u);
#else
        const auto apart = x - u;
#endif
        return minimise(term("apart", sum(square(apart))));
    }
};
const auto step = programs::training<model>();
