// SPDX-License-Identifier: MIT
#pragma once

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
    using typename base::fed, typename base::request;

public:
    using description = Model;
    using machine     = Machine;
    using program     = typename Machine::program;
    using data        = typename decltype(layers::data_of<Model>())::type;
    using latent      = typename decltype(layers::latent_of<Model>())::type;

    explicit built_model(Machine& on, std::uint64_t seed = 1, std::size_t batch = 100) : base(on, outline_of<Model>(), seed, batch) {}

    // ---- what a VAE can do. Conditions, where there are any, follow the data: encode(x, with<label<10>>(y)). ----
    template <class... C>
    rows<latent> encode(std::span<const float> x, C... given) {
        return {this->run(programs_.encode, [] { return programs::of<Model>([](auto& r) { Model::encode(r); }); },
                          asked<latent>("mean", rows_in<data>(x), {0, data::size, x}, given...))};
    }
    template <class... C>
    rows<data> decode(std::span<const float> z, C... given) {
        return {this->run(programs_.decode, [] { return programs::of<Model>([](auto& r) { Model::decode(r); }); },
                          asked<data>("mean", rows_in<latent>(z), {0, latent::size, z}, given...))};
    }
    template <class... C>
    rows<data> reconstruct(std::span<const float> x, C... given) {
        return {this->run(programs_.reconstruct, [] { return programs::of<Model>([](auto& r) { Model::reconstruct(r); }); },
                          asked<data>("mean", rows_in<data>(x), {0, data::size, x}, given...))};
    }
    // Means of the likelihood at draws of the prior; image i of a seed is always the same.
    template <class... C>
    rows<data> sample(std::size_t count, std::uint64_t seed = 1, C... given) {
        request want{"mean", data::size, count, seed, 0, {feed(given)...}};
        return {this->run(programs_.generate, [] { return programs::of<Model>([](auto& r) { Model::generate(r); }); }, want)};
    }
    // log p(x, z_k) - log q(z_k | x), K draws for each x of a batch; `turn` gives further draws.
    template <int K, class... C>
    std::vector<float> log_weights(std::span<const float> x, std::uint64_t seed, std::uint32_t turn, C... given) {
        static_assert(K > 0);
        request want = asked<shape<static_cast<std::size_t>(K)>>("log weights", rows_in<data>(x), {0, data::size, x}, given...);
        want.seed = seed, want.turn = turn;
        return this->run(weight_program(K), [] { return programs::of<Model>([](auto& r) { Model::template log_weights<K>(r); }); }, want);
    }

private:
    template <class Out, class... C>
    static request asked(const char* name, std::size_t count, fed x, C... given) {
        return {name, Out::size, count, 0, 0, {x, feed(given)...}};
    }
    template <class Shape>
    static std::size_t rows_in(std::span<const float> x) {
        if (x.size() % Shape::size != 0)
            throw std::invalid_argument("expected rows of " + std::to_string(Shape::size) + " numbers, got " +
                                        std::to_string(x.size()) + " in all");
        return x.size() / Shape::size;
    }
    template <class Data>
    static fed feed(condition_rows<Data> c) {
        static_assert(data_must_be_among_the_models_inputs<Data, Model>());
        return {index_in<Data>(typename Model::inputs{}), data_traits<Data>::raw::size, c.values};
    }

    std::unique_ptr<program>& weight_program(int samples) {
        for (auto& [k, made] : programs_.weights)
            if (k == samples) return made;
        return programs_.weights.emplace_back(samples, nullptr).second;
    }

    struct {
        std::unique_ptr<program> encode, decode, reconstruct, generate;
        std::vector<std::pair<int, std::unique_ptr<program>>> weights;
    } programs_;
};

}  // namespace elbo
