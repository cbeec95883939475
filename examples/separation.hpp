// SPDX-License-Identifier: MIT
#pragma once

#include "harness.hpp"

#include <elbo/train/callbacks.hpp>

#include <string>
#include <vector>

namespace elbo::examples {

// What a model makes of the images of a data set, one row of numbers an image.
struct coded_images {
    std::vector<float> train, test;
    std::size_t        width;
};
// Images as they are, and along their principal components.
coded_images raw_pixels(const data::splits& set);
coded_images projected(const coded_images& raw, std::size_t components);

// The posterior means of a model that is trained as the command line says, but for its seed.
template <class Model>
coded_images coded_by(const call& with, const data_set& set, const coded_images& raw, std::uint64_t seed) {
    trainer_options wanted = with.training_options(set);
    wanted.seed            = seed;
    trainer<Model, machine> train(wanted, machine_with(with.given().threads));
    train.fit(set.splits.train, epochs(with.given().epochs), show_progress{});
    train.swap_average();
    return {train.model().encode(raw.train).values, train.model().encode(raw.test).values, Model::latent::size};
}

// How well a linear SVM, one class against the rest, tells classes by their codes.
//   the seed's way: C as given, codes as they are;  the fair way: codes standardised by what the SVM is fitted to, C from
//   {.01, .1, 1, 10} by one sixth of the training set that is held out
// Then 9 folds of the training set; and fitted to all of it, the test set.
struct separation {
    double cross = 0, deviation = 0, test = 0, c = 1;  // %; the deviation is over folds
};
separation separate(const coded_images& codes, const data::splits& set, bool fair, double c, std::uint64_t seed);

// One row of the table for each kind of code, a mean over the seeds of its encoder.
class separation_table {
public:
    explicit separation_table(std::string path) : path_(std::move(path)) {}
    void add(const std::string& name, std::size_t width, const std::vector<separation>& seeds);

private:
    std::string path_, text_;
};

}  // namespace elbo::examples
