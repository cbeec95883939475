// rejects: elbo: a table has as many numbers as its shape
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
        const auto y = constants<shape<2>>(record, std::array{1.0, 2.0});
#else
        const auto y = constants<shape<3>>(record, std::array{1.0, 2.0});
#endif
        return minimise(term("size", sum(square(y))));
    }
};
const auto step = programs::training<model>();
