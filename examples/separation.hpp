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

// How well a linear SVM, one class against the rest, tells classes by their codes, in %: 9 folds of the training set; and
// fitted to all of it, the test set.
struct svm_scores {
    double cross = 0, deviation = 0, test = 0, c = 1;  // the deviation is over folds
};
struct separation {
    svm_scores as_published;                  // C as given, codes as they are
    svm_scores fair;                          // codes standardised by what the SVM is fitted to, C from {.01, .1, 1, 10} by a sixth of the training set, held out
    double     reconstruction = 0, loss = 0;  // of the encoder's model on the test images, in nats
};

// The table of a call with settings rows, seeds and places: rows of one kind of codes each, a mean over the seeds of their
// encoder; on the terminal and in separation.md. A seed that ends more than two nats above the best has found a poor optimum:
// how many did is told. What the first seed's encoder sees is drawn too: strips.png has the first ten test images as each
// model of the largest codes so far reconstructs them, tsne-NAME-NUMBERS.svg the codes of `places` test images in a plane.
class separation_table {
public:
    explicit separation_table(const call& with);
    void add_pixels(const std::string& name, double c) { add_row(name, {separate(raw_, c)}, raw_); }
    void add_components(const std::string& name, double c, const std::vector<std::size_t>& counts);

    // The posterior means of models that are trained as the command line says, but for their seeds.
    template <class... Model>
    void add(const std::string& name, double c) {
        (add_one<Model>(name, c), ...);
    }

private:
    template <class Model>
    void add_one(const std::string& name, double c) {
        std::vector<separation> seeds;
        coded_images            first;
        for (std::uint64_t s = 0; s < static_cast<std::uint64_t>(with_.number("seeds")); ++s) {
            coded_images codes = coded_by<Model>(s);
            seeds.push_back(separate(codes, c));
            if (s == 0) first = std::move(codes);
        }
        add_row(name, seeds, first);
    }
    template <class Model>
    coded_images coded_by(std::uint64_t seed) const {
        trainer_options wanted = with_.training_options(set_);
        wanted.seed            = with_.given().seed + seed;
        trainer<Model, machine> train(wanted, machine_with(with_.given().threads));
        train.fit(set_.splits.train, epochs(with_.given().epochs), show_progress{});
        train.swap_average();
        auto& m = train.model();
        return {m.encode(raw_.train).values, m.encode(raw_.test).values, Model::latent::size,
                m.reconstruct(std::span(raw_.test).first(10 * Model::data::size)).values, train.evaluate(set_.splits.test)};
    }
    separation separate(const coded_images& codes, double c) const;
    void       add_row(const std::string& name, const std::vector<separation>& seeds, const coded_images& first);
    void       draw_strips(const std::string& name, const coded_images& of);
    void       draw_places(const std::string& name, const coded_images& of) const;

    struct strip {
        std::string        name;
        std::vector<float> images;
    };
    const call&        with_;
    data_set           set_;
    coded_images       raw_;
    std::string        text_;
    std::vector<strip> strips_;
};

}  // namespace elbo::examples
