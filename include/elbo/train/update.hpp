// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/train/average.hpp>
#include <elbo/train/clip.hpp>
#include <elbo/train/optimizer_any.hpp>

#include <atomic>
#include <cmath>

// Clipping, the optimiser and the running average of all parameters: one pass over memory, on the machine that has them.

ELBO_COMPILED_ONCE

namespace elbo {

struct update_options {
    any_optimizer optimizer    = adam{};
    double        clip_norm    = 0;  // 0: gradients are taken as they are
    double        average      = 0;  // decay of the weights' running average; 0: none
    double        weight_decay = 0;
};

// What moves, as the machine reaches it.
struct moving {
    float*       parameters = nullptr;
    const float* gradients  = nullptr;
    float*       slots      = nullptr;
    float*       average    = nullptr;  // null: none
    std::size_t  count      = 0;
};

// A machine whose numbers lie elsewhere calls formulas element by element, beside the host.
template <class Machine>
concept is_remote = requires { requires Machine::is_beside_the_host; };

// ---- in the host's memory: fixed parts, on all threads ----
template <class Machine>
class updater {
public:
    updater(Machine& on, update_options o) : machine_(&on), options_(std::move(o)) {}

    // Returns whether all gradients were finite. With a norm that is not, nothing moves.
    ELBO_OUTLINE bool run(const moving& all, std::uint64_t step, double rate) {
        constexpr std::size_t part = 16384;
        const std::span       g(all.gradients, all.count);
        double                scale = 1;
        if (options_.clip_norm > 0) {
            const double norm = global_norm(g);
            if (!std::isfinite(norm)) return false;
            scale = clip_scale(norm, options_.clip_norm);
        }
        const update_context<float> now{step, static_cast<float>(rate), static_cast<float>(scale), static_cast<float>(options_.weight_decay), all.count};
        std::atomic<bool>           finite{true};
        machine_->each_part(all.count, part, [&](std::size_t begin, std::size_t end) {
            const std::span p(all.parameters + begin, end - begin);
            if (!options_.optimizer.update(p, g.subspan(begin, end - begin), all.slots + begin, now))
                finite.store(false, std::memory_order_relaxed);
            if (all.average != nullptr)
                update_average<float>({all.average + begin, end - begin}, p, exponential_average{options_.average}.weight(step));
        });
        return finite;
    }

private:
    Machine*       machine_;
    update_options options_;
};

// ---- elsewhere ----
namespace optimizing {

// Whoever finds something writes the same.
ELBO_HD inline void note(float* that) {
#ifdef __CUDA_ARCH__
    *that = 1;
#else
    std::atomic_ref<float>(*that).store(1, std::memory_order_relaxed);
#endif
}

// What differs from step to step, where the device reads it: the launches stay the same.
template <class Formula>
struct step_now {
    Formula formula;
    float   take_average, keep_average;
};

// One parameter's step. A gradient that is not finite is noted and moves nothing.
template <class Formula, std::size_t Slots>
struct step_of_element {
    const step_now<Formula>* now;
    moving                   all;
    const float*             scale;  // of all gradients; null: 1
    float*                   not_finite;

    ELBO_HD void operator()(std::uint32_t i) const {
        const float g = scale == nullptr ? all.gradients[i] : all.gradients[i] * *scale;
        if (!(g - g == 0)) {
            note(not_finite);
            return;
        }
        float p = all.parameters[i];
        if constexpr (Slots == 1) now->formula(p, g, all.slots[i]);
        else now->formula(p, g, all.slots[i], all.slots[i + all.count]);
        all.parameters[i] = p;
        if (all.average != nullptr) all.average[i] = now->keep_average * all.average[i] + now->take_average * p;
    }
};

// Part i of `parts` sums, of numbers or of their squares.
template <bool Squared, class From>
struct sum_of_part {
    const From*   of;
    double*       to;
    std::size_t   count;
    std::uint32_t parts;

    ELBO_HD void operator()(std::uint32_t i) const {
        double s = 0;
        for (std::size_t k = i; k < count; k += parts) {
            const double x = static_cast<double>(of[k]);
            s += Squared ? x * x : x;
        }
        to[i] = s;
    }
};
// The scale of clip_scale(), or what is not finite.
struct scale_from_square {
    const double* square;
    double        limit;
    float*        scale;

    ELBO_HD void operator()(std::uint32_t) const {
        using std::sqrt;
        const double norm = sqrt(*square), wanted = limit / (norm + 1e-6);
        *scale = static_cast<float>(norm - norm == 0 ? (wanted < 1 ? wanted : 1.0) : norm - norm);
    }
};

}  // namespace optimizing

template <class Machine>
    requires is_remote<Machine>
class updater<Machine> {
public:
    updater(Machine& on, update_options o)
        : machine_(&on), options_(std::move(o)), sums_(options_.clip_norm > 0 ? parts + fewer + 1 : 0), scale_(1), now_(largest_now), not_finite_(1) {}

    // Starts; see finite(). What moves is the same each time.
    ELBO_OUTLINE void run(const moving& all, std::uint64_t step, double rate) {
        const update_context<float> now{step, static_cast<float>(rate), 1.0f, static_cast<float>(options_.weight_decay), all.count};
        const double                take = options_.average > 0 ? exponential_average{options_.average}.weight(step) : 0;
        options_.optimizer.visit(
            [&]<class O>(const O& own) {
                using of_this = decltype(own.formula(now));
                using of_step = optimizing::step_now<of_this>;
                static_assert(sizeof(of_step) <= largest_now && std::is_trivially_copyable_v<of_step>);
                const of_step said{own.formula(now), static_cast<float>(take), static_cast<float>(1 - take)};
                machine_->send(now_.data(), &said, sizeof said);
                machine_->run(launches_, [&] {
                    if (options_.clip_norm > 0) start_scaling(all);
                    machine_->each_element(all.count, optimizing::step_of_element<of_this, O::slots>{
                        reinterpret_cast<const of_step*>(now_.data()), all, options_.clip_norm > 0 ? scale_.data() : nullptr, not_finite_.data()});
                });
            });
    }
    // Whether all gradients since the last question were. Waits.
    bool finite() {
        machine_->wait();
        return std::exchange(*not_finite_.data(), 0.0f) == 0;
    }

private:
    static constexpr std::uint32_t parts = 8192, fewer = 64;
    static constexpr std::size_t   largest_now = 64;  // bytes

    // In three steps: as many sums at once as keep a GPU busy.
    void start_scaling(const moving& all) {
        using namespace optimizing;
        double *some = sums_.data(), *few = some + parts, *one = few + fewer;
        machine_->each_element(parts, sum_of_part<true, float>{all.gradients, some, all.count, parts});
        machine_->each_element(fewer, sum_of_part<false, double>{some, few, parts, fewer});
        machine_->each_element(1, sum_of_part<false, double>{few, one, fewer, 1});
        machine_->each_element(1, scale_from_square{one, options_.clip_norm, scale_.data()});
    }

    Machine*                                         machine_;
    update_options                                   options_;
    typename Machine::template memory<double>        sums_;
    typename Machine::template memory<float>         scale_;
    typename Machine::template memory<unsigned char> now_;
    typename Machine::staging                        not_finite_;
    typename Machine::recording                      launches_;
};

}  // namespace elbo
