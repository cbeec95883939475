// rejects: elbo: an objective returns minimise(term(...), ...) or each_player(...)
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
        return minimise(term("size", sum(square(x))));
#else
        return mean(sum(square(x)));
#endif
    }
};
const auto step = programs::training<model>();
