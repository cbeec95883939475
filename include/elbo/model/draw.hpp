// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/draw_parts.hpp>

namespace elbo {

// DRAW, Gregor et al. (2015): looks at an image and paints one, step by step. Equations are the paper's.
//
//     struct whole    : draw<image, time_steps<10>, hidden_units<256>, code_size<100>> {};
//     struct attended : draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>> {};
//     struct by_label : draw<image, time_steps<10>, hidden_units<256>, code_size<100>, glimpses<2, 5>, conditioned_on<label<10>>> {};
template <class Image, class... Options>
struct draw : zoo::recomputed<zoo::numbers_of<Options...>().segments> {
    using verdict   = std::bool_constant<zoo::draw_fits<Image, Options...>()>;
    using data      = zoo::image_or_pixel<Image>;
    using family    = typename zoo::likelihood_in<Options...>::type;
    using condition = zoo::condition_in<Options...>;

    static constexpr bool              fits = verdict::value;  // what does not fit is not recorded
    static constexpr zoo::loop_numbers n    = zoo::sound(zoo::numbers_of<Options...>());

    using sight = std::conditional_t<n.attends, zoo::through_filters<data, n>, zoo::whole_image<data, n>>;

    struct encoder : lstm<sight::seen + n.hidden + condition::seen::size, n.hidden> {};
    struct posterior : stack<shape<n.hidden>, linear<2 * n.codes>, to<diagonal_normal<n.codes>>> {};
    struct decoder : lstm<n.codes + condition::seen::size, n.hidden> {};
    struct canvas_0 : beginning<data::size> {};
    struct encoder_0 : beginning<2 * n.hidden> {};
    struct decoder_0 : beginning<2 * n.hidden> {};
    struct paper : stack<data, to<std::conditional_t<fits, family, bernoulli>>> {};

    using latent     = shape<static_cast<std::size_t>(n.steps) * n.codes>;
    using prior_type = standard_normal;
    using inputs     = concat<list<data>, typename condition::inputs>;
    using networks   = concat<list<net<"encoder", encoder>, net<"posterior", posterior>, net<"decoder", decoder>>,
                              typename sight::networks,
                              list<net<"canvas", canvas_0>, net<"encoder_state", encoder_0>, net<"decoder_state", decoder_0>, net<"paper", paper>>>;

    // -log p(x) <= E -log p(x | c_T) + sum_t KL(q(z_t | ...) || N(0, I)): eq. 9-12
    static constexpr auto objective(auto& record) {
        auto       nats = spread<value<scalar>>(constant(record, 0));
        const auto px   = infer(record, [&](int t, auto q) {
            const auto z = q.sample(record, "z", t);                                           // eq. 6
            nats         = nats + kl(q, standard_normal_like(z), z);
            return z;
        });
        return minimise(term("reconstruction", -px.log_density(input<data>(record))),
                        term("kl", slot(record, "beta", 1.0), nats));
    }

    // The loop of eq. 3-8, K samples of each image side by side: code(t, q) is z_t; see(t, before, after) sees each step.
    template <int K = 1, class See = zoo::blind>
    static constexpr auto infer(auto& record, auto code, See see = {}) {
        const auto x   = spread<value<data, batch<1>, K>>(input<data>(record));
        auto       enc = encoder::state_of(first<encoder_0, value<shape<2 * n.hidden>, batch<1>, K>>(record));
        auto       now = empty<K>(record);
        for (int t = 0; t < n.steps; ++t) {
            if (n.stops_before(t)) enc = zoo::stopped(enc), now.dec = zoo::stopped(now.dec);
            const auto error = x - run<paper>(record, now.canvas).mean();                      // eq. 3
            const auto r     = sight::read(record, x, error, now.dec.h);                       // eq. 4
            enc              = run<encoder>(record, joined(record, join_columns(r, now.dec.h)), enc, turn{t});  // eq. 5
            const auto then  = now;
            now              = paint(record, then, code(t, run<posterior>(record, enc.h)), t);
            see(t, then, now);
        }
        return run<paper>(record, now.canvas);
    }
    // Without an image: code(t) is z_t, section 2.3.
    template <class See = zoo::blind>
    static constexpr auto imagine(auto& record, auto code, See see = {}) {
        auto now = empty<1>(record);
        for (int t = 0; t < n.steps; ++t) {
            const auto then = now;
            now             = paint(record, then, code(t), t);
            see(t, then, now);
        }
        return run<paper>(record, now.canvas);
    }

