// rejects: elbo: the shapes of an elementwise operation differ
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

// As many numbers, but an image and a vector.
using image = shape<1, 2, 2>;
struct body : stack<image, flatten, linear<4>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        const auto y = run<body>(record, x);
#ifdef ELBO_ACCEPTED
        const auto z = flat(x) + y;
#else
        const auto z = x + y;
#endif
        return minimise(term("size", sum(square(z))));
    }
};
const auto step = programs::training<model>();
