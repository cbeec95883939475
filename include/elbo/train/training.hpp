// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/function.hpp>
#include <elbo/core/schedule.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/half_labelled.hpp>
#include <elbo/train/built.hpp>
#include <elbo/train/callback.hpp>
#include <elbo/train/update.hpp>

#include <chrono>
#include <stdexcept>

ELBO_COMPILED_ONCE

namespace elbo {

using schedule = function<double(double)>;  // of epochs done, a fraction within an epoch

// What a slot of the model is, as epochs are done: {"beta", a KL schedule}.
struct slot_schedule {
    std::string name;
    schedule    value;
};

struct trainer_options {
    std::size_t                batch         = 100;
    std::uint64_t              seed          = 1;
    any_optimizer              optimizer     = adam{};
    schedule                   learning_rate = schedules::constant{1e-3};
    std::vector<slot_schedule> slots         = {};
    double                     clip_norm     = 0;      // 0: gradients are taken as they are
    double                     average       = 0;      // decay of the weights' running average; 0: none
    double                     weight_decay  = 0;
    bool                       binarise      = false;  // draw each pixel anew each time it is seen
    std::size_t                log_every     = 100;    // steps; 0: at the ends of epochs alone
};

// A loss, a gradient or a parameter that is not finite: where it was first seen.
struct diverged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct epochs {
    std::uint64_t count;
    explicit epochs(std::uint64_t n) : count(n) {}
};

// What a model is trained by and judged by; the second is recorded when first used.
struct training_tapes {
    tape (*training)();
    tape (*evaluation)();
};

// Trains: batches, steps, optimiser, schedules. Everything is a function of (seed, step), so a run that is resumed from
// a checkpoint goes on bit for bit. This is the part of a trainer that is the same for every model: it knows an outline.
template <class Machine>
class training {
public:
    ELBO_COLD training(Machine& on, built<Machine>& model, training_tapes tapes, trainer_options o)
        : options_(std::move(o)),
          machine_(&on),
          model_(&model),
          tapes_(tapes),
          gradients_(of().parameter_count),
          slots_(of().parameter_count * options_.optimizer.slots()),
          average_(options_.average > 0 ? of().parameter_count : 0),
          update_(on, {options_.optimizer, options_.clip_norm, options_.average, options_.weight_decay}),
          training_(on, tapes.training(), capacity()),
          bound_(bindings_for<float>(training_.code())) {
        check(options_);
        bound_.seed = options_.seed;
        for (const input_outline& in : of().inputs) inputs_.emplace_back(options_.batch * in.size);
        for (std::size_t i = 0; i < inputs_.size(); ++i) bound_.inputs[i] = inputs_[i].data();
        for (const slot_schedule& s : options_.slots) need_slot(s.name);
        sums_.assign(training_.code().outputs.size(), 0);
    }

    Machine&               machine() { return *machine_; }
    const trainer_options& settings() const { return options_; }
    std::uint64_t          step() const { return step_; }
    std::span<const float> gradients() const { return gradients_.span(); }

