// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/random.hpp>
#include <elbo/eval/points.hpp>

#include <vector>

namespace elbo::made {

// Normal clouds of `each` points, one for each class, their centres `apart` along as many axes.
struct clouds {
    std::vector<float>        values;
    std::vector<std::uint8_t> labels;
    std::size_t               width;

    clouds(std::size_t classes, std::size_t each, std::size_t numbers, double apart, std::uint64_t seed = 3) : width(numbers) {
        const draws random(seed, "clouds");
        for (std::size_t i = 0; i < classes * each; ++i) {
            labels.push_back(static_cast<std::uint8_t>(i % classes));
            for (std::size_t j = 0; j < width; ++j)
                values.push_back(static_cast<float>(random.normal(static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(j)) + (j == i % classes ? apart : 0)));
        }
    }
    eval::points rows() const { return {values, width}; }
};

}  // namespace elbo::made
