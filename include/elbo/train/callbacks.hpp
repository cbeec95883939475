// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/train/checkpoint.hpp>
#include <elbo/train/early_stopping.hpp>
#include <elbo/train/metrics.hpp>
#include <elbo/train/progress.hpp>
#include <elbo/train/signals.hpp>
#include <elbo/train/trainer.hpp>

// What a trainer tells while it trains. A callback is any object with some of
//     after_step(event)    after every step; may return false: stop
//     log(event)           every `log_every` steps and at the end of an epoch; terms are means since the last
//     after_epoch(event)   may return false: stop

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

    void log(const progress_event& e) {
        std::vector<named_value> values(e.terms.begin(), e.terms.end());
        values.push_back({"images_per_second", e.images_per_second});
        values.push_back({"learning_rate", e.learning_rate});
        log_.add(e.step, e.epoch, log_.seconds_before() + e.seconds, values);
    }
    void add(const progress_event& e, std::span<const named_value> values) {
        log_.add(e.step, e.epoch, log_.seconds_before() + e.seconds, values);
    }

private:
    metrics_log log_;
};

// Checkpoints every so many seconds and at each epoch's end; a signal finishes the step, writes one and stops.
template <class Trainer>
class keep_checkpoints {
public:
    keep_checkpoints(Trainer& of, checkpoint_folder folder, double seconds = 60) : of_(of), folder_(std::move(folder)), every_(seconds) {}

    bool after_step(const progress_event& e) {
        if (stop_.asked()) return false;
        if (e.seconds - last_ >= every_) write(), last_ = e.seconds;
        return true;
    }
    void after_epoch(const progress_event& e) {
        if (e.epoch == e.epochs || e.seconds - last_ >= every_ / 4) write(), last_ = e.seconds;
    }
    std::string write() {
        const auto tensors = of_.tensors();
        return folder_.write(of_.step(), tensors.entries(), {{"seed", std::to_string(of_.settings().seed)}});
    }
    bool stopped() const { return stop_.asked(); }

private:
    Trainer&          of_;
    checkpoint_folder folder_;
    double            every_, last_ = 0;
    stop_request      stop_;
};

}  // namespace elbo