    // ---- programs: codes are those of all steps, beside each other ----
    static constexpr void encode(auto& record) {
        every_step<shape<n.codes>> means{};
        infer(record, [&](int t, auto q) { return means[place(t)] = q.mean(); });
        output(record, "mean", join_columns(means));
    }
    static constexpr void reconstruct(auto& record) {
        output(record, "mean", infer(record, mean_code).mean());
    }
    static constexpr void decode(auto& record) {
        const auto z = argument<latent>(record, 0);
        output(record, "mean", imagine(record, [&](int t) { return slice<n.codes>(z, place(t) * n.codes); }).mean());
    }
    static constexpr void generate(auto& record) { output(record, "mean", imagine(record, of_the_prior(record)).mean()); }
    template <int K>
    static constexpr void log_weights(auto& record) {
        auto       ratio = spread<value<scalar, batch<1>, K>>(constant(record, 0));
        const auto px    = infer<K>(record, [&](int t, auto q) {
            const auto z = q.sample(record, "z", t);
            ratio        = ratio + standard_normal_like(z).log_density(z) - q.log_density(z);
            return z;
        });
        output(record, "log weights", px.log_density(input<data>(record)) + ratio);
    }
    // What the canvas says after each step, T images beside each other: painted after an image, or imagined.
    static constexpr void follow(auto& record) {
        every_step<data> images{};
        infer(record, mean_code, [&](int t, auto, auto now) { images[place(t)] = seen_in(record, now.canvas); });
        output(record, "result", join_columns(images));
    }
    static constexpr void unfold(auto& record) {
        every_step<data> images{};
        imagine(record, of_the_prior(record), [&](int t, auto, auto now) { images[place(t)] = seen_in(record, now.canvas); });
        output(record, "result", join_columns(images));
    }
    // Where each step looks and where it paints: attention::frame() twice.
    static constexpr void glances(auto& record) {
        static_assert(n.attends, "elbo: draw without glimpses<R, W> sees all of the image at every step");
        every_step<shape<10>> frames{};
        infer(record, mean_code, [&](int t, auto then, auto now) {
            frames[place(t)] = join_columns(sight::looking(record, then.dec.h).frame(), sight::painting(record, now.dec.h).frame());
        });
        output(record, "result", join_columns(frames));
    }
    // The nats that the code of each step costs.
    static constexpr void nats_of_steps(auto& record) {
        every_step<scalar> nats{};
        infer(record, [&](int t, auto q) {
            const auto z = q.sample(record, "z", t);
            nats[place(t)]  = kl(q, standard_normal_like(z), z);
            return z;
        });
        output(record, "result", join_columns(nats));
    }

private:
    template <class Dec, class Canvas>
    struct painter {
        Dec    dec;
        Canvas canvas;
    };
    template <class Shape>
    using every_step = std::array<value<Shape>, static_cast<std::size_t>(n.steps)>;
    static constexpr std::size_t place(int t) { return static_cast<std::size_t>(t); }
    static constexpr auto mean_code = [](int, auto q) { return q.mean(); };

    template <int K>
    static constexpr auto empty(auto& record) {
        const auto canvas = first<canvas_0, value<data, batch<1>, K>>(record);
        const auto dec    = decoder::state_of(first<decoder_0, value<shape<2 * n.hidden>, batch<1>, K>>(record));
        return painter<std::remove_const_t<decltype(dec)>, std::remove_const_t<decltype(canvas)>>{dec, canvas};
    }
    static constexpr auto paint(auto& record, auto before, auto z, int t) {
        const auto dec = run<decoder>(record, joined(record, z), before.dec, turn{t});         // eq. 7
        return decltype(before){dec, before.canvas + sight::write(record, dec.h, t)};          // eq. 8
    }
    static constexpr auto joined(auto& record, auto x) {
        if constexpr (condition::inputs::size == 0) return x;
        else return join_columns(x, input<at<0, typename condition::inputs>>(record));
    }
    static constexpr auto seen_in(auto& record, auto canvas) { return run<paper>(record, canvas).mean(); }
    static constexpr auto of_the_prior(auto& record) {
        return [&](int t) { return normal_noise<value<shape<n.codes>>>(record, "prior", t); };
    }
};

}  // namespace elbo
