// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/sentence.hpp>
#include <elbo/model/vae.hpp>
#include <elbo/train/built.hpp>
#include <elbo/train/rows.hpp>

namespace elbo {

// Conditions handed to a program, by the kind of data: with<label<10>>(labels).
template <class Data>
struct condition_rows {
    std::span<const float> values;
};
template <class Data>
condition_rows<Data> with(std::span<const float> values) {
    return {values};
}

// Rows that a program draws by itself, from no data; row i of a seed is always the same.
struct drawn {
    std::size_t   count;
    std::uint64_t seed = 1;
};

namespace layers {
// An objective of its own needs neither: then the data are its first input, and there are no codes.
template <class Model>
constexpr auto data_of() {
    if constexpr (requires { typename Model::data; }) return type_of<typename Model::data>{};
    else return type_of<typename data_traits<at<0, typename Model::inputs>>::raw>{};
}
template <class Model>
constexpr auto latent_of() {
    if constexpr (requires { typename Model::latent; }) return type_of<typename Model::latent>{};
    else return type_of<shape<1>>{};
}
}  // namespace layers

// A model on a machine: its parameters, and programs that run it. Programs are recorded when first used.
template <class Model, class Machine>
class built_model : public built<Machine> {
    using base = built<Machine>;
    using typename base::fed;

public:
    using description = Model;
    using machine     = Machine;
    using data        = typename decltype(layers::data_of<Model>())::type;
    using latent      = typename decltype(layers::latent_of<Model>())::type;

    explicit built_model(Machine& on, std::uint64_t seed = 1, std::size_t batch = 100) : base(on, outline_of<Model>(), seed, batch) {}

    // ---- what a VAE can do. Conditions, where there are any, follow the data: encode(x, with<label<10>>(y)). ----
    template <class... C>
    rows<latent> encode(std::span<const float> x, C... given) {
        return run_rows<latent, data>([](auto& r) { Model::encode(r); }, "mean", x, given...);
    }
    template <class... C>
    rows<data> decode(std::span<const float> z, C... given) {
        return run_rows<data, latent>([](auto& r) { Model::decode(r); }, "mean", z, given...);
    }
    template <class... C>
    rows<data> reconstruct(std::span<const float> x, C... given) {
        return run_rows<data, data>([](auto& r) { Model::reconstruct(r); }, "mean", x, given...);
    }
    // Means of the likelihood at draws of the prior; image i of a seed is always the same.
    template <class... C>
    rows<data> sample(std::size_t count, std::uint64_t seed = 1, C... given) {
        return run_drawn<data>([](auto& r) { Model::generate(r); }, "mean", {count, seed}, given...);
    }
    // log p(x, z_k) - log q(z_k | x), K draws for each x of a batch; `turn` gives further draws.
    template <int K, class... C>
    std::vector<float> log_weights(std::span<const float> x, std::uint64_t seed, std::uint32_t turn, C... given) {
        static_assert(K > 0);
        const auto record = [](auto& r) { Model::template log_weights<K>(r); };
        return this->run(&recorded<decltype(record)>, {"log weights", K, rows_in<data>(x), seed, turn, {fed{0, data::size, x}, feed(given)...}});
    }

    // ---- anything else that its networks can compute, for each row of its first input, or of nothing ----
    //     model.compute<shape<10>>([](auto& record) { output(record, "result", run<judge>(record, input<image>(record)).logits); }, x)
    template <class Out, class F, class... C>
    rows<Out> compute(F record, std::span<const float> x, C... given) {
        return run_rows<Out, typename data_traits<at<0, typename Model::inputs>>::raw>(record, "result", x, given...);
    }
    template <class Out, class F, class... C>
    rows<Out> compute(F record, drawn rows, C... given) {
        return run_drawn<Out>(record, "result", rows, given...);
    }

private:
    template <class F>
    static tape recorded() {
        static_assert(std::is_empty_v<F>, "elbo: a program captures nothing: its tape is recorded once");
        return programs::of<Model>(F{});
    }
    template <class Out, class In, class F, class... C>
    rows<Out> run_rows(F, const char* name, std::span<const float> x, C... given) {
        return {this->run(&recorded<F>, {name, Out::size, rows_in<In>(x), 0, 0, {fed{0, In::size, x}, feed(given)...}})};
    }
    template <class Out, class F, class... C>
    rows<Out> run_drawn(F, const char* name, drawn rows, C... given) {
        return {this->run(&recorded<F>, {name, Out::size, rows.count, rows.seed, 0, {feed(given)...}})};
    }
    template <class Shape>
    static std::size_t rows_in(std::span<const float> x) {
        if (x.size() % Shape::size != 0)
            throw std::invalid_argument(sentence({"expected rows of ", Shape::size, " numbers, got ", x.size(), " in all"}));
        return x.size() / Shape::size;
    }
    template <class Data>
    static fed feed(condition_rows<Data> c) {
        static_assert(data_must_be_among_the_models_inputs<Data, Model>());
        return {index_in<Data>(typename Model::inputs{}), data_traits<Data>::raw::size, c.values};
    }
};

}  // namespace elbo
