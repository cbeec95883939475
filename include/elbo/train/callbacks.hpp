// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/function.hpp>
#include <elbo/train/checkpoint.hpp>
#include <elbo/train/early_stopping.hpp>
#include <elbo/train/metrics.hpp>
#include <elbo/train/progress.hpp>
#include <elbo/train/signals.hpp>
#include <elbo/train/training.hpp>

#include <cstdio>
#include <cstdlib>
#include <optional>

// The callbacks that nearly every run wants.

ELBO_COMPILED_ONCE

namespace elbo {

// A bar on a terminal, lines in a pipe.
class show_progress {
public:
    explicit show_progress(std::FILE* sink = stderr) : bar_(sink) {}

    void after_step(const progress_event& e) {
        bar_.step({e.epoch, e.epochs, e.step_in_epoch, e.steps_per_epoch, 0, 0, e.terms}, done_ += e.batch, e.images_in_all);
    }
    ~show_progress() { bar_.finish(); }

private:
    progress_bar  bar_;
    std::uint64_t done_ = 0;
};

// One JSON line each time there is something to log.
class history {
public:
    explicit history(std::string path) : log_(std::move(path)) {}
    history(std::string path, std::uint64_t resumed_at) : log_(std::move(path), resumed_at) {}

    // What is measured at the end of each epoch stands in that step's line.
    history& at_epoch_ends(function<std::vector<named_value>()> measure) {
        measure_ = std::move(measure);
        return *this;
    }
    void log(const progress_event& e) {
        std::vector<named_value> values(e.terms.begin(), e.terms.end());
        if (measure_ && e.step_in_epoch == e.steps_per_epoch)
            for (named_value& v : measure_()) values.push_back(std::move(v));
        values.push_back({"images_per_second", e.images_per_second});
        values.push_back({"learning_rate", e.learning_rate});
        log_.add(e.step, e.epoch, log_.seconds_before() + e.seconds, values);
    }

private:
    metrics_log log_;
    function<std::vector<named_value>()> measure_;
};

// What a run's steps depend on besides its data, as its files tell it.
inline std::map<std::string, std::string> settings_of_a_run(const trainer_options& o) {
    return {{"seed", std::to_string(o.seed)}, {"batch", std::to_string(o.batch)}, {"optimizer", o.optimizer.name()}};
}

// The first that a file tells otherwise, in words; empty where there is none.
inline std::string other_setting(const std::map<std::string, std::string>& told, const trainer_options& o) {
    for (const auto& [key, value] : settings_of_a_run(o))
        if (const auto at = told.find(key); at != told.end() && at->second != value) return key + " " + io::printable(at->second) + ", not " + value;
    return "";
}

// Checkpoints every so many seconds and at each epoch's end; a signal finishes the step, writes one and stops. What is
// not finite is not written.
template <class Machine>
class keep_checkpoints {
public:
    keep_checkpoints(training<Machine>& of, checkpoint_folder folder, double seconds = 60)
        : of_(of), folder_(std::move(folder)), every_(seconds) {}

    bool after_step(const progress_event& e) {
        if (stop_.asked() != 0) return write(), false;
        last_ = std::min(last_, e.seconds);  // seconds are those of a call of fit
        if (e.seconds - last_ >= every_) write(), last_ = e.seconds;
        return true;
    }
    void after_epoch(const progress_event& e) {
        if (e.epoch == e.epochs || e.seconds - last_ >= every_ / 4) write(), last_ = e.seconds;
    }
    // Gives the path.
    const std::string& write() {
        if (written_at_ == of_.step()) return path_;
        of_.check_finite();
        const auto tensors = of_.tensors();
        path_       = folder_.write(of_.step(), tensors.entries(), settings_of_a_run(of_.settings()));
        written_at_ = of_.step();
        return path_;
    }
    bool               stopped() const { return stop_.asked() != 0; }
    const std::string& path() const { return path_; }  // of the last one

private:
    training<Machine>&           of_;
    checkpoint_folder            folder_;
    double                       every_, last_ = 0;
    std::string                  path_;
    std::optional<std::uint64_t> written_at_;
    stop_request                 stop_;
};

struct resumed {
    std::string              path;  // empty: there was none, and training begins anew
    std::vector<std::string> warnings;
};

// Goes on from the newest checkpoint that can be read. Batches and noise are functions of the seed and the step, and
// what a step is depends on the batch: with others it would be another run.
template <class Machine>
resumed resume(training<Machine>& train, const checkpoint_folder& folder) {
    folder.remove_leftovers();
    newest_checkpoint newest = folder.newest();
    if (!newest.found) return {{}, std::move(newest.warnings)};
    const found_checkpoint& found = *newest.found;
    if (const std::string other = other_setting(found.file.metadata, train.settings()); !other.empty())
        throw io::bad_file(found.path + ": it was trained with " + other);
    train.restore(found.path, found.file, found.step);
    return {found.path, std::move(newest.warnings)};
}

// Every digit that tells it from its neighbours.
inline std::string exact_text(double x) {
    char room[32];
    std::snprintf(room, sizeof room, "%.17g", x);
    return room;
}

// Looks at held-out images after each epoch; keeps the best weights as best-*.safetensors, and stops when `rule` has
// seen enough. A resumed run counts on from the best that lies in its folder.
template <class Machine>
class stop_early {
public:
    stop_early(training<Machine>& of, const data::images& held_out, early_stopping rule) : of_(of), held_out_(held_out), rule_(rule) {}
    stop_early(training<Machine>& of, const data::images& held_out, early_stopping rule, checkpoint_folder best)
        : of_(of), held_out_(held_out), rule_(rule), best_(std::move(best)) {}

    bool after_epoch(const progress_event& e) {
        if (rule_.looks == 0 && best_) count_on(e);
        loss_ = of_.evaluate(held_out_).front().value;
        if (rule_.look(loss_, e.step) && best_) {
            of_.check_finite();
            const auto tensors = of_.tensors();
            auto       told    = settings_of_a_run(of_.settings());
            told["held out loss"] = exact_text(loss_);
            best_->write_best(e.step, tensors.entries(), told);
        }
        return !rule_.enough();
    }
    const early_stopping& rule() const { return rule_; }
    double                loss() const { return loss_; }  // of the last look

private:
    // The epochs between the best and the last one were looked at, in vain.
    void count_on(const progress_event& e) {
        const newest_checkpoint before = best_->best();
        if (!before.found || before.found->step >= e.step) return;
        const auto& told = before.found->file.metadata;
        const auto  loss = told.find("held out loss");
        if (loss == told.end()) return;
        if (!other_setting(told, of_.settings()).empty()) return;  // another run's
        const std::uint64_t epochs = (e.step - before.found->step) / e.steps_per_epoch;
        rule_.best    = std::strtod(loss->second.c_str(), nullptr);
        rule_.best_at = before.found->step;
        rule_.in_vain = static_cast<std::size_t>(epochs > 0 ? epochs - 1 : 0);
        rule_.looks   = rule_.in_vain + 1;
    }

    training<Machine>&               of_;
    const data::images&              held_out_;
    early_stopping                   rule_;
    std::optional<checkpoint_folder> best_;
    double                           loss_ = 0;
};

}  // namespace elbo
