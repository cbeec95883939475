// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/machine/bindings.hpp>
#include <elbo/train/checkpoint.hpp>
#include <elbo/train/outline.hpp>
#include <elbo/train/weights.hpp>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

ELBO_COMPILED_ONCE

namespace elbo {

// A batch of n on every axis.
constexpr row_counts row_counts_of(std::size_t n) {
    const auto rows = static_cast<std::int64_t>(n);
    return {1, rows, rows, rows};
}

// A model's tensors on a machine, and its programs' runner: what is the same for every model of an outline.
template <class Machine>
class built {
public:
    using program = typename Machine::program;

    ELBO_COLD built(Machine& on, model_outline of, std::uint64_t seed, std::size_t batch)
        : machine_(&on), outline_(std::move(of)), batch_(batch), parameters_(outline_.parameter_count), states_(outline_.state_count) {
        if (batch == 0) throw std::invalid_argument("expected a batch of 1 or more, got 0");
        initialise(seed);
    }

    // Each tensor's start is a function of its name and the seed.
    void initialise(std::uint64_t seed) {
        const auto fill = [&](const std::vector<tensor_place>& places, std::span<float> buffer) {
            for (const tensor_place& p : places) p.fill(buffer.subspan(p.offset, p.size), draws(seed, sentence({"initial ", p.name}).c_str()));
        };
        fill(outline_.parameters, parameters());
        fill(outline_.states, states());
    }

    Machine&               on() { return *machine_; }
    const model_outline&   outline() const { return outline_; }
    // Views are good until the machine next runs.
    std::span<float>       parameters() { return rounded_ = false, parameters_.span(); }
    std::span<const float> parameters() const { return parameters_.span(); }
    std::span<float>       states() { return states_.span(); }
    std::span<const float> states() const { return states_.span(); }

    // Where the machine has them.
    float* parameters_there() { return rounded_ = false, parameters_.data(); }
    float* states_there() { return states_.data(); }

    // Every parameter becomes the nearest bfloat16, as models are often handed on. Until they are written again, the host keeps large
    // matrices in half as many bytes besides, for programs of one row.
    void round_to_bfloat16() {
        weights::round_to_bfloat16(parameters());
        rounded_ = true, ++roundings_;
    }

    // One tensor by its name in files: "decoder.3.bias".
    std::span<float> tensor(const std::string& name) {
        for (const tensor_place& p : outline_.parameters)
            if (p.name == name) return parameters().subspan(p.offset, p.size);
        throw std::out_of_range(sentence({"the model has no parameter ", name}));
    }

protected:
    // Rows for one of the inputs.
    struct fed {
        std::size_t            input, width;
        std::span<const float> values;
    };
    // What a program that is run row by row is given, and what it gives.
    struct request {
        const char*      output;
        std::size_t      width;  // numbers a row of the output
        std::size_t      rows;
        std::uint64_t    seed = 0;
        std::uint32_t    turn = 0;
        std::vector<fed> inputs = {};
    };

    ELBO_OUTLINE std::vector<float> run(tape (*code)(), const request& asked) {
        program*           made = program_of(code);
        std::vector<float> out;
        out.reserve(asked.rows * asked.width);  // filling it first would take a thirtieth of sampling
        auto               b = bindings_for<float>(made->code());
        b.parameters = parameters_.data(), b.state = states_.data();
        b.seed = asked.seed, b.step = asked.turn, b.rounded = rounded_ ? roundings_ : 0;
        for (std::size_t first = 0; first < asked.rows; first += batch_) {
            const std::size_t n = std::min(batch_, asked.rows - first);
            b.counts            = row_counts_of(n);
            b.first_row         = static_cast<std::uint32_t>(first);
            for (const fed& f : asked.inputs) {
                if (f.values.size() < (first + n) * f.width)
                    throw std::invalid_argument(sentence({"expected a condition for every row, ", asked.rows * f.width,
                                                          " numbers or more, got ", f.values.size()}));
                if (f.input < outline_.inputs.size() && outline_.inputs[f.input].what == input_outline::kind::label)
                    outlining::check_classes(outline_.inputs[f.input], f.values.subspan(first * f.width, n * f.width));
                // A condition that a program does not read is no error: a prior that is not conditioned, say.
                if (f.input < b.inputs.size()) b.inputs[f.input] = f.values.data() + first * f.width;
            }
            every_input_is_given(made->code(), b);
            made->replay(b);
            const auto got = made->output(asked.output);
            out.insert(out.end(), got.begin(), got.end());
        }
        return out;
    }

private:
    // Recorded when first asked for.
    ELBO_COLD program* program_of(tape (*code)()) {
        for (const auto& [known, made] : programs_)
            if (known == code) return made.get();
        return programs_.emplace_back(code, std::make_unique<program>(*machine_, code(), row_counts_of(batch_))).second.get();
    }
    static void every_input_is_given(const tape& t, const bindings<float>& b) {
        for (const node& n : t.nodes)
            if (n.what == verb::input && b.inputs[static_cast<std::size_t>(n.i)] == nullptr)
                throw std::invalid_argument("the model joins a condition that it was not given: encode(x, with<label<10>>(y))");
    }

    Machine*                 machine_;
    model_outline            outline_;
    std::size_t              batch_;
    bool                     rounded_   = false;
    std::uint32_t            roundings_ = 0;
    typename Machine::buffer parameters_, states_;
    std::vector<std::pair<tape (*)(), std::unique_ptr<program>>> programs_;
};

// ---- weights in files ----

template <class Machine>
void save(const built<Machine>& m, const std::string& path) {
    outgoing_tensors out;
    out.add(m.outline().parameters, m.parameters());
    out.add(m.outline().states, m.states());
    io::write_safetensors(path, {{"format", "pt"}}, out.entries());
}
// All or nothing: a file that does not fit leaves the model as it was.
template <class Machine>
void load(built<Machine>& m, const std::string& path) {
    const io::tensor_file file = read_checkpoint(path);
    std::vector<float>    p(m.parameters().size()), s(m.states().size());
    weights::take(path, file, m.outline().parameters, p);
    weights::take(path, file, m.outline().states, s);
    std::copy(p.begin(), p.end(), m.parameters().begin());
    std::copy(s.begin(), s.end(), m.states().begin());
}

}  // namespace elbo
