// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/batches.hpp>
#include <elbo/io/load.hpp>
#include <elbo/train/options.hpp>

#include <algorithm>
#include <utility>
#include <vector>

// What a trainer is fed.

namespace elbo::examples {

struct data_set {
    data::splits  splits;
    data::images  held_out;  // some of the test images, looked at while training
    bool          binarise = false;
    std::uint64_t seed     = 1;

    // The first test images as the model sees them.
    std::vector<float> test_rows(std::size_t count) const {
        const std::size_t  n = std::min(count, splits.test.size());
        std::vector<float> x(n * splits.test.image_size());
        view().pixels(x, 0, 0, n);
        return x;
    }
    std::vector<float> test_labels(std::size_t count) const {
        const std::size_t  n = std::min(count, splits.test.size());
        std::vector<float> y(n);
        view().labels(y, 0, 0, n);
        return y;
    }
    // "grey", "dynamically binarised", ...: every bound says which.
    std::string pixels() const { return view().pixels_name(); }

private:
    data::batches view() const { return {splits.test, {seed, false, binarise}}; }
};

// What --data names, as --fast and the settings want it.
data_set load_data(const options& o, bool coloured_digits = false);

// 0 1 2 ... 9 0 1 ...
inline std::vector<float> digits_in_turn(std::size_t count) {
    std::vector<float> y(count);
    for (std::size_t i = 0; i < count; ++i) y[i] = static_cast<float>(i % 10);
    return y;
}

}  // namespace elbo::examples
