// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io.hpp>
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
    // "grey", "dynamically binarised", ...: every bound says which.
    std::string pixels() const { return view().pixels_name(); }

private:
    data::batches view() const { return {splits.test, {seed, false, binarise}}; }
};

inline data::images some_of(const data::images& set, std::size_t count) {
    return data::hold_out(set, std::min(count, set.size()), 1).held;
}

inline data_set load_data(const options& o) {
    data_set set;
    if (o.data == "digits") {
        set.splits = data::procedural_digits({.train = o.fast ? 2000u : 60000u, .test = o.fast ? 500u : 10000u, .seed = 1});
    } else {
        set.splits = data::load(o.data);
        if (set.splits.test.size() == 0) {
            auto [rest, held] = data::hold_out(set.splits.train, set.splits.train.size() / 10, 1);
            set.splits.train = std::move(rest), set.splits.test = std::move(held);
        }
        if (o.fast) set.splits.train = some_of(set.splits.train, 2000), set.splits.test = some_of(set.splits.test, 500);
    }
    set.held_out = some_of(set.splits.test, 1000);
    set.binarise = o.number("binarise") != 0;
    set.seed     = o.seed;
    return set;
}

}  // namespace elbo::examples
