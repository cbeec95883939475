// SPDX-License-Identifier: MIT
#include "harness.hpp"

#include <elbo/io.hpp>
#include <elbo/train.hpp>
#include <elbo/train/exit_codes.hpp>
#include <elbo/train/optimizer_named.hpp>
#include <elbo/train/run_record.hpp>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <new>

namespace elbo::examples {

namespace {

// Arguments that parse and still say nothing that can be done: exit code 2.
struct wrong_value : std::runtime_error {
    using std::runtime_error::runtime_error;
};

trainer_card with_common_settings(trainer_card card) {
    for (const setting& s : std::vector<setting>{
             {"learning_rate", 1e-3, "it falls along a cosine to a hundredth of this"},
             {"optimizer", std::string("adam"), "adam, adam_w, sgd, rms_prop, adagrad or ada_delta"},
             {"validate", 0.0, "1: judge by a sixth of the training images, held out, and leave the test images alone"},
             {"binarise", 0.0, "1: draw each pixel anew whenever it is seen"},
             {"average", 0.0, "decay of the running average of the weights that is evaluated; 0: none"},
             {"nll_images", 1000.0, "test images for the importance-sampled likelihood"},
             {"nll_samples", 1000.0, "samples of each"}})
        if (std::none_of(card.settings.begin(), card.settings.end(), [&](const setting& own) { return own.name == s.name; }))
            card.settings.push_back(s);
    return card;
}

data::images some_of(const data::images& set, std::size_t count) {
    return data::hold_out(set, std::min(count, set.size()), 1).held;
}

// Gives the checkpoint when it was asked to stop. From then on signals do again what they always do.
std::string fit(example_run& run, training<machine>& train, const checkpoint_folder& checkpoints) {
    const std::string path = run.folder + "/metrics.jsonl";
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
    std::vector<const data::images*> fed{&run.set.splits.train};
    if (run.set.unlabelled.size() > 0) fed.push_back(&run.set.unlabelled);
    const std::vector<callback> tell{callback(bar), callback(log), callback(keep)};
    if (!run.given.resume) keep.write();  // what another run left in this folder is none of this one's
    train.fit(fed, epochs(run.given.epochs), std::span<const callback>(tell));
    return keep.stopped() ? keep.path() : "";
}

// Files may be sorted by class, as fixed-binarised MNIST and folders of pictures are: the first images should show all of them.
void mix(data::images& set) {
    const data::permutation order(set.size(), 1, "mix");
    data::images            mixed = set;
    mixed.pixels.clear();
    for (std::size_t i = 0; i < set.size(); ++i) {
        const std::size_t from = order(i), some = set.attribute_names.size();
        mixed.pixels.insert(mixed.pixels.end(), set[from].begin(), set[from].end());
        if (set.labelled()) mixed.labels[i] = set.labels[from];
        std::copy_n(set.attributes.begin() + static_cast<std::ptrdiff_t>(from * some), some, mixed.attributes.begin() + static_cast<std::ptrdiff_t>(i * some));
    }
    set = std::move(mixed);
}

void write_results(const std::string& path, const std::vector<named_value>& results) {
    std::string lines;
    for (const named_value& r : results) {
        io::json line;
        line.set("name", r.name).set("value", r.value);
        lines += line.dump() + "\n";
    }
    io::write_atomically(path, std::string_view(lines));
}

}  // namespace

// ---- data.hpp ----

namespace {

// One training image of so many.
void hold_out_for_test(data::splits& s, std::size_t of) {
    auto [rest, held] = data::hold_out(s.train, s.train.size() / of, 1);
    s.train = std::move(rest), s.test = std::move(held);
}

}  // namespace

data_set load_data(const options& o, bool coloured_digits) {
    data_set set;
    if (o.data == "digits") {
        set.splits = data::procedural_digits({.train = o.fast ? 2000u : 60000u, .test = o.fast ? 500u : 10000u, .seed = 1}, {.colour = coloured_digits});
    } else {
        set.splits = data::load(o.data);
        if (set.splits.test.size() == 0) hold_out_for_test(set.splits, 10);
        if (o.fast) set.splits.train = some_of(set.splits.train, 2000), set.splits.test = some_of(set.splits.test, 500);
    }
    if (o.number("validate") != 0) hold_out_for_test(set.splits, 6);
    if (const data::images& test = set.splits.test; !test.labelled() || std::is_sorted(test.labels.begin(), test.labels.end())) mix(set.splits.test);
    set.held_out = some_of(set.splits.test, 1000);
    set.binarise = o.number("binarise") != 0;
    set.seed     = o.seed;
    return set;
}

void hold_out_for_validation(data_set& set) {
    auto [rest, held] = data::hold_out(set.splits.train, std::min<std::size_t>(10000, set.splits.train.size() / 6), 1);
    set.held_out      = std::move(held), set.splits.train = std::move(rest);
}
void keep_labels(data_set& set, std::size_t count, std::uint64_t draw) {
    hold_out_for_validation(set);
    data::half_labelled kept = data::keep_labels(set.splits.train, count, draw);
    set.splits.train = std::move(kept.labelled), set.unlabelled = std::move(kept.unlabelled);
}

// ---- pictures.hpp ----

void example_run::show(const char* name, const sheet& images, grid_options how, const std::string& caption, const std::string& note) {
    const auto draw = [&] { return grid_of_rows(images.values, images.channels, images.height, images.width, how); };
    page.add_picture(draw(), caption, note);
    how.scale = 2;
    io::write_png(folder + "/" + name + ".png", draw());
}

void example_run::draw(const char* name, const std::string& svg, const std::string& caption, const std::string& note) {
    io::write_svg(folder + "/" + name + ".svg", svg);
    page.add_drawing(svg, caption, note);
}

void example_run::number(const std::string& name, double value, const std::string& note) {
    char room[64];
    std::snprintf(room, sizeof room, value == std::floor(value) ? "%.0f" : std::abs(value) < 1e6 ? "%.3f" : "%.4g", value);
    page.numbers.push_back({name, room, note});
    results.push_back({name, value});
    std::printf("%-20s %10s  %s\n", name.c_str(), room, note.c_str());
}

double terms_of_the_bound(example_run& run, training<machine>& train) {
    double loss = 0;
    for (const named_value& v : train.evaluate(run.set.splits.test)) {
        run.number("test " + v.name, v.value, "nats an image, " + run.set.pixels() + " pixels");
        if (v.name == "loss") loss = v.value;
    }
    return loss;
}

void scatter(example_run& to, const char* name, std::span<const float> codes, const std::string& caption) {
    const data::images& test = to.set.splits.test;
    const auto          n    = static_cast<std::ptrdiff_t>(test.labelled() ? codes.size() / 2 : 0);
    to.draw(name, io::scatter_plot(codes, std::vector(test.labels.begin(), test.labels.begin() + n)), caption,
            test.labelled() ? "means of q(z|x), coloured by class" : "means of q(z|x)");
}

std::vector<float> strips(std::initializer_list<std::span<const float>> kinds, std::size_t image) {
    std::vector<float> out;
    const std::size_t  ten = 10 * image;
    for (std::size_t i = 0; i + ten <= kinds.begin()->size(); i += ten)
        for (const auto from : kinds) {
            const auto row = from.subspan(i, ten);
            out.insert(out.end(), row.begin(), row.end());
        }
    return out;
}
std::vector<float> interleaved(std::span<const float> above, std::span<const float> below, std::size_t image) { return strips({above, below}, image); }

std::vector<float> each_times(std::span<const float> rows, std::size_t width, std::size_t times) {
    std::vector<float> out;
    for (std::size_t i = 0; i + width <= rows.size(); i += width)
        for (std::size_t k = 0; k < times; ++k) out.insert(out.end(), rows.begin() + static_cast<std::ptrdiff_t>(i), rows.begin() + static_cast<std::ptrdiff_t>(i + width));
    return out;
}

std::vector<float> side_by_side(std::size_t image, const std::vector<some_of_each>& sources) {
    std::vector<float> out;
    for (std::size_t i = 0; (i + 1) * sources.front().count * image <= sources.front().images.size(); ++i)
        for (const some_of_each& from : sources) {
            const auto next = from.images.subspan(i * from.count * image, from.count * image);
            out.insert(out.end(), next.begin(), next.end());
        }
    return out;
}

std::string words_of(const eval::estimate& e) {
    char room[160];
    std::snprintf(room, sizeof room, "nats an image, %zu samples of %zu images, standard error %.3f", e.samples, e.images, e.standard_error);
    return room;
}

void begin_at_the_data_mean(std::span<float> bias, const data::images& set, bool as_logits) {
    std::vector<double> mean(bias.size(), 0.0);
    for (std::size_t i = 0; i < set.pixels.size(); ++i) mean[i % bias.size()] += set.pixels[i] / 255.0 / static_cast<double>(set.size());
    for (std::size_t i = 0; i < bias.size(); ++i) {
        const double m = std::clamp(mean[i], 0.001, 0.999);
        bias[i]        = static_cast<float>(as_logits ? std::log(m / (1 - m)) : mean[i]);
    }
}

// ---- harness.hpp ----

std::string call::one_of(const char* name, const std::vector<std::string>& words) const {
    const std::string& word = given_.text(name);
    if (std::find(words.begin(), words.end(), word) != words.end()) return word;
    throw wrong_value("setting " + std::string(name) + " cannot be " + word + command_line::did_you_mean(word, words));
}

int call::show_summary(const std::string& card) const {
    std::printf("%s\n\n%s", card_.about.c_str(), card.c_str());
    return exit_codes::done;
}

trainer_options call::training_options(const data_set& set) const {
    const options&  o    = given_;
    const double    rate = o.number("learning_rate");
    trainer_options t{.batch = o.batch, .seed = o.seed};
    t.learning_rate = schedules::cosine{rate, rate / 100, static_cast<double>(o.epochs)};
    t.average = o.number("average"), t.binarise = set.binarise;
    try {
        t.optimizer = optimizer_named(o.text("optimizer"));
    } catch (const std::invalid_argument& e) {
        throw wrong_value(e.what());
    }
    const std::size_t steps = (set.pass() + o.batch - 1) / o.batch;
    t.log_every             = std::clamp<std::size_t>(steps / 5, 1, 100);
    return t;
}

int call::carry_out(example_run& run, training<machine>& train, built<machine>& model, std::size_t latent, const std::string& description, const parts& how) const {
    const options& o = given_;
    if (const std::string warning = train.machine().warnings(); !warning.empty()) std::fprintf(stderr, "%s\n", warning.c_str());
    if (!o.evaluate.empty()) {
        load(model, o.evaluate);
        how.numbers();
        return exit_codes::done;
    }
    std::filesystem::create_directories(o.out);
    const checkpoint_folder checkpoints(o.out, card_.name, latent);
    resumed                 from;
    if (o.resume) {
        from = elbo::resume(train, checkpoints);
        for (const std::string& warning : from.warnings) std::fprintf(stderr, "%s\n", warning.c_str());
        std::fprintf(stderr, "%s\n", from.path.empty() ? ("no checkpoint in " + o.out + ": from the beginning").c_str() : ("from " + from.path).c_str());
    }
    if (from.path.empty() && how.begin) how.begin();
    io::json record = run_record(o, card_);
    record.set("data", elbo::describe(run.set.splits.train)).set("pixels", run.set.pixels()).set("parameters", model.parameters().size());
    record.set("machine", train.machine().name()).set("resumed_at", train.step());
    write_run(o.out + "/run.json", record);

    // Who asks it to stop is in a hurry: the pictures are there at once, the numbers are left out.
    const std::string stopped = fit(run, train, checkpoints);
    if (!stopped.empty()) std::fprintf(stderr, "stopped; go on with --resume: %s\n", stopped.c_str());
    train.swap_average();
    if (stopped.empty()) how.numbers();
    how.pictures();
    save(model, o.out + "/" + card_.name + ".safetensors");
    write_results(o.out + "/results.jsonl", run.results);
    write_page(run.page, description);
    std::printf("%-20s %s/report.html\n", "report", o.out.c_str());
    return exit_codes::done;
}

// The loss and what is held out in one plot, its terms in another.
void call::write_page(io::report& page, std::string model) const {
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

int main_of(const trainer_card& own, int argc, char** argv, const function<int(const call&)>& body) {
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

}  // namespace elbo::examples
