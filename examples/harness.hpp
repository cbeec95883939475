// SPDX-License-Identifier: MIT
#pragma once

#include "pictures.hpp"

#include <elbo/train/exit_codes.hpp>
#include <elbo/train/optimizer_named.hpp>
#include <elbo/train/run_record.hpp>

#include <filesystem>
#include <functional>
#include <new>

// What every example trainer shares: the command line, training with checkpoints, the report. An example is a model, a
// card and, where it differs from the rest, changes.

namespace elbo::examples {

template <class Model>
struct changes {
    std::function<void(trainer_options&, const options&)> training = {};
    std::function<void(run_of<Model>&)> begin = {}, pictures = standard_pictures<Model>, numbers = standard_numbers<Model>;
};

// Arguments that parse and still say nothing that can be done: exit code 2.
struct wrong_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

inline trainer_card with_common_settings(trainer_card card) {
    for (const setting& s : std::vector<setting>{
             {"learning_rate", 1e-3, "it falls along a cosine to a hundredth of this"},
             {"optimizer", std::string("adam"), "adam, adam_w, sgd, rms_prop, adagrad or ada_delta"},
             {"binarise", 0.0, "1: draw each pixel anew whenever it is seen"},
             {"average", 0.0, "decay of the running average of the weights that is evaluated; 0: none"},
             {"nll_images", 1000.0, "test images for the importance-sampled likelihood"},
             {"nll_samples", 1000.0, "samples of each"}})
        if (std::none_of(card.settings.begin(), card.settings.end(), [&](const setting& own) { return own.name == s.name; }))
            card.settings.push_back(s);
    return card;
}

// One call of a trainer: what its command line said, and the models that can be trained with it.
class call {
public:
    call(trainer_card card, options given) : card_(std::move(card)), given_(std::move(given)) {}

    double number(const char* name) const { return given_.number(name); }
    // A setting's text, which is one of these.
    std::string one_of(const char* name, const std::vector<std::string>& words) const {
        const std::string& word = given_.text(name);
        if (std::find(words.begin(), words.end(), word) != words.end()) return word;
        throw wrong_value("setting " + std::string(name) + " cannot be " + word + command_line::did_you_mean(word, words));
    }

    template <class Model>
    int train(const changes<Model>& how = {}) const {
        const options& o = given_;
        if (o.summary) {
            std::printf("%s\n\n%s", card_.about.c_str(), describe<Model>(static_cast<std::int64_t>(o.batch)).c_str());
            return exit_codes::done;
        }
        data_set             set = load_data(o);
        trainer<Model, host> train(options_of(o, set, how), {.threads = static_cast<int>(o.threads)});
        io::report           page{.title = card_.name, .subtitle = card_.about};
        run_of<Model>        run{o, set, train, page, o.out};
        if (!o.evaluate.empty()) {
            load(train.model(), o.evaluate);
            how.numbers(run);
            return exit_codes::done;
        }
        if (how.begin) how.begin(run);
        std::filesystem::create_directories(o.out);
        const checkpoint_folder checkpoints(o.out, card_.name, Model::latent::size);
        if (o.resume) {
            const resumed from = elbo::resume(train, checkpoints);
            for (const std::string& warning : from.warnings) std::fprintf(stderr, "%s\n", warning.c_str());
            std::fprintf(stderr, "%s\n", from.path.empty() ? ("no checkpoint in " + o.out + ": from the beginning").c_str() : ("from " + from.path).c_str());
        }
        io::json record = run_record(o, card_);
        record.set("data", elbo::describe(set.splits.train)).set("pixels", set.pixels()).set("parameters", parameter_count<Model>);
        record.set("threads", train.machine().threads()).set("resumed_at", train.step());
        write_run(o.out + "/run.json", record);

        // Who asks it to stop is in a hurry: the pictures are there at once, the numbers are left out.
        const std::string stopped = fit(run, checkpoints);
        if (!stopped.empty()) std::fprintf(stderr, "stopped; go on with --resume: %s\n", stopped.c_str());
        train.swap_average();
        if (stopped.empty()) how.numbers(run);
        how.pictures(run);
        save(train.model(), o.out + "/" + card_.name + ".safetensors");
        write_results(o.out + "/results.jsonl", run.results);
        write_page(page, describe<Model>(static_cast<std::int64_t>(o.batch)));
        std::printf("%-20s %s/report.html\n", "report", o.out.c_str());
        return exit_codes::done;
    }

private:
    template <class Model>
    static trainer_options options_of(const options& o, const data_set& set, const changes<Model>& how) {
        const double    rate = o.number("learning_rate");
        trainer_options t{.batch = o.batch, .seed = o.seed};
        t.learning_rate = schedules::cosine{rate, rate / 100, static_cast<double>(o.epochs)};
        t.average = o.number("average"), t.binarise = set.binarise;
        try {
            t.optimizer = optimizer_named(o.text("optimizer"));
        } catch (const std::invalid_argument& e) {
            throw wrong_value(e.what());
        }
        const std::size_t steps = (set.splits.train.size() + o.batch - 1) / o.batch;
        t.log_every             = std::clamp<std::size_t>(steps / 5, 1, 100);
        if (how.training) how.training(t, o);
        return t;
    }

