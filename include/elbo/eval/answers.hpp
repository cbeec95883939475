// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>

namespace elbo::eval {

// Several answers to each question, such as completions of an image: the squared error of the best of the first `of`, a mean over
// questions. `answers` holds `each` rows for a row of `truth`.
inline double least_squared_error(std::span<const float> truth, std::span<const float> answers, std::size_t width, std::size_t each, std::size_t of) {
    if (width == 0 || of == 0 || of > each || truth.empty() || truth.size() % width != 0 || answers.size() != truth.size() * each)
        throw std::invalid_argument("every question has as many answers");
    const std::size_t questions = truth.size() / width;
    double            total     = 0;
    for (std::size_t q = 0; q < questions; ++q) {
        double best = std::numeric_limits<double>::infinity();
        for (std::size_t k = 0; k < of; ++k) {
            double error = 0;
            for (std::size_t i = 0; i < width; ++i) {
                const double off = static_cast<double>(answers[(q * each + k) * width + i]) - static_cast<double>(truth[q * width + i]);
                error += off * off;
            }
            best = std::min(best, error);
        }
        total += best;
    }
    return total / static_cast<double>(questions);
}

}  // namespace elbo::eval
