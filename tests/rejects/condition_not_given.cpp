// rejects: elbo: the network joins a condition that it was not given: given<label<10>>(y)
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
struct body : stack<image, flatten, join<label<10>>, linear<8>> {};

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image, label<10>>;

    static constexpr auto objective(auto& record) {
        const auto x = input<image>(record);
        [[maybe_unused]] const auto y = input<label<10>>(record);
#ifdef ELBO_ACCEPTED
        const auto h = run<body>(record, x, given<label<10>>(y));
#else
        const auto h = run<body>(record, x);
#endif
        return minimise(term("size", sum(square(h))));
    }
};
const auto step = programs::training<model>();
