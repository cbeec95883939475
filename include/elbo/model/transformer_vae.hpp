// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/pose_priors.hpp>

namespace elbo {

// A variational autoencoder whose codes say what is seen and whose pose says where, Vivé and Amit (2017):
//     x ~ T_u p(z),  T_u the transformer of Jaderberg et al. (2015)
//
//     struct affine : transformer_vae<encoder, decoder, pose_net> {};                                  u = identity + f(x)
//     struct bent   : transformer_vae<encoder, decoder, spline_net, posed_by<thin_plate_pose<3>>> {};
//     struct twice  : transformer_vae<encoder, decoder, pose_net, upright_encoder> {};                 q(z | T_u^-1 x)
//     struct drawn  : transformer_vae<encoder, decoder, code_net, pose_prior<located_poses<affine_pose>>> {};
//
// With a pose_prior poses have a posterior, q(c|x), and are drawn with the images. Without one the bound is that of
// p(x | u(x)), and generated images stand upright.
template <class Encoder, class Decoder, class PoseNetwork, class... Options>
struct transformer_vae {
    using verdict    = std::bool_constant<zoo::transformer_fits<Encoder, Decoder, PoseNetwork, Options...>()>;
    using encoder    = zoo::network_or_nothing<Encoder>;
    using decoder    = zoo::network_or_nothing<Decoder>;
    using pose       = typename zoo::pose_in<Options...>::type;
    using pose_map   = typename zoo::pose_prior_in<Options...>::type;
    using data       = typename encoder::input;
    using latent     = zoo::support_of<typename encoder::output>;
    using prior_type = standard_normal;
    using conditions = list<>;
    using inputs     = list<data>;

    static constexpr bool fits           = verdict::value;  // what does not fit is not recorded
    static constexpr bool has_pose_prior = zoo::is_network<pose_map>;
    static constexpr bool sees_upright   = (std::is_same_v<Options, upright_encoder> || ...);

    using own_networks = list<net<"encoder", encoder>, net<"decoder", decoder>, net<"pose", zoo::network_or_nothing<PoseNetwork>>>;
    using networks     = std::conditional_t<has_pose_prior, concat<own_networks, list<net<"pose_prior", zoo::network_or_nothing<pose_map>>>>, own_networks>;

    // -log p(x) <= -E log p(x | z, u) + KL(q(z|x) || N(0, I)) + KL(q(c|x) || N(0, I))
    static constexpr auto objective(auto& record) {
        const auto x              = input<data>(record);
        const auto stance         = run<PoseNetwork>(record, x);
        const auto code           = code_of<1>(record, stance);
        const auto u              = posed(record, code);
        const auto q              = posterior(record, x, u);
        const auto z              = q.sample(record, "z");
        const auto beta           = slot(record, "beta", 1.0);
        const auto reconstruction = term("reconstruction", -likelihood(record, z, u).log_density(x));
        const auto nats           = term("kl", beta, kl(q, standard_normal_like(z), z));
        if constexpr (has_pose_prior) return minimise(reconstruction, nats, term("kl of poses", beta, kl(stance, standard_normal_like(code), code)));
        else return minimise(reconstruction, nats);
    }

    // ---- programs: poses at the means of what they are drawn from ----
    static constexpr void encode(auto& record) { output(record, "mean", mean_of(record).z); }
    static constexpr void reconstruct(auto& record) {
        const auto m = mean_of(record);
        output(record, "mean", likelihood(record, m.z, m.u).mean());
    }
    // Upright, as codes say no pose.
    static constexpr void decode(auto& record) { output(record, "mean", upright(record, argument<latent>(record, 0))); }
    static constexpr void generate(auto& record) {
        const auto z = normal_noise<value<latent>>(record, "prior");
        if constexpr (has_pose_prior) {
            const auto u = posed(record, normal_noise<value<typename pose_map::input>>(record, "pose prior"));
            output(record, "mean", likelihood(record, z, u).mean());
        } else output(record, "mean", upright(record, z));
    }
    static constexpr void generate_upright(auto& record) { output(record, "result", upright(record, normal_noise<value<latent>>(record, "prior"))); }
    // What the codes of an image say, before it is moved; the pose; and where there is one, the image that the encoder sees.
    static constexpr void reconstruct_upright(auto& record) { output(record, "result", upright(record, mean_of(record).z)); }
    static constexpr void poses(auto& record) { output(record, "result", mean_of(record).u); }
    static constexpr void unposed(auto& record) { output(record, "result", seen_by_the_encoder(input<data>(record), mean_of(record).u)); }

    template <int K>
    static constexpr void log_weights(auto& record) {
        const auto x      = input<data>(record);
        const auto stance = run<PoseNetwork>(record, x);
        const auto code   = code_of<K>(record, stance);
        const auto u      = each<K>(posed(record, code));
        const auto q      = posterior(record, each<K>(x), u);
        const auto z      = q.sample(record, "z");
        const auto weight = likelihood(record, z, u).log_density(each<K>(x)) + standard_normal_like(z).log_density(z) - q.log_density(z);
        if constexpr (has_pose_prior) output(record, "log weights", weight + standard_normal_like(code).log_density(code) - stance.log_density(code));
        else output(record, "log weights", weight);
    }

private:
    template <class Z, class U>
    struct means {
        Z z;
        U u;
    };
    template <int K, class S, class A, int L>
    static constexpr value<S, A, K> each(value<S, A, L> x) {
        return spread<value<S, A, K>>(x);
    }
    template <int K>
    static constexpr auto code_of(auto& record, auto stance) {
        if constexpr (has_pose_prior) return stance.template sample<K>(record, "pose");
        else return stance;
    }
    static constexpr auto mean_code(auto stance) {
        if constexpr (has_pose_prior) return stance.mean();
        else return stance;
    }
    static constexpr auto posed(auto& record, auto code) {
        const auto start = constants<shape<pose::size>>(record, pose::identity());
        if constexpr (has_pose_prior) return run<pose_map>(record, code) + start;
        else return code + start;
    }
    // A pose that is nearly a projection is undone as one of a tenth of its area.
    static constexpr auto seen_by_the_encoder(auto x, auto u) {
        if constexpr (sees_upright) return unwarp<pose>(x, u, 0.1);
        else return x;
    }
    static constexpr auto posterior(auto& record, auto x, auto u) { return run<Encoder>(record, seen_by_the_encoder(x, u)); }
    static constexpr auto upright(auto& record, auto z) { return run<Decoder>(record, z).mean(); }
    static constexpr auto likelihood(auto& record, auto z, auto u) {
        const auto pixels = warp<pose>(upright(record, z), u);
        return bernoulli_by_mean_of<decltype(pixels)>{pixels};
    }
    static constexpr auto mean_of(auto& record) {
        const auto x = input<data>(record);
        const auto u = posed(record, mean_code(run<PoseNetwork>(record, x)));
        const auto z = posterior(record, x, u).mean();
        return means<decltype(z), decltype(u)>{z, u};
    }
};

}  // namespace elbo
