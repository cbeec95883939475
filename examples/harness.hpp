// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/elbo.hpp>
#include <elbo/eval.hpp>
#include <elbo/host.hpp>
#include <elbo/io.hpp>
#include <elbo/train.hpp>
#include <elbo/train/options.hpp>
#include <elbo/train/run_record.hpp>

#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

// What every example trainer shares: the command line, data, training with checkpoints, figures, the report.
// An example is a model, a card and, where it differs from the rest, a change of the training or a picture of its own.

namespace elbo::examples {

struct data_set {
    data::splits splits;
    bool         binarise = false;

    // The first test images as the model sees them.
    std::vector<float> test_rows(std::size_t count) const {
        const std::size_t   n = std::min(count, splits.test.size());
        std::vector<float>  x(n * splits.test.image_size());
        data::batches(splits.test, {1, false, binarise}).pixels(x, 0, 0, n);
        return x;
    }
    std::vector<float> test_labels(std::size_t count) const {
        std::vector<float> y(std::min(count, splits.test.size()));
        if (splits.test.labelled()) data::batches(splits.test, {1, false, false}).labels(y, 0, 0, y.size());
        return y;
    }
};

template <class Model>
struct run_of {
    const options&        given;
    data_set&             set;
    trainer<Model, host>& train;
    io::report&           page;
    std::string           folder;

