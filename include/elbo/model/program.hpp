// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/objective/terms.hpp>
#include <elbo/tape/batch_sums.hpp>
#include <elbo/tape/canonical.hpp>
#include <elbo/tape/passes.hpp>
#include <elbo/tape/plan.hpp>
#include <elbo/tape/recompute.hpp>

#include <utility>

namespace elbo {

// One tape per objective and mode.

template <class R, class V>
constexpr void output(R& record, const char* name, V v) {
    record.on.outputs.push_back({name, v.id});
}

namespace programs {

template <class Network>
inline constexpr bool network_fits = true;
template <class Network>
    requires requires { Network::fits; }
inline constexpr bool network_fits<Network> = Network::fits;

template <class... Nets>
constexpr bool all_fit(list<Nets...>) {
    return (network_fits<typename Nets::network> && ... && true);
}
// What was rejected is not recorded: its tape is empty.
template <class Model>
inline constexpr bool fits = layers::a_model<Model> && network_fits<Model> && all_fit(typename layout<Model>::nets{});

template <std::size_t Players, std::size_t Losses>
constexpr void every_player_must_have_one_loss() {
    static_assert(Players == Losses, "elbo: an objective has one loss for each player of its model: each_player(...)");
}

template <class Model, class Other>
constexpr void note(tape&, const Other&) {
    static_assert(contains<Other, list<>>, "elbo: an objective returns minimise(term(...), ...) or each_player(...)");
}
template <class Model, std::size_t N>
constexpr void note(tape& t, const loss_of<N>& loss) {
    every_player_must_have_one_loss<layout<Model>::players::size, 1>();
    t.losses.push_back(loss.total);
    t.outputs.push_back({"loss", loss.total});
    if constexpr (N > 1)
        for (const named_output& o : loss.terms) t.outputs.push_back(o);
}
template <class Model, class... L>
constexpr void note(tape& t, const losses_of<L...>& all) {
    every_player_must_have_one_loss<layout<Model>::players::size, sizeof...(L)>();
    for (node_id id : all.totals) t.losses.push_back(id);
    for (const named_output& o : all.terms) t.outputs.push_back(o);
}

// Gradients of a loss with respect to the parameters [begin, end).
ELBO_COLD constexpr void append_gradients_of(tape& t, node_id loss, node_id last, node_id one, std::size_t begin, std::size_t end) {
    const auto mine = [&](node_id id) {
        return t[id].what == verb::parameter && t[id].i >= static_cast<std::int32_t>(begin) && t[id].i < static_cast<std::int32_t>(end);
    };
    const auto gradient = differentiate(t, loss, one, mine);
    for (node_id id = 0; id < last && id <= loss; ++id)
        if (mine(id))
            if (const node_id g = gradient[static_cast<std::size_t>(id)]; g >= 0)
                t.effect(verb::store, t.spread_to(t[id].e, g), t[id].i);
}
// Every player's gradients, each with respect to its own segment, all at the same parameters.
template <class Model>
constexpr void append_gradients(tape& t) {
    const node_id last = t.size(), one = t.constant(1);
    for (std::size_t p = 0; p < t.losses.size(); ++p) append_gradients_of(t, t.losses[p], last, one, layout<Model>::begin(p), layout<Model>::begin(p + 1));
}

// The loss, its terms, its gradients and the changes of state of one step, as they were recorded.
struct recorded_step {
    tape    code;
    node_id forward = 0;  // where the gradients begin
};
template <class Model>
ELBO_COLD constexpr void append_backward_pass(recorded_step& step) {
    canonicalise(step.code);
    if constexpr (requires { Model::segments; }) order_by_time(step.code);
    step.forward = step.code.size();
    append_gradients<Model>(step.code);
}
template <class Model>
constexpr recorded_step recorded_training() {
    recorded_step                step;
    recorder<Model, mode::train> record{step.code};
    if constexpr (fits<Model>) note<Model>(step.code, Model::objective(record)), append_backward_pass<Model>(step);
    return step;
}

// The same, as machines run it. A model with `static constexpr int segments` keeps little between its forward and its
// backward pass: see recompute.hpp. (Recorded here, not by the above: each call is a line in the message of a rejection.)
template <class Model>
constexpr tape training() {
    recorded_step                step;
    recorder<Model, mode::train> record{step.code};
    if constexpr (fits<Model>) note<Model>(step.code, Model::objective(record)), append_backward_pass<Model>(step);
    if constexpr (requires { Model::segments; }) recompute(step.code, step.forward, Model::segments);
    batch_sums(step.code);
    return std::move(step.code);
}

// The same loss with the layers in their evaluating mode, without gradients.
template <class Model>
constexpr tape evaluation() {
    tape                           t;
    recorder<Model, mode::evaluate> record{t};
    if constexpr (fits<Model>) note<Model>(t, Model::objective(record));
    canonicalise(t);
    return t;
}

// Anything else that a model can compute: f(record) calls output(record, name, value).
template <class Model, class F>
constexpr tape of(F f) {
    tape                           t;
    recorder<Model, mode::evaluate> record{t};
    if constexpr (fits<Model>) f(record);
    canonicalise(t);
    return t;
}

}  // namespace programs

// What training a model costs, before anything runs. Every figure is a function of the very tape that runs.
template <class Model>
struct plan {
    static_assert(a_model_must_have_networks<Model>());

    static constexpr std::int64_t parameters = static_cast<std::int64_t>(layout<Model>::parameters);

    static constexpr cost step(std::int64_t batch) {
        return measure(programs::training<Model>(), {1, batch, batch, batch});
    }
    // Parameters, gradients, states and the activations of a step at its fullest, in float32; optimisers keep up to
    // two more buffers of the parameters' size.
    static constexpr std::int64_t bytes(std::int64_t batch) {
        return 4 * (2 * parameters + static_cast<std::int64_t>(layout<Model>::states) + step(batch).live);
    }
    static constexpr std::int64_t activation_bytes(std::int64_t batch) { return 4 * step(batch).live; }
    static constexpr std::int64_t flops(std::int64_t batch) { return step(batch).flops; }
    static constexpr int          verbs() { return step(1).verbs; }
};
template <class Model>
inline constexpr plan<Model> plan_of{};

inline namespace literals {
constexpr std::int64_t operator""_KiB(unsigned long long n) { return static_cast<std::int64_t>(n) << 10; }
constexpr std::int64_t operator""_MiB(unsigned long long n) { return static_cast<std::int64_t>(n) << 20; }
}  // namespace literals

}  // namespace elbo
