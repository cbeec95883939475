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

// The first `count` images, pixels in [0, 1].
inline std::vector<float> greys(const data::images& set, std::size_t count) {
    std::vector<float> x(std::min(count, set.size()) * set.image_size());
    data::batches(set, {.shuffle = false}).pixels(x, 0, 0, std::min(count, set.size()));
    return x;
}
inline std::vector<float> greys(const data::images& set) { return greys(set, set.size()); }

struct data_set {
    data::splits  splits;
    data::images  unlabelled{};  // half-labelled data: those of splits.train have labels, these have none
    data::images  held_out;      // some of the test images, or all for validation, looked at while training
    bool          binarise = false;
    std::uint64_t seed     = 1;

    // An epoch is a pass over so many.
    std::size_t pass() const { return std::max(splits.train.size(), unlabelled.size()); }
    // The first test images as the model sees them.
    std::vector<float> test_rows(std::size_t count) const {
        const std::size_t  n = std::min(count, splits.test.size());
        std::vector<float> x(n * splits.test.image_size());
        view().pixels(x, 0, 0, n);
        return x;
    }
    std::vector<float> grey_test_rows(std::size_t count) const { return greys(splits.test, count); }
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

// Takes 10,000 training images, or a sixth of few, for validation: they are what is looked at while training.
void hold_out_for_validation(data_set& set);

// Does so, and keeps the labels of `count` of the others, the same ones for the same draw.
void keep_labels(data_set& set, std::size_t count, std::uint64_t draw);

// 0 1 2 ... 9 0 1 ...
inline std::vector<float> digits_in_turn(std::size_t count) {
    std::vector<float> y(count);
    for (std::size_t i = 0; i < count; ++i) y[i] = static_cast<float>(i % 10);
    return y;
}

}  // namespace elbo::examples
