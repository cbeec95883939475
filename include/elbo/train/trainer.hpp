// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/schedule.hpp>
#include <elbo/io/batches.hpp>
#include <elbo/train/average.hpp>
#include <elbo/train/clip.hpp>
#include <elbo/train/model.hpp>
#include <elbo/train/named_value.hpp>
#include <elbo/train/optimizer.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <variant>

namespace elbo {

using any_optimizer = std::variant<adam, adam_w, sgd, rms_prop, adagrad, ada_delta>;
using schedule      = std::function<double(double)>;  // of epochs done, a fraction within an epoch

struct trainer_options {
    std::size_t                     batch         = 100;
    std::uint64_t                   seed          = 1;
    any_optimizer                   optimizer     = adam{};
    schedule                        learning_rate = schedules::constant{1e-3};
    std::map<std::string, schedule> slots         = {};     // "beta": a KL schedule
    double                          clip_norm     = 0;      // 0: gradients are taken as they are
    double                          average       = 0;      // decay of the weights' running average; 0: none
    double                          weight_decay  = 0;
    bool                            binarise      = false;  // draw each pixel anew each time it is seen
    std::size_t                     log_every     = 100;    // steps
};

// A loss, a gradient or a parameter that is not finite: where it was first seen.
struct diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// What callbacks are told.
struct progress_event {
    std::uint64_t                epoch = 0, epochs = 0, step = 0, step_in_epoch = 0, steps_per_epoch = 0;
    std::size_t                  batch = 0;
    std::uint64_t                images_in_all = 0;  // in all: of this process
    double                       seconds = 0, images_per_second = 0, learning_rate = 0;
    std::span<const named_value> terms;  // means since the last event of its kind
};

struct epochs {
    std::uint64_t count;
    explicit epochs(std::uint64_t n) : count(n) {}
};

namespace zoo {

// A machine may say which verbs it has no kernel for: `static constexpr std::array lacking{verb::cholesky}`.
template <class Model, class Machine>
constexpr bool machine_must_have_every_verb_of_the_step() {
    if constexpr (requires { Machine::lacking; }) {
        constexpr bool complete = [] {
            for (const node& n : programs::training<Model>().nodes)
                for (verb v : Machine::lacking)
                    if (n.what == v) return false;
            return true;
        }();
        static_assert(complete, "elbo: the machine lacks a verb that this model's training step needs");
        return complete;
    } else return true;
}

}  // namespace zoo

// Trains a model: batches, steps, optimiser, schedules. Everything is a function of (seed, step), so a run that is
// resumed from a checkpoint goes on bit for bit.
//
//     trainer<fc_vae, host> train{{.batch = 100, .seed = 1}};
//     train.fit(digits.train, epochs(20), progress_bar{}, history{"run/metrics.jsonl"});
template <class Model, class Machine>
class trainer {
    static constexpr bool fits = zoo::machine_must_have_every_verb_of_the_step<Model, Machine>();

public:
    explicit trainer(trainer_options o = {}, typename Machine::options machine = {})
        : options_(std::move(o)),
          machine_(machine),
          model_(machine_, options_.seed, options_.batch),
          gradients_(layout<Model>::parameters),
          slots_(layout<Model>::parameters * std::visit([](const auto& opt) { return opt.slots; }, options_.optimizer)),
          average_(options_.average > 0 ? layout<Model>::parameters : 0),
          training_(machine_, programs::training<Model>(), capacity()),
          bound_(bindings_for<float>(training_.code())) {
        static_cast<void>(fits);
        bound_.parameters = model_.parameters().data();
        bound_.gradients  = gradients_.data();
        bound_.state      = model_.states().data();
        bound_.seed       = options_.seed;
        [&]<class... D>(list<D...>) { (inputs_.emplace_back(options_.batch * data_traits<D>::raw::size), ...); }(typename Model::inputs{});
        for (std::size_t i = 0; i < inputs_.size(); ++i) bound_.inputs[i] = inputs_[i].data();
        for (const auto& [name, unused] : options_.slots) need_slot(name);
        sums_.assign(training_.code().outputs.size(), 0);
    }

    built_model<Model, Machine>& model() { return model_; }
    Machine&                machine() { return machine_; }
    const trainer_options&  settings() const { return options_; }
    std::uint64_t           step() const { return step_; }
    std::span<const float>  gradients() const { return gradients_.span(); }

