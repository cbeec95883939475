// rejects: elbo: a matrix product's inner sizes differ
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

struct body : stack<shape<6>, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<shape<6>>;

    static constexpr auto objective(auto& record) {
        const auto a = in_shape<shape<2, 3>>(input<shape<6>>(record));
#ifdef ELBO_ACCEPTED
        const auto y = matmul(a, transposed(a));
#else
        const auto y = matmul(a, a);
#endif
        return minimise(term("size", sum(square(y))));
    }
};
const auto step = programs::training<model>();
