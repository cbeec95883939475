// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/activation.hpp>
#include <elbo/layer/linear.hpp>
#include <elbo/layer/stack.hpp>
#include <elbo/model/loop_options.hpp>

namespace elbo {

namespace zoo {

// What a sequence model reads: shape<T, N> is T frames of N numbers; a grey image is a sequence of its rows.
template <class Data>
struct sequence_in {
    static constexpr bool        is_one = false;
    static constexpr std::size_t length = 1, width = 1;
};
template <std::size_t T, std::size_t N>
struct sequence_in<shape<T, N>> {
    static constexpr bool        is_one = true;
    static constexpr std::size_t length = T, width = N;
};
template <std::size_t H, std::size_t W>
struct sequence_in<shape<1, H, W>> : sequence_in<shape<H, W>> {};

template <class Option>
inline constexpr bool is_sequence_option =
    is_one_of<Option, loop_option::hidden, loop_option::codes, loop_option::features, loop_option::likelihood, loop_option::segments>;

template <class Data>
constexpr bool a_sequence_model_must_begin_with_a_sequence() {
    static_assert(sequence_in<Data>::is_one, "elbo: a sequence is shape<steps, numbers>, or a grey image, row by row");
    return sequence_in<Data>::is_one;
}
template <class... Options>
constexpr bool options_of_a_sequence_model_must_be_known() {
    constexpr bool known = (is_sequence_option<Options> && ... && true);
    static_assert(known, "elbo: not an option of a sequence model: hidden_units<N>, code_size<N>, feature_size<N>, with_likelihood<F>, in_segments<S>");
    return known;
}
template <loop_numbers N, bool Codes>
constexpr bool a_sequence_model_needs_its_numbers() {
    constexpr bool all = N.hidden > 0 && N.features > 0 && (N.codes > 0) == Codes;
    static_assert(all, "elbo: vrnn needs hidden_units<N>, code_size<N> and feature_size<N>, recurrent_net hidden_units<N> and feature_size<N>");
    return all;
}
template <class Frame, class Family>
constexpr bool frames_must_parametrise_the_likelihood() {
    constexpr bool fits = parametrised_by<Frame, Family>;
    static_assert(fits, "elbo: the likelihood of a sequence model has one parameter for each number of a frame: bernoulli");
    return fits;
}
template <class Data, bool Codes, class... Options>
constexpr bool sequence_model_fits() {
    if constexpr (!a_sequence_model_must_begin_with_a_sequence<Data>()) return false;
    else if constexpr (!options_of_a_sequence_model_must_be_known<Options...>()) return false;
    else if constexpr (!an_option_must_be_given_once<Options...>()) return false;
    else if constexpr (!a_sequence_model_needs_its_numbers<numbers_of<Options...>(), Codes>()) return false;
    else return frames_must_parametrise_the_likelihood<shape<sequence_in<Data>::width>, typename likelihood_in<Options...>::type>();
}

// What vrnn and recurrent_net share: the sequence, its numbers, how a frame is seen.
template <class Data, bool Codes, class... Options>
struct sequence_model : recomputed<numbers_of<Options...>().segments> {
    using verdict = std::bool_constant<sequence_model_fits<Data, Codes, Options...>()>;
    using data    = std::conditional_t<sequence_in<Data>::is_one, Data, shape<1, 1>>;
    using inputs  = list<data>;
    using family  = std::conditional_t<verdict::value, typename likelihood_in<Options...>::type, bernoulli>;

    static constexpr bool         fits = verdict::value;
    static constexpr loop_numbers n    = sound(numbers_of<Options...>());
    static constexpr std::size_t  length = sequence_in<data>::length, width = sequence_in<data>::width;

    struct look : stack<shape<width>, linear<n.features>, act::relu> {};