    // Trains until `total` epochs are done, counted from step 0. Returns false when a callback asked to stop.
    template <class... Callbacks>
    bool fit(const data::images& set, epochs total, Callbacks&&... callbacks) {
        check(set);
        const data::batches source(set, {options_.seed, true, options_.binarise});
        const std::size_t   per_epoch = source.count(options_.batch);
        if (per_epoch == 0) throw std::invalid_argument(set.name + ": there are no images to train on");
        using clock = std::chrono::steady_clock;
        const auto          began  = clock::now();
        std::uint64_t       images = 0;
        const std::uint64_t seen   = step_ / per_epoch * source.size() + step_ % per_epoch * options_.batch;
        const std::uint64_t to_see = total.count * source.size() - std::min<std::uint64_t>(seen, total.count * source.size());
        while (step_ < total.count * per_epoch) {
            const std::uint64_t epoch = step_ / per_epoch, within = step_ % per_epoch;
            const std::size_t   first = static_cast<std::size_t>(within) * options_.batch;
            const std::size_t   n     = std::min(options_.batch, source.size() - first);
            fill(source, epoch, first, n);
            take_step(n, static_cast<double>(step_) / static_cast<double>(per_epoch));
            images += n;

            const bool last = step_ % per_epoch == 0;
            const double seconds = std::chrono::duration<double>(clock::now() - began).count();
            progress_event now{epoch + 1, total.count, step_, within + 1, per_epoch, n, to_see, seconds,
                               seconds > 0 ? static_cast<double>(images) / seconds : 0, rate_, {}};
            // A line of the history comes before the checkpoint of its step: a run that is killed in between has both or none.
            if (last || step_ % options_.log_every == 0) {
                mean_terms(now_terms_);
                now.terms = now_terms_;
                (call_log(callbacks, now), ...);
            }
            latest_terms(now_terms_);
            now.terms  = now_terms_;
            bool go_on = true;
            (call_step(callbacks, now, go_on), ...);
            if (last) {
                check_finite();
                (call_epoch(callbacks, now, go_on), ...);
            }
            if (!go_on) return false;
        }
        return true;
    }

    // The loss's terms on held-out data, layers in their evaluating mode: means over the set.
    std::vector<named_value> evaluate(const data::images& set) {
        check(set);
        if (!evaluation_) evaluation_ = std::make_unique<program>(machine_, programs::evaluation<Model>(), capacity());
        const data::batches source(set, {options_.seed, false, options_.binarise});
        if (source.size() == 0) throw std::invalid_argument(set.name + ": there are no images to evaluate on");
        bindings<float>     b = bindings_for<float>(evaluation_->code());
        b.parameters          = model_.parameters().data();
        b.state               = model_.states().data();
        b.seed                = options_.seed ^ 0x6576616Cu;
        b.inputs              = bound_.inputs;
        std::vector<double> sums(evaluation_->code().outputs.size(), 0);
        for (std::size_t first = 0; first < source.size(); first += options_.batch) {
            const std::size_t n = std::min(options_.batch, source.size() - first);
            fill(source, 0, first, n);
            b.counts    = counts(n);
            b.first_row = static_cast<std::uint32_t>(first);
            evaluation_->replay(b);
            for (std::size_t k = 0; k < sums.size(); ++k)
                sums[k] += static_cast<double>((*evaluation_)[evaluation_->code().outputs[k].id][0]) * static_cast<double>(n);
        }
        std::vector<named_value> out;
        for (std::size_t k = 0; k < sums.size(); ++k)
            out.push_back({evaluation_->code().outputs[k].name, sums[k] / static_cast<double>(source.size())});
        return out;
    }

    // One step on the batch that lies in the inputs; for programs that fill them on their own.
    void take_step(std::size_t n, double epochs_done) {
        rate_         = options_.learning_rate(epochs_done);
        bound_.counts = counts(n);
        bound_.step   = static_cast<std::uint32_t>(step_);
        for (std::size_t s = 0; s < bound_.slots.size(); ++s)
            if (const auto found = options_.slots.find(training_.code().slots[s].name); found != options_.slots.end())
                bound_.slots[s] = found->second(epochs_done);
        training_.replay(bound_);
        for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k] += static_cast<double>(output(k));
        ++summed_;
        for (node_id loss : training_.code().losses)
            if (!std::isfinite(training_[loss][0])) throw_diverged("the loss");
        update();
        ++step_;
    }
    std::span<float> input(std::size_t i) { return inputs_[i].span(); }

    // A parameter that is not finite shows in the next step's loss; where there is none, here.
    void check_finite() const {
        const auto look = [&](const std::vector<tensor_place>& places, std::span<const float> values) {
            for (const tensor_place& p : places)
                if (!all_finite(values.subspan(p.offset, p.size)))
                    throw diverged("a parameter is not finite after step " + std::to_string(step_) + ": first in " + p.name);
        };
        look(parameter_places<Model>(), model_.parameters());
        look(state_places<Model>(), model_.states());
    }

