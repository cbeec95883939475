// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/dist/normal.hpp>

// Normals that are not isotropic: full covariance, and low rank plus diagonal.

namespace elbo {

namespace layers {
template <std::size_t N>
constexpr auto triangle_places() {  // of the N (N + 1) / 2 packed numbers in an N x N lower triangle, rows in order
    std::array<double, N*(N + 1) / 2> places{};
    std::size_t                       at = 0;
    for (std::size_t r = 0; r < N; ++r)
        for (std::size_t c = 0; c <= r; ++c) places[at++] = static_cast<double>(r * N + c);
    return places;
}
template <std::size_t N>
constexpr auto diagonal_places(std::size_t stride) {
    std::array<double, N> places{};
    for (std::size_t r = 0; r < N; ++r) places[r] = static_cast<double>(r * stride);
    return places;
}
template <class Shape, std::size_t N>
constexpr value<Shape, once> table_of(tape* on, const std::array<double, N>& numbers) {
    return {on, on->table({0, 1, static_cast<std::int32_t>(N)}, std::vector<double>(numbers.begin(), numbers.end()))};
}
template <std::size_t N>
constexpr auto diagonal(auto square_matrix) {
    return gather(in_shape<shape<N * N>>(square_matrix), table_of<shape<N>>(square_matrix.on, diagonal_places<N>(N + 1)));
}
template <std::size_t N>
constexpr auto identity_matrix(tape* on) {
    std::array<double, N * N> numbers{};
    for (std::size_t i = 0; i < N; ++i) numbers[i * (N + 1)] = 1;
    return table_of<shape<N, N>>(on, numbers);
}
}  // namespace layers

// N(mean, L L')
template <class Mean, class Lower>
struct full_normal_of {
    Mean  location;
    Lower lower;  // (n, n), positive on the diagonal

    static constexpr std::size_t n = Mean::shape::size;

    constexpr auto mean() const { return location; }
    constexpr auto half_log_determinant() const { return sum(log(layers::diagonal<n>(lower))); }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        const auto noise = normal_noise<layers::samples_like<K, Mean>>(record, purpose, loop);
        return location + in_shape<shape<n>>(matmul(lower, in_shape<shape<n, 1>>(noise)));
    }
    constexpr auto log_density(auto y) const {
        const auto white = in_shape<shape<n>>(solve_lower(lower, in_shape<shape<n, 1>>(y - location)));
        return -0.5 * sum(square(white)) - half_log_determinant() - 0.5 * layers::log_two_pi * static_cast<double>(n);
    }
    constexpr auto entropy() const {
        return half_log_determinant() + 0.5 * static_cast<double>(n) * (1 + layers::log_two_pi);
    }
};

// The network gives N means and the N (N + 1) / 2 numbers of a lower triangle, its diagonal through softplus.
template <std::size_t N>
struct full_normal {
    static constexpr std::size_t packed = N * (N + 1) / 2;
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, N + packed>;

    static constexpr auto from(const auto&, auto x) {
        const auto mean     = slice<0, N>(x);
        const auto triangle = in_shape<shape<N, N>>(
            scatter<N * N>(slice<N, packed>(x), layers::table_of<shape<packed>>(x.on, layers::triangle_places<N>())));
        const auto eye      = layers::identity_matrix<N>(x.on);
        const auto lower    = triangle - triangle * eye + softplus(triangle) * eye;
        return full_normal_of<decltype(mean), decltype(lower)>{mean, lower};
    }
};

// (tr L L' + mu' mu - n) / 2 - sum log L_ii
template <class M, class L, class V>
constexpr auto closed_kl(full_normal_of<M, L> q, standard_normal_of<V>) {
    return 0.5 * (sum(square(q.lower)) + sum(square(q.location)) - static_cast<double>(q.n)) - q.half_log_determinant();
}

// N(mean, D + U U'), D = diag(e^log_variance), U (n, r)
template <class Mean, class LogVariance, class Factor>
struct low_rank_normal_of {
    Mean        location;
    LogVariance log_variance;
    Factor      factor;

    static constexpr std::size_t n = Factor::shape::extents[0], r = Factor::shape::extents[1];