    // Gives the checkpoint when it was asked to stop. From then on signals do again what they always do.
    template <class Model>
    static std::string fit(run_of<Model>& run, const checkpoint_folder& checkpoints) {
        const std::string path = run.folder + "/metrics.jsonl";
        auto&             train = run.train;
        history           log  = run.given.resume ? history(path, train.step()) : history(path);
        log.at_epoch_ends([&] {
            train.swap_average();
            std::vector<named_value> values = train.evaluate(run.set.held_out);
            train.swap_average();
            for (named_value& v : values) v.name = "held out " + v.name;
            return values;
        });
        show_progress    bar;
        keep_checkpoints keep(train, checkpoints);
        train.fit(run.set.splits.train, epochs(run.given.epochs), bar, log, keep);
        return keep.stopped() ? keep.path() : "";
    }

    static void write_results(const std::string& path, const std::vector<named_value>& results) {
        std::string lines;
        for (const named_value& r : results) {
            io::json line;
            line.set("name", r.name).set("value", r.value);
            lines += line.dump() + "\n";
        }
        io::write_atomically(path, std::string_view(lines));
    }

    // The loss and what is held out in one plot, its terms in another.
    void write_page(io::report& page, std::string model) const {
        const options&          o     = given_;
        const auto              lines = read_metrics(o.out + "/metrics.jsonl");
        std::vector<io::series> loss, terms;
        for (const std::string& name : series_names(lines)) {
            if (name == "images_per_second" || name == "learning_rate") continue;
            const bool  whole = name == "loss" || name == "held out loss";
            io::series& s     = (whole ? loss : terms).emplace_back(io::series{name, {}, {}});
            for (const auto& [step, value] : series(lines, name)) s.x.push_back(step), s.y.push_back(value);
            if (!whole && name.starts_with("held out ")) terms.pop_back();
        }
        const auto curve = io::line_plot(loss, {.x_label = "step", .y_label = "nats an image"});
        io::write_svg(o.out + "/curves.svg", curve);
        page.add_curve(curve, "The loss: means between two log lines; on images held out, at the end of each epoch");
        if (!terms.empty()) page.add_curve(io::line_plot(terms, {.x_label = "step", .y_label = "nats an image"}), "Its terms");

        page.command = command_of(o, card_);
        for (std::size_t at = 0; (at = page.command.find(" --set ", at)) != std::string::npos; at += 11) page.command.insert(at, " \\\n   ");
        page.model_card  = std::move(model);
        page.environment = io::environment_facts();
        for (const auto& [name, value] : o.settings) page.configuration.push_back({name, command_line::plain(value)});
        for (const auto& [name, value] : {std::pair("epochs", o.epochs), std::pair("batch", o.batch), std::pair("seed", o.seed)})
            page.configuration.push_back({name, std::to_string(value)});
        io::write_report(o.out + "/report.html", page);
    }

    trainer_card card_;
    options      given_;
};

// The main of a trainer with a choice of models: body(call) trains one.
template <class Body>
int main_of(const trainer_card& own, int argc, char** argv, Body body) {
    const trainer_card card   = with_common_settings(own);
    const auto         parsed = parse_options(argc, argv, card);
    const auto         say    = [&](const char* what, int code) {
        std::fprintf(stderr, "%s: %s\n", card.name.c_str(), what);
        return code;
    };
    if (const auto* wrong = std::get_if<wrong_arguments>(&parsed)) {
        std::fprintf(stderr, "%s\n", wrong->message.c_str());
        return wrong->exit_code;
    }
    const options& given = std::get<options>(parsed);
    if (given.help) {
        std::printf("%s", help_page(card).c_str());
        return exit_codes::done;
    }
    try {
        return body(call(card, given));
    } catch (const wrong_value& e) {
        return say(e.what(), exit_codes::wrong_arguments);
    } catch (const diverged& e) {
        return say(e.what(), exit_codes::diverged);
    } catch (const std::bad_alloc&) {
        return say("out of memory: a smaller --batch needs less", exit_codes::wrong_arguments);
    } catch (const std::exception& e) {
        return say(e.what(), exit_codes::bad_file);
    }
}
// And of a trainer of one.
template <class Model>
int main_of(const trainer_card& card, int argc, char** argv, changes<Model> how = {}) {
    return main_of(card, argc, argv, [&](const call& with) { return with.train<Model>(how); });
}

}  // namespace elbo::examples