    static constexpr auto frame(auto sequence, std::size_t t) { return slice<width>(sequence, t * width); }
};

}  // namespace zoo

// VRNN, Chung et al. (2015): a variational autoencoder at every step of a recurrence, with a prior that has learned.
// Equations are the paper's.
//
//     struct rows : vrnn<shape<1, 28, 28>, hidden_units<256>, code_size<50>, feature_size<128>> {};
template <class Data, class... Options>
struct vrnn : zoo::sequence_model<Data, true, Options...> {
    using base = zoo::sequence_model<Data, true, Options...>;
    using data = typename base::data;
    using look = typename base::look;
    using base::frame;

    static constexpr zoo::loop_numbers n = base::n;
    static constexpr std::size_t       length = base::length, width = base::width;

    struct grasp : stack<shape<n.codes>, linear<n.features>, act::relu> {};
    struct prior_net : stack<shape<n.hidden>, linear<n.features>, act::relu, linear<2 * n.codes>, to<diagonal_normal<n.codes>>> {};
    struct encoder : stack<shape<n.features + n.hidden>, linear<n.features>, act::relu, linear<2 * n.codes>, to<diagonal_normal<n.codes>>> {};
    struct decoder : stack<shape<n.features + n.hidden>, linear<n.features>, act::relu, linear<width>, to<typename base::family>> {};
    struct cell : lstm<2 * n.features, n.hidden> {};

    using latent     = shape<length * n.codes>;
    using prior_type = prior_net;
    using networks   = list<net<"look", look>, net<"grasp", grasp>, net<"prior", prior_net>, net<"encoder", encoder>,
                            net<"decoder", decoder>, net<"cell", cell>>;

    // sum_t -log p(x_t | z_<=t, x_<t) + KL(q(z_t | x_<=t, z_<t) || p(z_t | x_<t, z_<t)): eq. 11
    static constexpr auto objective(auto& record) {
        const auto nothing = spread<value<scalar>>(constant(record, 0));
        auto       fit = nothing, nats = nothing;
        follow(record, [&](std::size_t t, auto q, auto p) {
            const auto z = q.sample(record, "z", static_cast<int>(t));
            nats         = nats + kl(q, p, z);
            return z;
        }, [&](std::size_t, auto px, auto x) { fit = fit - px.log_density(x); });
        return minimise(term("reconstruction", fit), term("kl", slot(record, "beta", 1.0), nats));
    }

    // Along a sequence, K samples of each side by side: code(t, q, p) is z_t; see(t, px, x) sees what each frame was
    // thought to be, and what it is.
    template <int K = 1, class See = zoo::blind>
    static constexpr void follow(auto& record, auto code, See see = {}) {
        const auto xs   = spread<value<data, batch<1>, K>>(input<data>(record));
        auto       past = cell::template zero_state<K>(record);
        for (std::size_t t = 0; t < length; ++t) {
            const auto x    = frame(xs, t);
            const auto seen = run<look>(record, x, turn_at(t));
            const auto p    = run<prior_net>(record, past.h, turn_at(t));                              // eq. 5
            const auto q    = run<encoder>(record, join_columns(seen, past.h), turn_at(t));            // eq. 9
            const auto held = run<grasp>(record, code(t, q, p), turn_at(t));
            see(t, run<decoder>(record, join_columns(held, past.h), turn_at(t)), x);                   // eq. 6
            past = run<cell>(record, join_columns(seen, held), past, turn_at(t));                      // eq. 7
        }
    }
    // Without one: code(t, p) is z_t, and what is drawn is what is seen.
    static constexpr auto imagine(auto& record, auto code) {
        std::array<value<shape<width>>, length> means{};
        auto                                    past = cell::zero_state(record);
        for (std::size_t t = 0; t < length; ++t) {
            const auto p    = run<prior_net>(record, past.h, turn_at(t));
            const auto held = run<grasp>(record, code(t, p), turn_at(t));
            const auto px   = run<decoder>(record, join_columns(held, past.h), turn_at(t));
            const auto seen = run<look>(record, px.sample(record, "frame", static_cast<int>(t)), turn_at(t));
            past            = run<cell>(record, join_columns(seen, held), past, turn_at(t));
            means[t]        = px.mean();
        }
        return in_shape<data>(join_columns(means));
    }

