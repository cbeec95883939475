// SPDX-License-Identifier: MIT
#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/io.hpp>
#include <elbo/train.hpp>
using namespace elbo;

using image = shape<1, 8, 8>;
struct encoder : stack<image, flatten, linear<64>, act::tanh, linear<8>, to<diagonal_normal<4>>> {};
struct decoder : stack<shape<4>, linear<64>, act::tanh, linear<64>, reshape<image>, to<bernoulli>> {};
struct tiny_vae : vae<encoder, decoder> {};

int main() {
    // Images of one's own: bytes, height x width x channels, one after the other.
    data::images mine;
    mine.channels = 1, mine.height = 8, mine.width = 8;
    for (int i = 0; i < 1000 * 64; ++i) mine.pixels.push_back(i / 64 % 2 == i % 8 / 4 ? 255 : 0);  // left or right half
    trainer<tiny_vae, host> train{{.batch = 50, .seed = 1}};
    train.fit(mine, epochs(2));
    save(train.model(), "tiny.safetensors");

    // A program that only uses what was trained: one thread, large matrices in half the bytes, nothing allocated but the answers.
    host                        machine{{.threads = 1}};
    built_model<tiny_vae, host> model{machine};
    load(model, "tiny.safetensors");
    model.round_to_bfloat16();
    const std::vector<float> pixels(2 * 64, 0.5f);             // two images, floats from 0 to 1
    const auto               codes = model.encode(pixels);     // a row of 4 numbers for each
    const auto               back  = model.decode(codes);
    return codes.size() == 2 && back.values.size() == 2 * 64 ? 0 : 1;
}
