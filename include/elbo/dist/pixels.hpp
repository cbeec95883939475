// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/full_normal.hpp>

namespace elbo {

// A logistic distribution in 256 bins: pixels k/255, each the probability of (k - 1/2, k + 1/2), the outermost open
// to infinity (Kingma et al. 2016; Salimans et al. 2017). The scale is fixed or learned, as a normal's is.
//
// With a, b the upper and lower edges in scales from the mean,
//     log(sigmoid(a) - sigmoid(b)) = a - softplus(a) - softplus(b) + log(1 - e^(b - a)).
template <class Mean, class LogScale>
struct discretised_logistic_of {
    Mean     location;
    LogScale log_scale;

    constexpr auto mean() const { return clamp(location, 0, 1); }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {  // rounded to a pixel: no gradient
        const auto u = uniform_noise<layers::samples_like<K, Mean>>(record, purpose, loop);
        const auto y = location + exp(log_scale) * (log(u) - log(1.0 - u));
        return floor(clamp(y, 0, 1) * 255.0 + 0.5) / 255.0;
    }
    constexpr auto log_density(auto x) const {
        const auto sharp = exp(-log_scale);
        const auto off   = x - location;
        const auto a     = (off + 0.5 / 255) * sharp;
        const auto b     = (off - 0.5 / 255) * sharp;
        const auto width = sharp * (1.0 / 255);
        const auto bin   = a - softplus(a) - softplus(b) + map(formulas::log_one_minus_exp{}, width);
        const auto first = 1.0 - map(formulas::where_positive{1, 0}, x - 0.5 / 255);  // pixel 0: all below a
        const auto last  = map(formulas::where_positive{1, 0}, x - 254.5 / 255);      // pixel 255: all above b
        return sum(first * (a - softplus(a)) - last * softplus(b) + (1.0 - first - last) * bin);
    }
};
template <class Scale = learned>
struct discretised_logistic {
    static constexpr bool has_gradients_of_samples = false;
    template <class In>
    using support = In;
    template <class>
    using parameters = typename Scale::parameters;

    static constexpr auto from(const auto&, auto x, auto... learned_scale) {
        const auto log_scale = Scale::log_scale(x, learned_scale...);
        return discretised_logistic_of<decltype(x), decltype(log_scale)>{x, log_scale};
    }
};

// sum_k pi_k N(mean_k, diag(e^log_variance_k)); the network gives K logits, K x N means, K x N log variances.
template <std::size_t Components, class Logits, class Means, class LogVariances>
struct mixture_of_normals_of {
    Logits       logits;
    Means        means;
    LogVariances log_variances;

    static constexpr std::size_t k = Components, n = Means::shape::size / Components;

    constexpr auto mean() const {
        return in_shape<shape<n>>(matmul(in_shape<shape<1, k>>(softmax(logits)), in_shape<shape<k, n>>(means)));
    }
    constexpr auto log_density(auto y) const {
        const auto each   = zip(formulas::normal_energy{}, tiled(y) - means, log_variances);
        const auto of_k   = sum_over_columns(each);
        return logsumexp(log_softmax(logits) + of_k);
    }
    // A component by Gumbel-max, then its normal: reparametrised within the component.
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        using Z          = value<shape<n>, typename Means::axis, Means::k * K>;
        using C          = layers::samples_like<K, Logits>;
        tape&      t     = record.on;
        const C    u{&t, t.noise(C::of, true, mix_bits(name_hash(purpose) ^ name_hash("component")), loop)};
        const auto race  = logits - log(-log(u));
        const auto g     = t.geometry({1, 1, static_cast<std::int32_t>(k), 1, 1, 1, 1, static_cast<std::int32_t>(k), 1, 0});
        const value<shape<1>, typename C::axis, C::k> winner{&t, t.pool(race.id, g, verb::argmax)};
        const auto noise = normal_noise<Z>(record, purpose, loop);
        return gather<n>(means, winner) + zip(formulas::power_exp<1>{1, 0.5}, noise, gather<n>(log_variances, winner));
    }

private:
    static constexpr auto tiled(auto y) {  // y beside itself, once for each component
        std::array<double, k * n> places{};
        for (std::size_t i = 0; i < k * n; ++i) places[i] = static_cast<double>(i % n);
        return gather(y, layers::table_of<shape<k * n>>(y.on, places));
    }
    static constexpr auto sum_over_columns(auto each) {
        using V = decltype(each);
        const value<shape<n>, typename V::axis, V::k * static_cast<int>(k)> rows{
            each.on, each.on->view({V::axis::axis, V::k * static_cast<int>(k), static_cast<int>(n)}, each.id)};
        return as_columns<static_cast<int>(k)>(sum(rows));
    }
};
template <std::size_t Components, std::size_t N>
struct mixture_of_normals {
    static constexpr bool has_gradients_of_samples = false;  // which component it is of has none
    using first_numbers = normal_init<1, 2>;                  // alike they would stay alike
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, Components * (1 + 2 * N)>;

    static constexpr auto from(const auto&, auto x) {
        const auto logits = slice<0, Components>(x);
        const auto means  = slice<Components, Components * N>(x);
        const auto vars   = clamp(slice<Components*(1 + N), Components * N>(x), -20, 20);
        return mixture_of_normals_of<Components, decltype(logits), decltype(means), decltype(vars)>{logits, means, vars};
    }
};

}  // namespace elbo