    // Trains until `total` epochs are done, counted from step 0. Returns false when a callback asked to stop.
    template <class... Callbacks>
    bool fit(const data::images& set, epochs total, Callbacks&&... callbacks) {
        const std::vector<callback> tell{callback(callbacks)...};
        return fit({&set}, total, std::span<const callback>(tell));
    }
    // The first batch axis is fed with the images whose labels are known, the second with the others.
    template <class... Callbacks>
    bool fit(const data::half_labelled& sets, epochs total, Callbacks&&... callbacks) {
        const std::vector<callback> tell{callback(callbacks)...};
        return fit({&sets.labelled, &sets.unlabelled}, total, std::span<const callback>(tell));
    }
    // A set for each batch axis; axes beyond the last share it. An epoch is a pass over the largest: the others begin anew
    // whenever they end.
    ELBO_COLD bool fit(const std::vector<const data::images*>& sets, epochs total, std::span<const callback> callbacks) {
        const feeds              all(*this, sets, true, options_.binarise);
        const data::batches&     source    = all.largest();
        const std::size_t        per_epoch = source.count(options_.batch);
        using clock = std::chrono::steady_clock;
        const auto          began  = clock::now();
        std::uint64_t       images = 0;
        const std::uint64_t seen   = step_ / per_epoch * source.size() + step_ % per_epoch * options_.batch;
        const std::uint64_t to_see = total.count * source.size() - std::min<std::uint64_t>(seen, total.count * source.size());
        while (step_ < total.count * per_epoch) {
            const std::uint64_t epoch = step_ / per_epoch, within = step_ % per_epoch;
            const std::size_t   n = std::min(options_.batch, source.size() - static_cast<std::size_t>(within) * options_.batch);
            take_step(fill(all, step_), static_cast<double>(step_) / static_cast<double>(per_epoch));
            images += n;

            const bool     last    = step_ % per_epoch == 0;
            const double   seconds = std::chrono::duration<double>(clock::now() - began).count();
            progress_event now{epoch + 1, total.count, step_, within + 1, per_epoch, n, to_see, seconds,
                               seconds > 0 ? static_cast<double>(images) / seconds : 0, rate_, {}};
            // A line of the history comes before the checkpoint of its step: a run that is killed in between has both or none.
            if (last || (options_.log_every > 0 && step_ % options_.log_every == 0)) {
                mean_terms(now_terms_);
                now.terms = now_terms_;
                for (const callback& c : callbacks) c.log(now);
            }
            latest_terms(now_terms_);
            now.terms  = now_terms_;
            bool go_on = true;
            for (const callback& c : callbacks) go_on = c.after_step(now) && go_on;
            if (last) {
                check_finite();
                for (const callback& c : callbacks) go_on = c.after_epoch(now) && go_on;
            }
            if (!go_on) return false;
        }
        return true;
    }

