// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/picture.hpp>
#include <elbo/machine/bindings.hpp>
#include <elbo/model/vae.hpp>
#include <elbo/train/checkpoint.hpp>
#include <elbo/train/weights.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace elbo {

// Rows of numbers of one shape, as a model takes and gives them. Images are height x width x channels.
template <class Shape>
struct rows {
    std::vector<float> values;

    std::size_t            size() const { return values.size() / Shape::size; }
    std::span<const float> operator[](std::size_t i) const { return std::span(values).subspan(i * Shape::size, Shape::size); }
    operator std::span<const float>() const { return values; }
};

// The rows as a sheet of pictures.
template <std::size_t C, std::size_t H, std::size_t W>
picture grid(const rows<shape<C, H, W>>& images, const grid_options& options = {}) {
    std::vector<float> planes(images.values.size());
    for (std::size_t i = 0; i < images.size(); ++i)
        for (std::size_t p = 0; p < H * W; ++p)
            for (std::size_t c = 0; c < C; ++c) planes[(i * C + c) * H * W + p] = images.values[(i * H * W + p) * C + c];
    return grid(std::span<const float>(planes), images.size(), C, H, W, options);
}

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
class built_model {
public:
    using description = Model;
    using machine     = Machine;
    using data        = typename decltype(layers::data_of<Model>())::type;
    using latent      = typename decltype(layers::latent_of<Model>())::type;

    explicit built_model(Machine& on, std::uint64_t seed = 1, std::size_t batch = 100)
        : machine_(&on), batch_(batch), parameters_(layout<Model>::parameters), states_(layout<Model>::states) {
        initialise(seed);
    }

    // Each tensor's start is a function of its name and the seed.
    void initialise(std::uint64_t seed) {
        for (const auto& [places, buffer] : {std::pair{parameter_places<Model>(), parameters()}, std::pair{state_places<Model>(), states()}})
            for (const tensor_place& p : places)
                p.fill(buffer.subspan(p.offset, p.size), draws(seed, ("initial " + p.name).c_str()));
    }

    Machine&               on() { return *machine_; }
    std::span<float>       parameters() { return parameters_.span(); }
    std::span<const float> parameters() const { return parameters_.span(); }
    std::span<float>       states() { return states_.span(); }
    std::span<const float> states() const { return states_.span(); }

    // One tensor by its name in files: "decoder.3.bias".
    std::span<float> tensor(const std::string& name) {
        for (const tensor_place& p : parameter_places<Model>())
            if (p.name == name) return parameters().subspan(p.offset, p.size);
        throw std::out_of_range("the model has no parameter " + name);
    }

    // ---- what a VAE can do. Conditions, where there are any, follow the data: encode(x, with<label<10>>(y)). ----
    template <class... C>
    rows<latent> encode(std::span<const float> x, C... given) {
        return run<latent>(programs_.encode, [](auto& r) { Model::encode(r); }, "mean", rows_in<data>(x), 0, x, given...);
    }
    template <class... C>
    rows<data> decode(std::span<const float> z, C... given) {
        return run<data>(programs_.decode, [](auto& r) { Model::decode(r); }, "mean", rows_in<latent>(z), 0, z, given...);
    }
    template <class... C>
    rows<data> reconstruct(std::span<const float> x, C... given) {
        return run<data>(programs_.reconstruct, [](auto& r) { Model::reconstruct(r); }, "mean", rows_in<data>(x), 0, x, given...);
    }
    // Means of the likelihood at draws of the prior; image i of a seed is always the same.
    template <class... C>
    rows<data> sample(std::size_t count, std::uint64_t seed = 1, C... given) {
        return run<data>(programs_.generate, [](auto& r) { Model::generate(r); }, "mean", count, seed, {}, given...);
    }
    // log p(x, z_k) - log q(z_k | x), K draws for each x of a batch; `turn` gives further draws.
    template <int K, class... C>
    std::vector<float> log_weights(std::span<const float> x, std::uint64_t seed, std::uint32_t turn, C... given) {
        static_assert(K > 0);
        return run<shape<static_cast<std::size_t>(K)>>(weight_program<K>(), [](auto& r) { Model::template log_weights<K>(r); },
                                                       "log weights", rows_in<data>(x), seed, x, given..., draw_turn{turn})
            .values;
    }

