// rejects: elbo: multiplicities do not divide one another
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct body : stack<image, flatten, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
#ifdef ELBO_ACCEPTED
        const auto z = repeat<4>(x) - repeat<2>(x);
#else
        const auto z = repeat<3>(x) - repeat<2>(x);
#endif
        return minimise(term("size", sum(square(z))));
    }
};
const auto step = programs::training<model>();
