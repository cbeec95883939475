// SPDX-License-Identifier: MIT
#pragma once

#include "laws/alone.hpp"
#include "laws/quadrature.hpp"
#include "laws/worse.hpp"

#include <boost/test/unit_test.hpp>

// The laws of everything that has a density. Its total is one; its mean and its entropy are integrals of it; samples
// have its moments; a closed KL is the integral, is what samples say, and is never negative.

namespace elbo::laws {

// A family whose parameters come in as data, so that one replay sees many distributions.
template <class Family, std::size_t Parameters>
struct distribution {
    static constexpr std::size_t size = Parameters;
    struct network : stack<shape<Parameters>, to<Family>> {};
    using support = zoo::support_of<typename network::output>;

    template <class Data>
    static constexpr auto from(auto& record) {
        return run<network>(record, input<Data>(record));
    }
};

template <class Q>
struct one_distribution {
    using parameters = attribute<"parameters", shape<Q::size>>;
    using point      = attribute<"point", typename Q::support>;
    using networks   = list<net<"q", typename Q::network>>;
    using inputs     = list<parameters, point>;
};

inline numbers repeated(const numbers& row, std::size_t times) {
    numbers all;
    for (std::size_t i = 0; i < times; ++i) all.insert(all.end(), row.begin(), row.end());
    return all;
}

// log densities of one distribution at every point
template <class Q>
numbers log_density_at(const numbers& parameters, const numbers& points, const numbers& learned = {}) {
    using model             = one_distribution<Q>;
    const std::size_t count = points.size() / Q::support::size;
    replay_data       d{.parameters = learned,
                        .inputs     = {repeated(parameters, count), points},
                        .rows       = static_cast<std::int64_t>(count)};
    return replay(programs::of<model>([](auto& record) {
                      const auto q = Q::template from<typename model::parameters>(record);
                      const auto y = input<typename model::point>(record);
                      output(record, "log density", q.log_density(y));
                  }),
                  d)["log density"];
}

// mean(), and where there is one entropy(), of a distribution a row
template <class Q>
results summaries(const numbers& parameters, const numbers& learned = {}) {
    using model = one_distribution<Q>;
    replay_data d{.parameters = learned,
                  .inputs     = {parameters},
                  .rows       = static_cast<std::int64_t>(parameters.size() / Q::size)};
    return replay(programs::of<model>([](auto& record) {
                      const auto q = Q::template from<typename model::parameters>(record);
                      output(record, "mean", q.mean());
                      if constexpr (requires { q.entropy(); }) output(record, "entropy", q.entropy());
                  }),
                  d);
}

// Samples in two ways at once: several rows, several of each row.
template <class Q>
numbers samples_of(const numbers& parameters, const numbers& learned = {}, std::size_t rows = 600) {
    using model = one_distribution<Q>;
    replay_data d{.parameters = learned, .inputs = {repeated(parameters, rows)}, .rows = static_cast<std::int64_t>(rows)};
    return replay(programs::of<model>([](auto& record) {
                      const auto q = Q::template from<typename model::parameters>(record);
                      output(record, "z", q.template sample<50>(record, "z"));
                  }),
                  d)["z"];
}

struct density_report {
    double mass = 0;             // 1
    double mean_error = 0;       // of mean() against the integral
    double entropy_error = 0;    // of entropy() against the integral; 0 where there is none
    double worst_moment = 0;     // of the samples, in standard errors
    double worst_statistic = 0;  // the mean of a sample's log density is minus the entropy, in standard errors
};

// Moments: y_i, y_i y_j and cos(y_i), each with the standard error that the density itself says.
template <class Q>
density_report check_distribution(const numbers& parameters, const quadrature& space, const numbers& learned = {}) {
    constexpr std::size_t n = Q::support::size;
    const numbers         log_p = log_density_at<Q>(parameters, space.points, learned);
    const auto            mean_over = [&](auto f) {
        double s = 0;
        for (std::size_t i = 0; i < space.size(); ++i)
            s += space.weights[i] * std::exp(log_p[i]) * f(&space.points[i * n], log_p[i]);
        return s;
    };
    density_report report;
    report.mass            = mean_over([](const double*, double) { return 1.0; });
    const results  summary = summaries<Q>(parameters, learned);
    for (std::size_t i = 0; i < n; ++i)
        report.mean_error = worse(report.mean_error, std::abs(summary["mean"][i] - mean_over([&](const double* y, double) { return y[i]; })));
    const double entropy = -mean_over([](const double*, double l) { return l; });
    for (const auto& [name, values] : summary.named)
        if (name == "entropy") report.entropy_error = std::abs(values[0] - entropy);

    const numbers z     = samples_of<Q>(parameters, learned);
    const auto    count = static_cast<double>(z.size() / n);
    const auto    errors_of = [&](auto f) {  // f(y, log density at y)
        const double mean = mean_over(f), square = mean_over([&](const double* y, double l) { return f(y, l) * f(y, l); });
        const double error = std::sqrt(std::max(square - mean * mean, 0.0) / count) + 1e-11;
        return [=](double sampled) { return std::abs(sampled - mean) / error; };
    };
    const auto moment = [&](auto f) {
        double s = 0;
        for (std::size_t i = 0; i < z.size(); i += n) s += f(&z[i]) / count;
        const double off = errors_of([&](const double* y, double) { return f(y); })(s);
        report.worst_moment = worse(report.worst_moment, off);
    };
    for (std::size_t i = 0; i < n; ++i) {
        moment([&](const double* y) { return y[i]; });
        moment([&](const double* y) { return std::cos(2 * y[i] + 0.3); });
        for (std::size_t j = 0; j <= i; ++j) moment([&](const double* y) { return y[i] * y[j]; });
    }
    double statistic = 0;
    for (double l : log_density_at<Q>(parameters, z, learned)) statistic += l / count;
    report.worst_statistic = errors_of([](const double*, double l) { return l; })(statistic);
    return report;
}

inline void is_lawful(const density_report& r) {
    BOOST_TEST(std::abs(r.mass - 1) < 1e-8);
    BOOST_TEST(r.mean_error < 1e-8);
    BOOST_TEST(r.entropy_error < 1e-7);
    BOOST_TEST(r.worst_moment < 4.5);
    BOOST_TEST(r.worst_statistic < 4.5);
}

// ---- two distributions ----

struct standard {};  // N(0, 1) of the other's shape

template <class Q, class P>
struct two_distributions {
    using q_parameters = attribute<"q", shape<Q::size>>;
    using p_parameters = attribute<"p", shape<P::size>>;
    using networks     = list<net<"q", typename Q::network>, net<"p", typename P::network>>;
    using inputs       = list<q_parameters, p_parameters>;
    static constexpr auto q(auto& record) { return Q::template from<q_parameters>(record); }
    static constexpr auto p(auto& record, auto) { return P::template from<p_parameters>(record); }
};
template <class Q>
struct two_distributions<Q, standard> {
    using q_parameters = attribute<"q", shape<Q::size>>;
    using networks     = list<net<"q", typename Q::network>>;
    using inputs       = list<q_parameters>;
    static constexpr auto q(auto& record) { return Q::template from<q_parameters>(record); }
    static constexpr auto p(auto&, auto like) { return standard_normal_like(like); }
};

// "closed" is KL(q || p) of each row, "sampled" 50 estimates of it.
template <class Q, class P>
results divergences(const numbers& q, const numbers& p) {
    using model = two_distributions<Q, P>;
    replay_data d{.inputs = {q, p}, .rows = static_cast<std::int64_t>(q.size() / Q::size)};
    return replay(programs::of<model>([](auto& record) {
                      const auto q_ = model::q(record);
                      const auto p_ = model::p(record, q_.mean());
                      static_assert(has_closed_kl<decltype(q_), decltype(p_)>);
                      const auto z = q_.template sample<50>(record, "z");
                      output(record, "closed", closed_kl(q_, p_));
                      output(record, "sampled", sampled_kl(q_, p_, z));
                  }),
                  d);
}

struct kl_report {
    double closed = 0, integral_error = 0, sampling_error = 0;  // the last in standard errors
};
template <class Q, class P>
kl_report check_kl(const numbers& q, const numbers& p, const quadrature& space) {
    kl_report     report;
    const results d = divergences<Q, P>(repeated(q, 400), repeated(p, 400));
    report.closed   = d["closed"][0];

    const numbers log_q = log_density_at<Q>(q, space.points);
    numbers       log_p(space.size(), 0.0);
    if constexpr (std::is_same_v<P, standard>) {
        for (std::size_t i = 0; i < space.points.size(); ++i)
            log_p[i / space.dimensions] -= 0.5 * (space.points[i] * space.points[i] + std::log(2 * std::numbers::pi));
    } else log_p = log_density_at<P>(p, space.points);
    double integral = 0;
    for (std::size_t i = 0; i < space.size(); ++i) integral += space.weights[i] * std::exp(log_q[i]) * (log_q[i] - log_p[i]);
    report.integral_error = std::abs(report.closed - integral);

    double mean = 0, square = 0;
    const auto count = static_cast<double>(d["sampled"].size());
    for (double s : d["sampled"]) mean += s / count, square += s * s / count;
    report.sampling_error = std::abs(mean - report.closed) / std::sqrt((square - mean * mean) / count);
    return report;
}

inline void agrees(const kl_report& r) {
    BOOST_TEST(r.closed > 0.01);
    BOOST_TEST(r.integral_error < 1e-7);
    BOOST_TEST(r.sampling_error < 4);
}

// The least of many closed KLs between made-up distributions: never negative.
template <class Q, class P>
double least_kl(double scale = 3) {
    constexpr std::size_t rows = 200;
    numbers               q(rows * Q::size), p;
    if constexpr (!std::is_same_v<P, standard>) p.resize(rows * P::size);
    for (std::size_t i = 0; i < q.size(); ++i) q[i] = scale * std::sin(1.7 * static_cast<double>(i));
    for (std::size_t i = 0; i < p.size(); ++i) p[i] = scale * std::sin(2.3 * static_cast<double>(i) + 0.7);
    const results d = divergences<Q, P>(q, p);
    return *std::min_element(d["closed"].begin(), d["closed"].end());
}

// ---- the gradient law, through everything that a distribution does ----

template <class Family, std::size_t Parameters, bool Reparametrised>
struct all_uses {
    struct network : stack<shape<2>, linear<Parameters>, act::tanh, linear<Parameters>, to<Family>> {};
    using support  = zoo::support_of<typename network::output>;
    using point    = attribute<"point", support>;
    using networks = list<net<"q", network>>;
    using inputs   = list<shape<2>, point>;

