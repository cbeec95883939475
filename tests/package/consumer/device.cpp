// SPDX-License-Identifier: MIT
// Somebody else's program: a model of its own, on a device.

#include <elbo/elbo.hpp>
#include <elbo/device.hpp>
#include <elbo/train/model.hpp>

#include <cmath>
#include <cstdio>

using sensor = elbo::shape<6>;
struct watcher : elbo::stack<sensor, elbo::linear<8>, elbo::act::relu, elbo::linear<4>, elbo::to<elbo::diagonal_normal<2>>> {};
struct expected : elbo::stack<elbo::shape<2>, elbo::linear<6>, elbo::to<elbo::normal<>>> {};
struct anomaly : elbo::vae<watcher, expected> {};

elbo::random_words words_of_the_other_unit();

int main() {
    elbo::device                             machine;
    elbo::built_model<anomaly, elbo::device> model(machine, 1);
    const std::vector<float>                 reading{0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f};
    const auto                               back = model.reconstruct(reading);
    std::printf("elbo %d.%d.%d, with a %s: %g\n", elbo::version_major, elbo::version_minor, elbo::version_patch, machine.name().c_str(),
                static_cast<double>(back[0][0]));
    return back.size() == 1 && std::isfinite(back[0][0]) && elbo::draws(1, "consumer").words(2) == words_of_the_other_unit() ? 0 : 1;
}