    built_model<Model, host>& model() { return train.model(); }
    void show(const char* name, const picture& p, const std::string& caption, const std::string& note = {}) {
        io::write_png(folder + "/" + name + ".png", p);
        page.add_picture(p, caption, note);
    }
    void number(const std::string& name, double value, const std::string& note) {
        char room[64];
        std::snprintf(room, sizeof room, "%.3f", value);
        page.numbers.push_back({name, room, note});
        std::printf("%-28s %s  %s\n", name.c_str(), room, note.c_str());
    }
};

template <class Model>
using change = std::function<void(trainer_options&, const options&)>;
template <class Model>
using picture_of = std::function<void(run_of<Model>&)>;

inline data_set load_data(const options& o) {
    data_set set;
    if (o.data == "digits") {
        const std::size_t train = o.fast ? 2000 : 60000, test = o.fast ? 500 : 10000;
        set.splits = data::procedural_digits({.train = train, .test = test, .seed = 1});
    } else {
        set.splits = data::load(o.data);
        if (set.splits.test.size() == 0) {
            auto [rest, held] = data::hold_out(set.splits.train, set.splits.train.size() / 10, 1);
            set.splits.train = std::move(rest), set.splits.test = std::move(held);
        }
        if (o.fast) {
            auto [rest, held]  = data::hold_out(set.splits.train, std::min<std::size_t>(2000, set.splits.train.size() / 2), 1);
            set.splits.train   = std::move(held);
            auto [more, few]   = data::hold_out(set.splits.test, std::min<std::size_t>(500, set.splits.test.size() / 2), 1);
            set.splits.test    = std::move(few);
        }
    }
    return set;
}

template <class Model>
inline constexpr bool is_generative = requires { typename Model::prior_type; };

// Samples, reconstructions, what each latent dimension does, and the plane when there are two.
template <class Model>
void standard_pictures(run_of<Model>& run) {
    using data_shape = typename Model::data;
    constexpr std::size_t N = Model::latent::size, size = data_shape::size;
    auto&                 m = run.model();
    if constexpr (is_generative<Model>) run.show("samples", grid(m.sample(100), {.columns = 10, .scale = 2}), "Samples", "means of the likelihood at draws of the prior");

    const auto       x    = run.set.test_rows(10);
    const auto       back = m.reconstruct(x);
    rows<data_shape> pairs{x};
    pairs.values.insert(pairs.values.end(), back.values.begin(), back.values.end());
    run.show("reconstructions", grid(pairs, {.columns = 10, .scale = 2}), "Reconstructions", "test images above, their reconstructions below");

    const auto         z = m.encode(std::span<const float>(x).first(size));
    constexpr int      steps = 9;
    const std::size_t  shown = std::min<std::size_t>(N, 10);
    std::vector<float> codes;
    for (std::size_t j = 0; j < shown; ++j)
        for (int s = 0; s < steps; ++s) {
            codes.insert(codes.end(), z.values.begin(), z.values.end());
            codes[codes.size() - N + j] = -3.0f + 6.0f * static_cast<float>(s) / (steps - 1);
        }
    run.show("traversals", grid(m.decode(codes), {.columns = steps, .scale = 2}), "Traversals", "one latent dimension a row, from -3 to 3");

    if constexpr (N == 2) {
        std::vector<float> plane;
        for (int row = 0; row < 20; ++row)
            for (int column = 0; column < 20; ++column) plane.insert(plane.end(), {-3.0f + 6.0f * static_cast<float>(column) / 19, 3.0f - 6.0f * static_cast<float>(row) / 19});
        run.show("manifold", grid(m.decode(plane), {.columns = 20, .padding = 0}), "The latent plane", "from -3 to 3 in each direction");
        if (run.set.splits.test.labelled()) {
            const auto codes_of = m.encode(run.set.test_rows(2000));
            const std::vector<std::uint8_t> labels(run.set.splits.test.labels.begin(), run.set.splits.test.labels.begin() + static_cast<std::ptrdiff_t>(codes_of.size()));
            const auto svg = io::scatter_plot(codes_of.values, labels, {.title = "codes by class"});
            io::write_svg(run.folder + "/codes.svg", svg);
            run.page.add_drawing(svg, "Codes of test images", "coloured by class");
        }
    }
}

// -log p(x) by importance sampling, and how many latent dimensions are used.
template <class Model>
void likelihood_numbers(run_of<Model>& run, const std::string& pixels) {
    const auto count = static_cast<std::size_t>(run.given.number("nll_images"));
    const auto turns = std::max<std::size_t>(1, static_cast<std::size_t>(run.given.number("nll_samples")) / 50);
    if (count > 0 && !run.given.fast) {
        const auto x = run.set.test_rows(count);
        const auto e = eval::negative_log_likelihood(run.model(), x, turns, 1);
        char       note[160];
        std::snprintf(note, sizeof note, "nats, %zu samples, %zu images, standard error %.3f, %s pixels", e.samples, e.images, e.standard_error, pixels.c_str());
        run.number("test NLL", e.value, note);
        run.number("active units", static_cast<double>(eval::active_units(run.model(), x)), "of " + std::to_string(Model::latent::size));
    }
}

template <class Model>
void standard_numbers(run_of<Model>& run) {
    const std::string pixels = data::batches(run.set.splits.test, {1, false, run.set.binarise}).pixels_name();
    for (const named_value& v : run.train.evaluate(run.set.splits.test)) run.number("test " + v.name, v.value, "nats an image, " + pixels + " pixels");
    if constexpr (is_generative<Model>) likelihood_numbers(run, pixels);
}

// The output biases begin at the logits of the data's mean pixels: Burda et al. (2016), code.
template <class Model>
void begin_at_the_data_mean(run_of<Model>& run, const char* bias) {
    const data::images& set  = run.set.splits.train;
    const auto          to   = run.model().tensor(bias);
    std::vector<double> mean(to.size(), 0.0);
    for (std::size_t i = 0; i < set.pixels.size(); ++i) mean[i % to.size()] += set.pixels[i] / 255.0 / static_cast<double>(set.size());
    for (std::size_t i = 0; i < to.size(); ++i) {
        const double m = std::clamp(mean[i], 0.001, 0.999);
        to[i]          = static_cast<float>(std::log(m / (1 - m)));
    }
}

inline std::vector<setting> common_settings() {
    return {{"learning_rate", 1e-3, "of Adam, falling along a cosine to a hundredth of it"},
            {"binarise", 0.0, "1: draw each pixel anew whenever it is seen"},
            {"average", 0.0, "decay of the running average of the weights that is evaluated; 0: none"},
            {"nll_images", 1000.0, "test images for the importance-sampled likelihood"},
            {"nll_samples", 1000.0, "samples of each"}};
}

template <class Model>
int main_of(trainer_card card, int argc, char** argv, change<Model> configure = {}, picture_of<Model> pictures = standard_pictures<Model>,
            picture_of<Model> numbers = standard_numbers<Model>, picture_of<Model> begin = {}) {
    for (const setting& s : common_settings())
        if (std::none_of(card.settings.begin(), card.settings.end(), [&](const setting& own) { return own.name == s.name; })) card.settings.push_back(s);
    const auto parsed = parse_options(argc, argv, card);
    if (const auto* wrong = std::get_if<wrong_arguments>(&parsed)) {
        std::fprintf(stderr, "%s\n", wrong->message.c_str());
        return wrong->exit_code;
    }
    const options& o = std::get<options>(parsed);
    if (o.help) {
        std::printf("%s", help_page(card).c_str());
        return exit_codes::done;
    }
    if (o.summary) {
        std::printf("%s\n%s", card.about.c_str(), describe<Model>(static_cast<std::int64_t>(o.batch)).c_str());
        return exit_codes::done;
    }
    try {
        data_set set  = load_data(o);
        set.binarise  = o.number("binarise") != 0;
        const double    epochs_in_all = static_cast<double>(o.epochs), rate = o.number("learning_rate");
        trainer_options how{.batch = o.batch, .seed = o.seed, .learning_rate = schedules::cosine{rate, rate / 100, epochs_in_all},
                            .average = o.number("average"), .binarise = set.binarise};
        if (configure) configure(how, o);
        trainer<Model, host> train(how, {.threads = static_cast<int>(o.threads)});
        io::report           page{.title = card.name, .subtitle = card.about, .command = command_of(o, card)};
        page.model_card  = describe<Model>(static_cast<std::int64_t>(o.batch));
        page.environment = io::environment_facts();
        run_of<Model> run{o, set, train, page, o.out};

        if (!o.evaluate.empty()) {
            load(train.model(), o.evaluate);
            if (numbers) numbers(run);
            return exit_codes::done;
        }
        if (begin) begin(run);
        std::filesystem::create_directories(o.out);
        checkpoint_folder folder(o.out, card.name, Model::latent::size);
        if (o.resume) {
            const auto newest = folder.newest();
            for (const std::string& warning : newest.warnings) std::fprintf(stderr, "%s\n", warning.c_str());
            if (newest.found) train.restore(newest.found->path, newest.found->file, newest.found->step);
        }
        io::json record = run_record(o, card);
        record.set("data", describe(set.splits.train)).set("parameters", parameter_count<Model>).set("threads", train.machine().threads());
        write_run(o.out + "/run.json", record);

        keep_checkpoints keep(train, folder);
        {
            history       log = o.resume ? history(o.out + "/metrics.jsonl", train.step()) : history(o.out + "/metrics.jsonl");
            show_progress bar;
            train.fit(set.splits.train, epochs(o.epochs), bar, log, keep);
        }
        if (keep.stopped()) {
            std::fprintf(stderr, "stopped; go on with --resume: %s\n", keep.write().c_str());
            return exit_codes::done;
        }
        train.swap_average();
        if (numbers) numbers(run);
        if (pictures) pictures(run);
        save(train.model(), o.out + "/" + card.name + ".safetensors");

        const auto lines = read_metrics(o.out + "/metrics.jsonl");
        std::vector<io::series> curves;
        for (const std::string& name : series_names(lines))
            if (name != "images_per_second" && name != "learning_rate" && name != "seconds") {
                io::series s{name, {}, {}};
                for (const io::json& l : lines)
                    if (l.find(name) != nullptr) s.x.push_back(l["step"].number()), s.y.push_back(l[name].number());
                curves.push_back(std::move(s));
            }
        const auto svg = io::line_plot(curves, {.title = "training", .x_label = "step", .y_label = "nats an image"});
        io::write_svg(o.out + "/curves.svg", svg);
        page.add_curve(svg, "Terms of the loss, means between two log lines");
        for (const auto& [name, value] : o.settings) page.configuration.push_back({name, command_line::plain(value)});
        page.configuration.push_back({"epochs", std::to_string(o.epochs)});
        page.configuration.push_back({"batch", std::to_string(o.batch)});
        page.configuration.push_back({"seed", std::to_string(o.seed)});
        io::write_report(o.out + "/report.html", page);
        std::printf("report   %s/report.html\n", o.out.c_str());
        return exit_codes::done;
    } catch (const diverged& e) {
        std::fprintf(stderr, "%s: %s\n", card.name.c_str(), e.what());
        return exit_codes::diverged;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s: %s\n", card.name.c_str(), e.what());
        return exit_codes::bad_file;
    }
}

}  // namespace elbo::examples