    // ---- programs: codes are those of all steps, beside each other ----
    static constexpr void encode(auto& record) {
        std::array<value<shape<n.codes>>, length> means{};
        follow(record, [&](std::size_t t, auto q, auto) { return means[t] = q.mean(); });
        output(record, "mean", join_columns(means));
    }
    static constexpr void reconstruct(auto& record) {
        std::array<value<shape<width>>, length> means{};
        follow(record, [](std::size_t, auto q, auto) { return q.mean(); }, [&](std::size_t t, auto px, auto) { means[t] = px.mean(); });
        output(record, "mean", in_shape<data>(join_columns(means)));
    }
    static constexpr void decode(auto& record) {
        const auto z = argument<latent>(record, 0);
        output(record, "mean", imagine(record, [&](std::size_t t, auto) { return slice<n.codes>(z, t * n.codes); }));
    }
    static constexpr void generate(auto& record) {
        output(record, "mean", imagine(record, [&](std::size_t t, auto p) { return p.sample(record, "prior", static_cast<int>(t)); }));
    }
    template <int K>
    static constexpr void log_weights(auto& record) {
        auto weight = spread<value<scalar, batch<1>, K>>(constant(record, 0));
        follow<K>(record, [&](std::size_t t, auto q, auto p) {
            const auto z = q.sample(record, "z", static_cast<int>(t));
            weight       = weight + p.log_density(z) - q.log_density(z);
            return z;
        }, [&](std::size_t, auto px, auto x) { weight = weight + px.log_density(x); });
        output(record, "log weights", weight);
    }

private:
    static constexpr turn turn_at(std::size_t t) { return {static_cast<int>(t)}; }
};

// The same recurrence without codes: each frame from those before it. What it costs is -log p(x) itself.
//
//     struct rows : recurrent_net<shape<1, 28, 28>, hidden_units<256>, feature_size<128>> {};
template <class Data, class... Options>
struct recurrent_net : zoo::sequence_model<Data, false, Options...> {
    using base = zoo::sequence_model<Data, false, Options...>;
    using data = typename base::data;
    using look = typename base::look;
    using base::frame;

    static constexpr zoo::loop_numbers n = base::n;
    static constexpr std::size_t       length = base::length, width = base::width;

    struct decoder : stack<shape<n.hidden>, linear<n.features>, act::relu, linear<width>, to<typename base::family>> {};
    struct cell : lstm<n.features, n.hidden> {};

    using networks = list<net<"look", look>, net<"decoder", decoder>, net<"cell", cell>>;

    static constexpr auto objective(auto& record) {
        const auto xs   = input<data>(record);
        auto       fit  = spread<value<scalar>>(constant(record, 0));
        auto       past = cell::zero_state(record);
        for (std::size_t t = 0; t < length; ++t) {
            const turn now{static_cast<int>(t)};
            const auto x = frame(xs, t);
            fit          = fit - run<decoder>(record, past.h, now).log_density(x);
            past         = run<cell>(record, run<look>(record, x, now), past, now);
        }
        return minimise(term("surprise", fit));
    }
    static constexpr void generate(auto& record) {
        std::array<value<shape<width>>, length> means{};
        auto                                    past = cell::zero_state(record);
        for (std::size_t t = 0; t < length; ++t) {
            const turn now{static_cast<int>(t)};
            const auto px = run<decoder>(record, past.h, now);
            means[t]      = px.mean();
            past          = run<cell>(record, run<look>(record, px.sample(record, "frame", now.index), now), past, now);
        }
        output(record, "mean", in_shape<data>(join_columns(means)));
    }
};

}  // namespace elbo