    // The r x r matrix of the determinant lemma, I + U' D^-1 U, by its Cholesky factor.
    constexpr auto scaled_factor() const {  // D^-1/2 U
        return matmul_rows(factor);
    }
    constexpr auto capacitance() const {
        const auto scaled = scaled_factor();
        return cholesky(matmul(transposed(scaled), scaled) + layers::identity_matrix<r>(location.on));
    }
    constexpr auto mean() const { return location; }
    constexpr auto log_determinant() const {
        return sum(log_variance) + 2.0 * sum(log(layers::diagonal<r>(capacitance())));
    }
    template <int K = 1, class R>
    constexpr auto sample(R& record, const char* purpose, int loop = 0) const {
        using Z          = layers::samples_like<K, Mean>;
        const auto noise = normal_noise<Z>(record, purpose, loop);
        const auto more  = value<shape<r, 1>, typename Z::axis, Z::k>{
            &record.on, record.on.noise({Z::axis::axis, Z::k, static_cast<int>(r)}, false,
                                        mix_bits(name_hash(purpose) ^ name_hash("low rank")), loop)};
        return location + zip(formulas::power_exp<1>{1, 0.5}, noise, log_variance) +
               in_shape<shape<n>>(matmul(factor, more));
    }
    // Woodbury: d' Sigma^-1 d = |D^-1/2 d|^2 - |C^-1 U' D^-1 d|^2
    constexpr auto log_density(auto y) const {
        const auto white = zip(formulas::power_exp<1>{1, -0.5}, y - location, log_variance);
        const auto seen  = matmul(transposed(scaled_factor()), in_shape<shape<n, 1>>(white));
        const auto less  = in_shape<shape<r>>(solve_lower(capacitance(), seen));
        return -0.5 * (sum(square(white)) - sum(square(less)) + log_determinant() +
                       layers::log_two_pi * static_cast<double>(n));
    }
    constexpr auto entropy() const {
        return 0.5 * log_determinant() + 0.5 * static_cast<double>(n) * (1 + layers::log_two_pi);
    }

private:
    constexpr auto matmul_rows(auto u) const {  // each row i of U times e^(-log_variance_i / 2)
        const auto columns = in_shape<shape<r, n>>(in_shape<shape<r * n>>(transposed(u)));
        const auto by_rank = as_matrix_rows(columns);
        const auto scaled  = by_rank * repeat<static_cast<int>(r)>(exp(-0.5 * log_variance));
        return transposed(from_matrix_rows(scaled));
    }
    template <std::size_t A, std::size_t B, class Axis, int K>
    static constexpr value<shape<B>, Axis, K * static_cast<int>(A)> as_matrix_rows(value<shape<A, B>, Axis, K> m) {
        return {m.on, m.on->view({Axis::axis, K * static_cast<int>(A), static_cast<int>(B)}, m.id)};
    }
    template <std::size_t B, class Axis, int K>
    static constexpr value<shape<r, B>, Axis, K / static_cast<int>(r)> from_matrix_rows(value<shape<B>, Axis, K> m) {
        return {m.on, m.on->view({Axis::axis, K / static_cast<int>(r), static_cast<int>(r * B)}, m.id)};
    }
};

// The network gives N means, N log variances and the N x Rank factor.
template <std::size_t N, std::size_t Rank>
struct low_rank_normal {
    using first_numbers = normal_init<1, 10>;  // at a factor of zeros its gradient is zero
    template <class>
    using support = shape<N>;
    template <class In>
    using rejects = takes<In, N * (2 + Rank)>;

    static constexpr auto from(const auto&, auto x) {
        const auto mean = slice<0, N>(x), log_variance = clamp(slice<N, N>(x), -20, 20);
        const auto factor = in_shape<shape<N, Rank>>(slice<2 * N, N * Rank>(x));
        return low_rank_normal_of<decltype(mean), decltype(log_variance), decltype(factor)>{mean, log_variance, factor};
    }
};

// (tr D + |U|^2 + mu' mu - n - log|Sigma|) / 2
template <class M, class L, class F, class V>
constexpr auto closed_kl(low_rank_normal_of<M, L, F> q, standard_normal_of<V>) {
    return 0.5 * (sum(exp(q.log_variance)) + sum(square(q.factor)) + sum(square(q.location)) -
                  static_cast<double>(q.n) - q.log_determinant());
}

}  // namespace elbo
