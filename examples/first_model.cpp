// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>   // the vocabulary: types only
#include <elbo/host.hpp>   // one machine: this computer's processor
#include <elbo/io.hpp>
#include <elbo/train.hpp>
using namespace elbo;

using image = shape<1, 28, 28>;
struct encoder : stack<image, flatten, linear<500>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
struct decoder : stack<shape<20>, linear<500>, act::tanh, linear<784>, reshape<image>, to<bernoulli>> {};
struct fc_vae : vae<encoder, decoder> {};  // prior, likelihood and bound are deduced, every joint is checked

static_assert(parameter_count<fc_vae> == 815'824);    // known before anything runs,
static_assert(plan_of<fc_vae>.bytes(100) < 8_MiB);    // and so is what a training step takes

int main() {
    const auto digits = data::procedural_digits({.train = 20000});  // or data::load("mnist/")
    trainer<fc_vae, host> train{{.batch = 100, .seed = 1}};
    train.fit(digits.train, epochs(5), show_progress{}, history{"metrics.jsonl"});
    io::write_png("samples.png", grid(train.model().sample(100), {.scale = 2}));
    save(train.model(), "fc_vae.safetensors");  // PyTorch's names and layouts
}
