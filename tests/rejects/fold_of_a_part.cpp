// rejects: elbo: fold must divide the multiplicity
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
        const auto y = fold<3>(repeat<6>(x));
#else
        const auto y = fold<4>(repeat<6>(x));
#endif
        return minimise(term("size", sum(square(y))));
    }
};
const auto step = programs::training<model>();