    // Replays any program of the model's: F calls output(record, name, value).
    using program = typename Machine::program;

private:
    struct draw_turn {
        std::uint32_t turn;
    };

    template <class Out, class F, class... C>
    rows<Out> run(std::unique_ptr<program>& made, F record, const char* name, std::size_t count, std::uint64_t seed,
                  std::span<const float> x, C... given) {
        if (!made) {
            const auto n = static_cast<std::int64_t>(batch_);
            made         = std::make_unique<program>(*machine_, programs::of<Model>(record), row_counts{1, n, n, n});
        }
        rows<Out> out{std::vector<float>(count * Out::size)};
        auto      b  = bindings_for<float>(made->code());
        b.parameters = parameters_.data();
        b.state      = states_.data();
        b.seed       = seed;
        const std::size_t width = count == 0 ? 0 : x.size() / count;
        for (std::size_t first = 0; first < count; first += batch_) {
            const std::size_t n = std::min(batch_, count - first);
            b.counts            = {1, static_cast<std::int64_t>(n), static_cast<std::int64_t>(n), static_cast<std::int64_t>(n)};
            b.first_row         = static_cast<std::uint32_t>(first);
            if (!b.inputs.empty() && width > 0) b.inputs[0] = x.data() + first * width;
            (bind(b, first, n, given), ...);
            every_input_is_given(made->code(), b);
            made->replay(b);
            const auto got = made->output(name);
            std::copy(got.begin(), got.end(), out.values.begin() + static_cast<std::ptrdiff_t>(first * Out::size));
        }
        return out;
    }
    template <class Shape>
    static std::size_t rows_in(std::span<const float> x) {
        if (x.size() % Shape::size != 0)
            throw std::invalid_argument("expected rows of " + std::to_string(Shape::size) + " numbers, got " +
                                        std::to_string(x.size()) + " in all");
        return x.size() / Shape::size;
    }
    // A condition that a program does not read is no error: a prior that is not conditioned, say.
    template <class Data>
    static void bind(bindings<float>& b, std::size_t first, std::size_t n, condition_rows<Data> c) {
        static_assert(data_must_be_among_the_models_inputs<Data, Model>());
        constexpr std::size_t width = data_traits<Data>::raw::size;
        if (c.values.size() < (first + n) * width)
            throw std::invalid_argument("expected a condition for every row, " + std::to_string((first + n) * width) +
                                        " numbers or more, got " + std::to_string(c.values.size()));
        if (const auto at = index_in<Data>(typename Model::inputs{}); at < b.inputs.size())
            b.inputs[at] = c.values.data() + first * width;
    }
    static void bind(bindings<float>& b, std::size_t, std::size_t, draw_turn d) { b.step = d.turn; }
    static void every_input_is_given(const tape& t, const bindings<float>& b) {
        for (const node& n : t.nodes)
            if (n.what == verb::input && b.inputs[static_cast<std::size_t>(n.i)] == nullptr)
                throw std::invalid_argument("the model joins a condition that it was not given: encode(x, with<label<10>>(y))");
    }

    template <int K>
    std::unique_ptr<program>& weight_program() {
        for (auto& [k, made] : programs_.weights)
            if (k == K) return made;
        return programs_.weights.emplace_back(K, nullptr).second;
    }

    Machine*                 machine_;
    std::size_t              batch_;
    typename Machine::buffer parameters_, states_;
    struct {
        std::unique_ptr<program> encode, decode, reconstruct, generate;
        std::vector<std::pair<int, std::unique_ptr<program>>> weights;
    } programs_;
};

// ---- weights in files ----

template <class Model, class Machine>
void save(const built_model<Model, Machine>& m, const std::string& path) {
    outgoing_tensors out;
    out.add(parameter_places<Model>(), m.parameters());
    out.add(state_places<Model>(), m.states());
    io::write_safetensors(path, {{"format", "pt"}}, out.entries());
}
// All or nothing: a file that does not fit leaves the model as it was.
template <class Model, class Machine>
void load(built_model<Model, Machine>& m, const std::string& path) {
    const io::tensor_file file = read_checkpoint(path);
    std::vector<float>    p(m.parameters().size()), s(m.states().size());
    weights::take(path, file, parameter_places<Model>(), p);
    weights::take(path, file, state_places<Model>(), s);
    std::copy(p.begin(), p.end(), m.parameters().begin());
    std::copy(s.begin(), s.end(), m.states().begin());
}

}  // namespace elbo
