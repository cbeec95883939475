// rejects: elbo: batch axes are numbered 1 to 3
// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>

using namespace elbo;

using image = shape<1, 28, 28>;
using sketch = attribute<"sketch", image>;
struct body : stack<image, flatten, linear<8>> {};

// Sketches come in a batch of their own.
#ifdef ELBO_ACCEPTED
template <>
inline constexpr int elbo::batch_axis<sketch> = 3;
#else
template <>
inline constexpr int elbo::batch_axis<sketch> = 4;
#endif

struct model {
    using networks = list<net<"body", body>>;
    using inputs   = list<image, sketch>;

    static constexpr auto objective(auto& record) {
        const auto s = input<sketch>(record);
        return minimise(term("size", sum(square(s))));
    }
};
const auto step = programs::training<model>();
