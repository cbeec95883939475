// rejects: elbo: matmul multiplies values of shape<rows, columns>
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

struct body : stack<shape<6>, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<shape<6>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<shape<6>>(record);
#ifdef ELBO_ACCEPTED
        const auto y = matmul(in_shape<shape<1, 6>>(x), in_shape<shape<6, 1>>(x));
#else
        const auto y = matmul(x, x);
#endif
        return minimise(term("size", sum(square(y))));
    }
};
const auto step = programs::training<model>();