    // The loss's terms on held-out data, layers in their evaluating mode: means over the set. All batch axes read it. Pixels are
    // drawn where training draws them, or as is said.
    std::vector<named_value> evaluate(const data::images& set) { return evaluate(set, options_.binarise); }
    ELBO_OUTLINE std::vector<named_value> evaluate(const data::images& set, bool binarise) {
        const feeds          all(*this, {&set}, false, binarise);
        const data::batches& source = all.largest();
        if (!evaluation_) evaluation_ = std::make_unique<program>(*machine_, tapes_.evaluation(), capacity());
        bindings<float>     b = bindings_for<float>(evaluation_->code());
        b.parameters          = model_->parameters_there();
        b.state               = model_->states_there();
        b.seed                = options_.seed ^ 0x6576616Cu;
        b.inputs              = bound_.inputs;
        std::vector<double> sums(evaluation_->code().outputs.size(), 0);
        for (std::size_t first = 0; first < source.size(); first += options_.batch) {
            const std::size_t n = std::min(options_.batch, source.size() - first);
            b.counts    = fill(all, first / options_.batch);
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
    void take_step(std::size_t n, double epochs_done) { take_step(row_counts_of(n), epochs_done); }
    ELBO_OUTLINE void take_step(const row_counts& counts, double epochs_done) {
        rate_         = options_.learning_rate(epochs_done);
        bound_.counts = counts;
        bound_.step   = static_cast<std::uint32_t>(step_);
        bound_.parameters = model_->parameters_there(), bound_.gradients = gradients_.data(), bound_.state = model_->states_there();
        for (std::size_t s = 0; s < bound_.slots.size(); ++s)
            for (const slot_schedule& given : options_.slots)
                if (given.name == training_.code().slots[s].name) bound_.slots[s] = given.value(epochs_done);
        for (std::size_t i = 0; i < inputs_.size(); ++i)
            if (const input_outline& in = of().inputs[i]; in.what == input_outline::kind::label)
                outlining::check_classes(in, input(i).first(static_cast<std::size_t>(counts[static_cast<std::size_t>(in.axis)])));
        training_.replay(bound_);
        const moving all{bound_.parameters, bound_.gradients, slots_.data(), average_.data(), of().parameter_count};
        bool         finite = true;
        if constexpr (is_remote<Machine>) update_.run(all, step_ + 1, rate_), finite = update_.finite();  // one wait for the step and what it moves
        for (std::size_t k = 0; k < sums_.size(); ++k) sums_[k] += static_cast<double>(output(k));
        ++summed_;
        for (node_id loss : training_.code().losses)
            if (!std::isfinite(training_[loss][0])) throw_diverged("the loss");
        if constexpr (!is_remote<Machine>) finite = update_.run(all, step_ + 1, rate_);
        if (!finite) throw_diverged("a gradient");
        ++step_;
    }
    std::span<float> input(std::size_t i) { return inputs_[i].span(); }

    // A parameter that is not finite shows in the next step's loss; where there is none, here.
    ELBO_COLD void check_finite() const {
        const auto look = [&](const std::vector<tensor_place>& places, std::span<const float> values) {
            for (const tensor_place& p : places)
                if (!all_finite(values.subspan(p.offset, p.size)))
                    throw diverged(sentence({"a parameter is not finite after step ", step_, ": first in ", p.name}));
        };
        look(of().parameters, model_->parameters());
        look(of().states, model_->states());
    }

    // ---- checkpoints: everything that a later step depends on ----
    ELBO_COLD outgoing_tensors tensors() {
        outgoing_tensors out;
        const auto&      places = of().parameters;
        out.add(places, std::as_const(*model_).parameters());
        out.add(of().states, std::as_const(*model_).states());
        const std::size_t n = of().parameter_count;
        for (std::size_t s = 0; n > 0 && s < slots_.size() / n; ++s)
            out.add(places, std::as_const(slots_).span().subspan(s * n, n), sentence({"optimizer.", s, "."}));
        if (average_.size() > 0) out.add(places, std::as_const(average_).span(), "average.");
        return out;
    }
    ELBO_COLD void restore(const std::string& path, const io::tensor_file& file, std::uint64_t step) {
        const auto&        places = of().parameters;
        const std::size_t  n      = of().parameter_count;
        std::vector<float> p(n), states(of().state_count), slots(slots_.size()), average(average_.size());
        weights::take(path, file, places, p);
        weights::take(path, file, of().states, states);
        for (std::size_t s = 0; n > 0 && s < slots.size() / n; ++s)
            weights::take(path, file, places, std::span(slots).subspan(s * n, n), sentence({"optimizer.", s, "."}));
        if (!average.empty()) weights::take(path, file, places, average, "average.");
        std::copy(p.begin(), p.end(), model_->parameters().begin());
        std::copy(states.begin(), states.end(), model_->states().begin());
        std::copy(slots.begin(), slots.end(), slots_.span().begin());
        std::copy(average.begin(), average.end(), average_.span().begin());
        std::fill(sums_.begin(), sums_.end(), 0.0);
        step_ = step, summed_ = 0;
    }
    // The averaged weights stand in for the model's own until called again.
    void swap_average() {
        if (average_.size() == 0 || step_ == 0) return;  // there is none before the first step
        const auto average = average_.span(), own = model_->parameters();
        std::swap_ranges(average.begin(), average.end(), own.begin());
    }

private:
    using program = typename Machine::program;

    const model_outline& of() const { return model_->outline(); }
    row_counts capacity() const { return row_counts_of(options_.batch); }
    ELBO_COLD static void check(const trainer_options& o) {
        const char* wrong = !o.learning_rate ? "expected a learning rate, got none" : !(o.average >= 0 && o.average < 1) ? "expected a decay of the average from 0 to below 1" : nullptr;
        for (const slot_schedule& s : o.slots)
            if (!s.value) wrong = "expected a schedule for each slot, got none";
        if (wrong != nullptr) throw std::invalid_argument(wrong);
    }
    void need_slot(const std::string& name) const {
        std::string known;
        for (const named_slot& s : training_.code().slots) {
            if (s.name == name) return;
            known += sentence({known.empty() ? "" : ", ", s.name});
        }
        throw std::invalid_argument(sentence({"the model has no slot ", name, known.empty() ? "" : ": it has ", known}));
    }
    static bool all_finite(std::span<const float> v) { return optimizing::all_finite(v); }
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

    // Where each batch axis gets its images.
    class feeds {
    public:
        feeds(const training& of, const std::vector<const data::images*>& sets, bool shuffled, bool binarise) {
            const trainer_options& o = of.options_;
            for (int axis = 1; axis < most_axes; ++axis) {
                const data::images& set = *sets[std::min(static_cast<std::size_t>(axis), sets.size()) - 1];
                outlining::check(of.of().inputs, set, axis);
                sources_.emplace_back(set, data::batch_rules{o.seed, shuffled, binarise});
                if (set.size() == 0) throw std::invalid_argument(sentence({set.name, ": there are no images to ", shuffled ? "train" : "evaluate", " on"}));
            }
        }
        const data::batches& of(int axis) const { return sources_[static_cast<std::size_t>(axis) - 1]; }
        const data::batches& largest() const {
            return *std::max_element(sources_.begin(), sources_.end(), [](const auto& a, const auto& b) { return a.size() < b.size(); });
        }

    private:
        std::vector<data::batches> sources_;
    };
    // The batches of a step, and how many rows they have.
    ELBO_OUTLINE row_counts fill(const feeds& from, std::uint64_t step) {
        struct batch {
            std::uint64_t epoch;
            std::size_t   first, n;
        };
        const auto batch_of = [&](int axis) {
            const data::batches& source = from.of(axis);
            const std::uint64_t  count = source.count(options_.batch), first = step % count * options_.batch;
            return batch{step / count, static_cast<std::size_t>(first), std::min(options_.batch, source.size() - static_cast<std::size_t>(first))};
        };
        for (std::size_t i = 0; i < inputs_.size(); ++i) {
            const input_outline& in  = of().inputs[i];
            const batch          now = batch_of(in.axis);
            outlining::fill(*machine_, in, inputs_[i].span(), from.of(in.axis), now.epoch, now.first, now.n);
        }
        row_counts counts{1};
        for (int axis = 1; axis < most_axes; ++axis) counts[static_cast<std::size_t>(axis)] = static_cast<std::int64_t>(batch_of(axis).n);
        return counts;
    }

    // Says where the first number that is not finite comes from. A loss: the step is replayed, every layer's output kept.
    // A gradient: it came from the loss downwards, so that its last layer was the first; parameters have moved already.
    [[noreturn]] ELBO_COLD void throw_diverged(const std::string& what) {
        std::string where;
        if (what == "the loss") {
            tape code = tapes_.training();
            for (const layer_output& l : code.layers) code.outputs.push_back({l.network, l.id});
            program            kept(*machine_, std::move(code), capacity());
            typename Machine::buffer spare_gradients(gradients_.size()), spare_states(model_->states().size());
            std::copy(model_->states().begin(), model_->states().end(), spare_states.span().begin());
            auto b = bound_;
            b.parameters = model_->parameters_there(), b.gradients = spare_gradients.data(), b.state = spare_states.data();
            kept.replay(b);
            for (const layer_output& l : kept.code().layers)
                if (where.empty() && !all_finite(kept[l.id])) where = sentence({"the output of ", l.network, ".", static_cast<unsigned>(l.index)});
        } else {
            for (const tensor_place& p : of().parameters)
                if (!all_finite(std::as_const(gradients_).span().subspan(p.offset, p.size))) where = sentence({"the gradient of ", p.name});
        }
        throw diverged(sentence({what, " is not finite at step ", step_ + 1, where.empty() ? "" : ": first in ", where}));
    }

    trainer_options                        options_;
    Machine*                               machine_;
    built<Machine>*                        model_;
    training_tapes                         tapes_;
    typename Machine::buffer               gradients_, slots_, average_;
    updater<Machine>                       update_;
    program                                training_;
    std::unique_ptr<program>               evaluation_;
    bindings<float>                        bound_;
    std::vector<typename Machine::staging> inputs_;
    std::vector<double>                    sums_;
    std::uint64_t                          summed_ = 0, step_ = 0;
    double                                 rate_ = 0;
    std::vector<named_value>               now_terms_;
};

}  // namespace elbo