    static constexpr auto objective(auto& record) {
        const auto q       = run<network>(record, input<shape<2>>(record));
        const auto y       = input<point>(record);
        const auto mean    = q.mean();
        const auto normal_ = standard_normal_like(mean);
        const auto density = term("density", -q.log_density(y));
        const auto at_mean = term("mean", wavy(record, mean));
        if constexpr (!Reparametrised) {
            if constexpr (requires { q.entropy(); }) return minimise(density, at_mean, term("entropy", q.entropy()));
            else return minimise(density, at_mean);
        } else {
            const auto z    = q.template sample<3>(record, "z");
            const auto path = term("path", wavy(record, z));
            const auto at_z = term("density of a sample", q.log_density(z) * 0.5);
            if constexpr (has_closed_kl<decltype(q), decltype(normal_)>)
                return minimise(density, at_mean, path, at_z, term("kl", closed_kl(q, normal_)), term("entropy", q.entropy()));
            else if constexpr (requires { q.entropy(); })
                return minimise(density, at_mean, path, at_z, term("entropy", q.entropy()));
            else return minimise(density, at_mean, path, at_z);
        }
    }
};

template <class Family, std::size_t Parameters, bool Reparametrised = true>
double distribution_gradient_error() {
    return gradient_error<all_uses<Family, Parameters, Reparametrised>>();
}

}  // namespace elbo::laws
