// SPDX-License-Identifier: MIT
#pragma once

#include "digits.hpp"
#include "pictures.hpp"

#include <memory>
#include <span>
#include <vector>

namespace elbo::examples {

// Who looks at generated digits: a small convolutional classifier that knows no generative model, trained on the greys of
// the data's own training images (10 classes, 28 x 28).
class judge {
public:
    judge(const data::splits& digits, std::size_t threads, std::uint64_t epochs = 6);
    ~judge();

    double              accuracy() const { return accuracy_; }  // on the data's test images
    std::vector<int>    classes_of(std::span<const float> images);
    // Of images that should show these digits, the part that do.
    double agreement(std::span<const float> images, std::span<const float> labels);

private:
    struct net;
    std::unique_ptr<net> net_;
    double               accuracy_ = 0;
};

// Trains a judge, says how far it can be trusted, and which part of the images it sees as what they should show, in percent.
void agreement_of(example_run& run, std::span<const float> images, std::span<const float> labels, const std::string& what);
// How far two generated images of a class are apart, and two test images.
void diversity_of(example_run& run, std::span<const float> images, std::span<const float> labels);

// How far slant and thickness of a source and of what was written in its style correlate, over all labels that are not the
// source's; and the same with the next source instead. So many were written for each source, in its turn.
void strokes_of(example_run& run, std::span<const float> sources, std::span<const float> labels, std::span<const float> written, std::span<const float> asked);

}  // namespace elbo::examples
