// rejects: elbo: a product's inner sizes differ
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// x (3) times (2, 3)
struct body : stack<shape<3>, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<shape<3>>;

    static constexpr auto objective(auto& record) {
        const auto x     = input<shape<3>>(record);
        const auto table = constants<shape<3>, 2>(record, std::array{1.0, 2.0, 3.0, 4.0, 5.0, 6.0});
#ifdef ELBO_ACCEPTED
        const auto y = product(slice<0, 2>(x), table);
#else
        const auto y = product(x, table);
#endif
        return minimise(term("size", sum(square(y))));
    }
};
const auto step = programs::training<model>();