    // ---- checkpoints: everything that a later step depends on ----
    outgoing_tensors tensors() {
        outgoing_tensors out;
        const auto       places = parameter_places<Model>();
        out.add(places, std::as_const(model_).parameters());
        out.add(state_places<Model>(), std::as_const(model_).states());
        const std::size_t n = layout<Model>::parameters;
        for (std::size_t s = 0; n > 0 && s < slots_.size() / n; ++s)
            out.add(places, std::as_const(slots_).span().subspan(s * n, n), "optimizer." + std::to_string(s) + ".");
        if (average_.size() > 0) out.add(places, std::as_const(average_).span(), "average.");
        return out;
    }
    void restore(const std::string& path, const io::tensor_file& file, std::uint64_t step) {
        const auto         places = parameter_places<Model>();
        const std::size_t  n      = layout<Model>::parameters;
        std::vector<float> p(n), states(layout<Model>::states), slots(slots_.size()), average(average_.size());
        weights::take(path, file, places, p);
        weights::take(path, file, state_places<Model>(), states);
        for (std::size_t s = 0; n > 0 && s < slots.size() / n; ++s)
            weights::take(path, file, places, std::span(slots).subspan(s * n, n), "optimizer." + std::to_string(s) + ".");
        if (!average.empty()) weights::take(path, file, places, average, "average.");
        std::copy(p.begin(), p.end(), model_.parameters().begin());
        std::copy(states.begin(), states.end(), model_.states().begin());
        std::copy(slots.begin(), slots.end(), slots_.span().begin());
        std::copy(average.begin(), average.end(), average_.span().begin());
        step_ = step;
    }
    // The averaged weights stand in for the model's own until called again.
    void swap_average() {
        if (average_.size() == 0) return;
        for (std::size_t i = 0; i < average_.size(); ++i) std::swap(average_.data()[i], model_.parameters()[i]);
    }

private:
    using program = typename Machine::program;

    row_counts capacity() const { return counts(options_.batch); }
    static row_counts counts(std::size_t n) {
        const auto rows = static_cast<std::int64_t>(n);
        return {1, rows, rows, rows};
    }
    void need_slot(const std::string& name) const {
        std::string known;
        for (const named_slot& s : training_.code().slots) {
            if (s.name == name) return;
            known += (known.empty() ? "" : ", ") + std::string(s.name);
        }
        throw std::invalid_argument("the model has no slot " + name + (known.empty() ? "" : ": it has " + known));
    }
    static bool all_finite(std::span<const float> v) {
        return std::all_of(v.begin(), v.end(), [](float x) { return std::isfinite(x); });
    }
    float output(std::size_t k) const { return training_[training_.code().outputs[k].id][0]; }

    void latest_terms(std::vector<named_value>& to) const {
        to.clear();
        for (std::size_t k = 0; k < sums_.size(); ++k) to.push_back({training_.code().outputs[k].name, static_cast<double>(output(k))});
    }
    void mean_terms(std::vector<named_value>& to) {
        to.clear();
        for (std::size_t k = 0; k < sums_.size(); ++k)
            to.push_back({training_.code().outputs[k].name, sums_[k] / static_cast<double>(std::max<std::uint64_t>(1, summed_))});
        std::fill(sums_.begin(), sums_.end(), 0.0);
        summed_ = 0;
    }

    template <class C>
    static void call_step(C& c, const progress_event& e, bool& go_on) {
        if constexpr (requires { c.after_step(e); }) {
            if constexpr (std::is_same_v<decltype(c.after_step(e)), bool>) go_on = c.after_step(e) && go_on;
            else c.after_step(e);
        }
    }
    template <class C>
    static void call_log(C& c, const progress_event& e) {
        if constexpr (requires { c.log(e); }) c.log(e);
    }
    template <class C>
    static void call_epoch(C& c, const progress_event& e, bool& go_on) {
        if constexpr (requires { c.after_epoch(e); }) {
            if constexpr (std::is_same_v<decltype(c.after_epoch(e)), bool>) go_on = c.after_epoch(e) && go_on;
            else c.after_epoch(e);
        }
    }

