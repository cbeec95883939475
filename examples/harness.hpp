// SPDX-License-Identifier: MIT
#pragma once

#include "pictures.hpp"

#include <elbo/core/function.hpp>
#include <elbo/model/card.hpp>

// What every example trainer shares: the command line, training with checkpoints, the report. An example is a model, a
// card and, where it differs from the rest, changes. What does not depend on the model is compiled once, in harness.cpp.

namespace elbo::examples {

template <class Model>
struct changes {
    function<void(trainer_options&, const options&)> training = {};
    function<void(run_of<Model>&)> begin = {}, pictures = standard_pictures<Model>, numbers = standard_numbers<Model>;
    function<void(data_set&, const options&)> data = {};  // what is fed, before anything else
};

// One call of a trainer: what its command line said, and the models that can be trained with it.
class call {
public:
    call(trainer_card card, options given) : card_(std::move(card)), given_(std::move(given)) {}

    const options& given() const { return given_; }
    double         number(const char* name) const { return given_.number(name); }
    bool   draws_its_digits() const { return given_.data == "digits"; }
    // A setting's text, which is one of these.
    std::string one_of(const char* name, const std::vector<std::string>& words) const;

    // What the common settings say of training on these data.
    trainer_options training_options(const data_set& set) const;

    // Gives the exit code.
    template <class Model>
    int train(const changes<Model>& how = {}) const {
        if (given_.summary) return show_summary(describe<Model>(static_cast<std::int64_t>(given_.batch)));
        data_set        set    = load_data(given_, card_.colour);
        if (how.data) how.data(set, given_);
        trainer_options wanted = training_options(set);
        if (how.training) how.training(wanted, given_);
        trainer<Model, machine> train(wanted, machine_with(given_.threads));
        io::report           page{.title = card_.name, .subtitle = card_.about};
        run_of<Model>        run{{given_, set, page, given_.out}, train};
        return carry_out(run, train, train.model(), built_model<Model, machine>::latent::size, describe<Model>(static_cast<std::int64_t>(given_.batch)),
                         {how.begin ? [&] { how.begin(run); } : function<void()>(), [&] { how.numbers(run); }, [&] { how.pictures(run); }});
    }

private:
    struct parts {
        function<void()> begin, numbers, pictures;
    };
    int  show_summary(const std::string& card) const;
    int  carry_out(example_run& run, training<machine>& train, built<machine>& model, std::size_t latent, const std::string& description, const parts& how) const;
    void write_page(io::report& page, std::string model) const;

    trainer_card card_;
    options      given_;
};

// The main of a trainer with a choice of models: body(call) trains one.
int main_of(const trainer_card& own, int argc, char** argv, const function<int(const call&)>& body);

// And of a trainer of one.
template <class Model>
int main_of(const trainer_card& card, int argc, char** argv, changes<Model> how = {}) {
    return main_of(card, argc, argv, [&](const call& with) { return with.train<Model>(how); });
}

}  // namespace elbo::examples
