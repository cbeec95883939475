// rejects: elbo: these data are not among the model's inputs
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct body : stack<image, flatten, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image>;

    static constexpr auto objective(auto& record) {
#ifdef ELBO_ACCEPTED
        const auto x = input<image>(record);
#else
        const auto x = input<shape<3, 28, 28>>(record);
#endif
        return minimise(term("size", sum(square(flat(x)))));
    }
};
const auto step = programs::training<model>();