    // What the type knows is compared with what the data say, before anything is trained.
    static void check(const data::images& set) {
        const auto wrong = [&](const std::string& expected, const std::string& got) {
            throw std::invalid_argument(set.name + ": expected " + expected + ", got " + got);
        };
        [&]<class... D>(list<D...>) {
            (([&] {
                 using raw = typename data_traits<D>::raw;
                 if constexpr (requires { D::classes; }) {
                     if (!set.labelled()) wrong("labels", "none");
                     if (set.classes > D::classes)
                         wrong("at most " + std::to_string(D::classes) + " classes", std::to_string(set.classes));
                 } else if constexpr (requires { D::name; }) {
                     if (set.attribute_names.size() != raw::size)
                         wrong(std::to_string(raw::size) + " attributes an image", std::to_string(set.attribute_names.size()));
                 } else if constexpr (is_image<raw>) {
                     using I = image_of<raw>;
                     if (set.channels != I::channels || set.height != I::height || set.width != I::width)
                         wrong("images of " + size_text(I::channels, I::height, I::width), size_text(set.channels, set.height, set.width));
                 } else if (set.image_size() != raw::size)
                     wrong("images of " + std::to_string(raw::size) + " numbers", size_text(set.channels, set.height, set.width));
             }()),
             ...);
        }(typename Model::inputs{});
    }
    static std::string size_text(std::size_t c, std::size_t h, std::size_t w) {
        return std::to_string(c) + " x " + std::to_string(h) + " x " + std::to_string(w);
    }

    void fill(const data::batches& source, std::uint64_t epoch, std::size_t first, std::size_t n) {
        std::size_t number = 0;
        [&]<class... D>(list<D...>) {
            (([&] {
                 const auto to = inputs_[number++].span().first(n * data_traits<D>::raw::size);
                 if constexpr (requires { D::classes; }) source.labels(to, epoch, first, n);
                 else if constexpr (requires { D::name; }) source.attributes(to, epoch, first, n);
                 else source.pixels(to, epoch, first, n);
             }()),
             ...);
        }(typename Model::inputs{});
    }

    // Clipping, the optimiser and the running average in one pass over fixed parts of the buffers.
    void update() {
        constexpr std::size_t part = 16384;
        const std::size_t     n    = layout<Model>::parameters;
        const auto            g    = std::as_const(gradients_).span();
        float                 scale = 1;
        if (options_.clip_norm > 0) {
            const double norm = global_norm(g);
            if (!std::isfinite(norm)) throw_diverged("a gradient");
            scale = static_cast<float>(clip_scale(norm, options_.clip_norm));
        }
        update_context<float> now{step_ + 1, static_cast<float>(rate_), scale, static_cast<float>(options_.weight_decay), n};
        std::atomic<bool>     finite{true};
        machine_.each_part(n, part, [&](std::size_t begin, std::size_t end) {
            const std::span<float> p = model_.parameters().subspan(begin, end - begin);
            const auto             mine = g.subspan(begin, end - begin);
            double                 square = 0;
            for (std::size_t block = 0; block < norm_blocks(mine.size()); ++block) square += block_square_sum(mine, block);
            if (!std::isfinite(square)) finite.store(false, std::memory_order_relaxed);
            std::visit([&](const auto& optimizer) { optimizer.template update<float>(p, mine, slots_.data() + begin, now); },
                       options_.optimizer);
            if (average_.size() > 0)
                update_average<float>(average_.span().subspan(begin, end - begin), p, exponential_average{options_.average}.weight(now.step));
        });
        if (!finite) throw_diverged("a gradient");
    }

    // Says where the first number that is not finite comes from. A loss: the step is replayed, every layer's output kept.
    // A gradient: it came from the loss downwards, so that its last layer was the first; parameters have moved already.
    [[noreturn]] void throw_diverged(const std::string& what) {
        std::string where;
        if (what == "the loss") {
            tape code = programs::training<Model>();
            for (const layer_output& l : code.layers) code.outputs.push_back({l.network, l.id});
            program            kept(machine_, std::move(code), capacity());
            std::vector<float> spare_gradients(gradients_.size()), spare_states(model_.states().begin(), model_.states().end());
            auto               b = bound_;
            b.gradients = spare_gradients.data(), b.state = spare_states.data();
            kept.replay(b);
            for (const layer_output& l : kept.code().layers)
                if (where.empty() && !all_finite(kept[l.id])) where = std::string("the output of ") + l.network + "." + std::to_string(l.index);
        } else {
            for (const tensor_place& p : parameter_places<Model>())
                if (!all_finite(std::as_const(gradients_).span().subspan(p.offset, p.size))) where = "the gradient of " + p.name;
        }
        throw diverged(what + " is not finite at step " + std::to_string(step_ + 1) + (where.empty() ? "" : ": first in " + where));
    }

    trainer_options                        options_;
    Machine                                machine_;
    built_model<Model, Machine>            model_;
    typename Machine::buffer               gradients_, slots_, average_;
    program                                training_;
    std::unique_ptr<program>               evaluation_;
    bindings<float>                        bound_;
    std::vector<typename Machine::buffer>  inputs_;
    std::vector<double>                    sums_;
    std::uint64_t                          summed_ = 0, step_ = 0;
    double                                 rate_ = 0;
    std::vector<named_value>               now_terms_;
};

}  // namespace elbo
