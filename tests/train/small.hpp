// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <unistd.h>
#include <filesystem>
#include <string>

// A model and images that train in milliseconds, for the tests of training.

namespace elbo::tests {

using small_image = shape<1, 8, 8>;

struct small_encoder : stack<small_image, flatten, linear<16>, act::tanh, linear<4>, to<diagonal_normal<2>>> {};
struct small_decoder : stack<shape<2>, linear<16>, act::tanh, linear<64>, reshape<small_image>, to<bernoulli>> {};
struct small_vae : vae<small_encoder, small_decoder> {};

// Bars: of class 0 horizontal, 1 vertical, 2 both; at a place of their own, some noise on each pixel.
inline data::images bars(std::size_t count, std::uint64_t seed = 1, std::size_t side = 8, std::size_t channels = 1) {
    data::images set;
    set.name = "bars", set.channels = channels, set.height = set.width = side, set.classes = 3;
    if (channels != 1) set.kind = data::pixels_are::colour;
    const draws place(seed, "place"), noise(seed, "pixels");
    for (std::size_t i = 0; i < count; ++i) {
        const auto number = static_cast<std::uint32_t>(i);
        const auto kind   = static_cast<std::uint8_t>(i % 3);
        const auto at     = static_cast<std::size_t>(place.uniform(number) * static_cast<double>(side));
        set.labels.push_back(kind);
        for (std::size_t y = 0; y < side; ++y)
            for (std::size_t x = 0; x < side; ++x)
                for (std::size_t c = 0; c < channels; ++c) {
                    const bool   on = (kind != 1 && y == at) || (kind != 0 && x == at);
                    const double u  = noise.uniform(static_cast<std::uint32_t>(set.pixels.size()));
                    set.pixels.push_back(static_cast<std::uint8_t>(on ? 200 + 55 * u : 40 * u));
                }
    }
    return set;
}

template <class Trainer>
std::string fingerprint_of(Trainer& t) {
    const auto tensors = t.tensors();
    return elbo::fingerprint_of(tensors.entries());
}

// A folder that is there while the test is.
struct scratch {
    std::filesystem::path folder;
    explicit scratch(const char* name)
        : folder(std::filesystem::temp_directory_path() / (std::string("elbo-") + name + "-" + std::to_string(getpid()))) {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder);
    }
    ~scratch() { std::filesystem::remove_all(folder); }
    scratch(const scratch&)            = delete;
    scratch& operator=(const scratch&) = delete;
    std::string path(const std::string& name) const { return (folder / name).string(); }
};

}  // namespace elbo::tests
