// SPDX-License-Identifier: MIT
#pragma once

#include "harness.hpp"

#include <elbo/train/callbacks.hpp>

#include <string>
#include <vector>

namespace elbo::examples {

// What a model makes of the images of a data set, one row of numbers an image; of the first ten of the test, what it makes
// of them again; and its loss.
struct coded_images {
    std::vector<float>       train, test;
    std::size_t              width;
    std::vector<float>       again = {};
    std::vector<named_value> loss  = {};
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
    auto& m = train.model();
    return {m.encode(raw.train).values, m.encode(raw.test).values, Model::latent::size,
            m.reconstruct(std::span(raw.test).first(10 * Model::data::size)).values, train.evaluate(set.splits.test)};
}

// How well a linear SVM, one class against the rest, tells classes by their codes.
//   the seed's way: C as given, codes as they are;  the fair way: codes standardised by what the SVM is fitted to, C from
//   {.01, .1, 1, 10} by one sixth of the training set that is held out
// Then 9 folds of the training set; and fitted to all of it, the test set.
struct separation {
    double cross = 0, deviation = 0, test = 0, c = 1;  // %; the deviation is over folds
    double reconstruction = 0, loss = 0;               // of the encoder's model on the test images, in nats
};
separation separate(const coded_images& codes, const data::splits& set, bool fair, double c, std::uint64_t seed);

// Rows of the table, each of one kind of codes, a mean over the seeds of its encoder; on the terminal and in
// separation.md. A seed that ends more than two nats above the best has found a poor optimum: how many did is told. What the first seed's encoder sees is drawn too: strips.png has the first ten test images as each model of
// the largest codes so far reconstructs them, tsne-NAME-NUMBERS.svg the codes of `places` test images in a plane.
class separation_table {
public:
    separation_table(std::string folder, const coded_images& raw, const data::images& test, std::size_t places);
    void add(const std::string& name, const std::vector<separation>& seeds, const coded_images& first);

private:
    void draw_strips(const std::string& name, const coded_images& of);
    void draw_places(const std::string& name, const coded_images& of) const;

    struct strip {
        std::string        name;
        std::vector<float> images;
    };
    std::string         folder_, text_;
    const data::images& test_;
    std::vector<strip>  strips_;
    std::size_t         places_;
};

}  // namespace elbo::examples
