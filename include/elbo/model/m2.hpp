// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/m2_joints.hpp>

namespace elbo {

// M2 of Kingma et al. (2014): learns from images of which some have labels. Equations are the paper's.
//
//     struct half_told : m2<classifier, encoder, decoder> {};     q(y|x), q(z|x,y), p(x|y,z)
//     train.fit(data::keep_labels(digits, 1000, seed), epochs(60));
//
// The first batch has labels, the second has none. What is minimised is eq. 9 for each image of the second; its weights are
// slots: "labelled", N_l / N_u to count every image once, and "alpha", 0.1 N / N_u in the paper's own program.
template <class Classifier, class Encoder, class Decoder>
struct m2 {
    using verdict    = std::bool_constant<zoo::m2_fits<Classifier, Encoder, Decoder>()>;
    using classifier = zoo::network_or_nothing<Classifier>;
    using encoder    = zoo::network_or_nothing<Encoder>;
    using decoder    = zoo::network_or_nothing<Decoder>;
    using data       = typename encoder::input;
    using latent     = zoo::support_of<typename encoder::output>;
    using answer     = zoo::label_of<typename classifier::output>;
    using inputs     = list<data, answer, unlabelled<data>>;
    using networks   = list<net<"classifier", classifier>, net<"encoder", encoder>, net<"decoder", decoder>>;
    using prior_type = standard_normal;

    static constexpr bool fits = verdict::value;  // what does not fit is not recorded
    static constexpr int  n    = static_cast<int>(answer::classes);

    // -L(x, y) >= -log p(x, y), eq. 6. Where y is every label, K for each x, so is the bound.
    static constexpr auto bound(auto& record, auto x, auto y, turn t) {
        const auto q  = run<Encoder>(record, x, given<answer>(y), t);
        const auto z  = drawn_alike<decltype(y)::k>(record, q, t);
        const auto px = run<Decoder>(record, z, given<answer>(y), t);
        return kl(q, standard_normal_like(z), z) - px.log_density(x) + layers::log_of(n);
    }
    static constexpr auto objective(auto& record) { return half_told(record, input<data>(record), input<answer>(record), input<unlabelled<data>>(record)); }

    // Of data x with labels y, and u without.
    static constexpr auto half_told(auto& record, auto x, auto y, auto u) {
        const auto labelled = bound(record, x, y, turn{0});
        const auto each     = bound(record, u, unit_vectors<answer::classes, batch<2>>(record), turn{1});
        const auto guess    = run<Classifier>(record, u, turn{1});
        const auto marginal = fold<n>(as_rows(guess.mean()) * each) - guess.entropy();  // eq. 7
        const auto told     = run<Classifier>(record, x);
        output(record, "errors %", 100.0 * mean(told.wrong(y)));
        return minimise(term("unlabelled", marginal), term("labelled", slot(record, "labelled", 1.0), labelled),
                        term("classifier", slot(record, "alpha", 0.1), -told.log_density(y)));
    }

    // ---- programs: of an image, with<answer>(labels) where one is said ----
    static constexpr void classify(auto& record) { output(record, "result", run<Classifier>(record, input<data>(record)).mean()); }
    static constexpr void encode(auto& record) { output(record, "mean", posterior(record).mean()); }
    static constexpr void reconstruct(auto& record) { output(record, "mean", shown(record, posterior(record).mean())); }
    static constexpr void decode(auto& record) { output(record, "mean", shown(record, argument<latent>(record, 0))); }
    static constexpr void generate(auto& record) { output(record, "mean", shown(record, normal_noise<value<latent>>(record, "prior"))); }

private:
    // All labels of an image see the same noise: the sum over them is as unbiased, and what tells them apart is far less noisy.
    template <int Labels>
    static constexpr auto drawn_alike(auto& record, auto q, turn t) {
        if constexpr (requires { q.template sample_alike<Labels>(record, "z", 0); }) return q.template sample_alike<Labels>(record, "z", t.index);
        else return q.sample(record, "z", t.index);
    }
    static constexpr auto posterior(auto& record) {
        return run<Encoder>(record, input<data>(record), given<answer>(input<answer>(record)));
    }
    static constexpr auto shown(auto& record, auto z) {
        return run<Decoder>(record, z, given<answer>(input<answer>(record))).mean();
    }
};

}  // namespace elbo
