// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE pytorch
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/worse.hpp"
#include "train/small.hpp"

#include <sys/wait.h>
#include <cmath>
#include <cstdio>
#include <cstdlib>

// Weights go to PyTorch and come back, by name and layout alone: pytorch.py builds the same networks. Images are
// height x width x channels in memory and channels x height x width there.

using namespace elbo;
using namespace elbo::tests;

namespace {

using image = shape<3, 8, 8>;
struct encoder : stack<image, conv<4, 3, 2, 1>, batch_norm<>, act::relu, layer_norm, flatten, linear<10>, batch_norm<>,
                       act::tanh, layer_norm, linear<6>, to<diagonal_normal<3>>> {};
struct decoder : stack<shape<3>, linear<48>, act::elu<>, reshape<shape<3, 4, 4>>, conv_transpose<5, 3, 2, 1, 1>,
                       batch_norm<>, act::relu, conv<3, 3, 1, 1>, to<bernoulli>> {};
struct colours : vae<encoder, decoder> {};

constexpr std::size_t frame = 2, steps = 4;
struct memory : lstm<frame, 5> {};
struct reader : gru<5, 4> {};
struct sequences {
    using data     = shape<steps, frame>;
    using latent   = shape<4>;
    using inputs   = list<data>;
    using networks = list<net<"memory", memory>, net<"reader", reader>>;

    static constexpr void encode(auto& record) {
        const auto xs    = input<data>(record);
        auto       state = memory::zero_state(record);
        auto       r     = reader::zero_state(record);
        for (std::size_t t = 0; t < steps; ++t) {
            state = run<memory>(record, slice<frame>(xs, t * frame), state, turn{static_cast<int>(t)});
            r     = run<reader>(record, state.h, r, turn{static_cast<int>(t)});
        }
        output(record, "mean", r);
    }
};

constexpr std::size_t rows_of_data = 5;

// In the order of files.
std::vector<float> numbers(std::size_t count, const char* purpose) {
    std::vector<float> v(count);
    for (std::size_t i = 0; i < count; ++i) v[i] = static_cast<float>(draws(1, purpose).normal(static_cast<std::uint32_t>(i)));
    return v;
}
template <std::size_t C, std::size_t H, std::size_t W>
std::vector<float> in_memory(const std::vector<float>& file, shape<C, H, W>) {
    std::vector<float> v(file.size());
    for (std::size_t i = 0; i < file.size(); ++i) v[i / (C * H * W) * (C * H * W) + i % (H * W) * C + i / (H * W) % C] = file[i];
    return v;
}
double largest_difference(std::span<const float> ours, const std::string& path, const char* name, bool is_an_image = false) {
    const io::tensor_file file   = io::read_safetensors(path);
    const auto*           tensor = file.find(name);
    BOOST_REQUIRE(tensor != nullptr);
    std::vector<float> theirs(ours.size());
    tensor->copy_to(std::span<float>(theirs));
    if (is_an_image) theirs = in_memory(theirs, image{});
    double most = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) most = laws::worse(most, std::abs(static_cast<double>(ours[i]) - static_cast<double>(theirs[i])));
    return most;
}

// Weights, biases and statistics that no initialiser gives, so that none can stand in for another.
template <class Model>
void stir(built_model<Model, host>& m) {
    for (std::size_t i = 0; i < m.parameters().size(); ++i)
        m.parameters()[i] += 0.2f * static_cast<float>(draws(2, "parameters").normal(static_cast<std::uint32_t>(i)));
    for (const tensor_place& p : state_places<Model>())
        for (std::size_t i = 0; i < p.size; ++i)
            m.states()[p.offset + i] = p.name.ends_with("tracked") ? 7.0f : static_cast<float>(0.5 + draws(3, p.name.c_str()).uniform(static_cast<std::uint32_t>(i)));
}

// Every tensor of ours as PyTorch wrote it.
template <class Model>
void loads_and_saves(built_model<Model, host>& m, const scratch& folder, const std::string& name) {
    const std::string theirs = folder.path(name + "_torch.safetensors"), ours = folder.path(name + "_again.safetensors");
    load(m, theirs);
    save(m, ours);
    const auto a = io::read_safetensors(theirs), b = io::read_safetensors(ours);
    BOOST_TEST(a.tensors.size() == b.tensors.size());
    for (const io::tensor_entry& t : a.tensors) {
        const auto* same = b.find(t.name);
        BOOST_REQUIRE_MESSAGE(same != nullptr, t.name);
        BOOST_TEST(same->dtype == t.dtype, t.name);
        BOOST_TEST(same->shape == t.shape, t.name);
        BOOST_TEST(std::equal(t.bytes.begin(), t.bytes.end(), same->bytes.begin(), same->bytes.end()), t.name);
    }
}

// The exit code of pytorch.py, by the first Python that has PyTorch.
int run_python(const std::string& folder) {
    const std::string script  = std::filesystem::path(__FILE__).parent_path().string() + "/pytorch.py";
    const char*       chosen  = std::getenv("ELBO_PYTHON");
    int               outcome = 77;
    for (const std::string& python : {std::string(chosen == nullptr ? "" : chosen), std::string("python3"), std::string("/usr/bin/python3")}) {
        if (python.empty()) continue;
        const int status = std::system((python + " '" + script + "' '" + folder + "'").c_str());
        outcome          = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        if (outcome == 127) outcome = 77;  // no such Python
        if (outcome != 77) break;
    }
    return outcome;
}

}  // namespace

BOOST_AUTO_TEST_CASE(weights_go_there_and_back) {
    const scratch folder("pytorch");
    host          machine({.threads = 1});
    built_model<colours, host>   pictures(machine, 1);
    built_model<sequences, host> series(machine, 1);
    stir(pictures);
    stir(series);
    save(pictures, folder.path("colours_elbo.safetensors"));
    save(series, folder.path("sequences_elbo.safetensors"));

    const auto x = numbers(rows_of_data * image::size, "x"), z = numbers(rows_of_data * 3, "z"),
               frames = numbers(rows_of_data * steps * frame, "frames");
    const std::vector<io::tensor_entry> data{io::make_tensor<float>("x", x, {rows_of_data, 3, 8, 8}),
                                             io::make_tensor<float>("z", z, {rows_of_data, 3}),
                                             io::make_tensor<float>("frames", frames, {rows_of_data, steps, frame})};
    io::write_safetensors(folder.path("data.safetensors"), {}, data);

    const int outcome = run_python(folder.folder.string());
    if (outcome == 77) {
        std::printf("skipped: there is no PyTorch here\n");
        return;
    }
    BOOST_REQUIRE(outcome == 0);

    const auto x_in_memory = in_memory(x, image{});
    const auto agree       = [&](const std::string& whose) {
        const std::string of_pictures = folder.path("colours_" + whose), of_series = folder.path("sequences_" + whose);
        BOOST_TEST(largest_difference(pictures.encode(x_in_memory), of_pictures, "codes") < 1e-5);
        BOOST_TEST(largest_difference(pictures.decode(z), of_pictures, "pixels", true) < 1e-5);
        BOOST_TEST(largest_difference(series.encode(frames), of_series, "memory") < 1e-5);
    };
    agree("from_elbo.safetensors");
    // Not the same outputs by chance: those of other weights are elsewhere.
    BOOST_TEST(largest_difference(pictures.encode(x_in_memory), folder.path("colours_from_torch.safetensors"), "codes") > 0.1);
    BOOST_TEST(largest_difference(series.encode(frames), folder.path("sequences_from_torch.safetensors"), "memory") > 0.1);

    loads_and_saves(pictures, folder, "colours");
    loads_and_saves(series, folder, "sequences");
    agree("from_torch.safetensors");
}

// ---- files that do not fit: one line, and nothing changes ----

BOOST_AUTO_TEST_CASE(files_of_other_models) {
    const scratch folder("misfit");
    host          machine({.threads = 1});
    built_model<colours, host> m(machine, 1);
    stir(m);
    const std::vector<float> before(m.parameters().begin(), m.parameters().end());
    const std::string        path = folder.path("other.safetensors");

    const auto complaint = [&](auto change) {
        outgoing_tensors out;
        out.add(parameter_places<colours>(), std::as_const(m).parameters());
        out.add(state_places<colours>(), std::as_const(m).states());
        std::vector<io::tensor_entry> entries(out.entries().begin(), out.entries().end());
        change(entries);
        io::write_safetensors(path, {}, entries);
        try {
            load(m, path);
        } catch (const io::bad_file& e) {
            return std::string(e.what()).substr(path.size());
        }
        return std::string("none");
    };
    const auto named = [](auto& entries, const char* name) {
        return std::find_if(entries.begin(), entries.end(), [&](const auto& e) { return e.name == name; });
    };
    BOOST_TEST(complaint([](auto&) {}) == "none");
    BOOST_TEST(complaint([&](auto& e) { e.erase(named(e, "encoder.9.bias")); }) == ": expected a tensor encoder.9.bias, got none");
    BOOST_TEST(complaint([&](auto& e) { named(e, "decoder.3.weight")->shape = {5, 3, 3, 3}; }) ==
               ": decoder.3.weight: expected shape [3, 5, 3, 3], got [5, 3, 3, 3]");
    BOOST_TEST(complaint([&](auto& e) {
        auto at = named(e, "encoder.1.running_var");
        at->dtype = "I64", at->shape = {2};
    }) == ": encoder.1.running_var: expected shape [4], got [2]");
    const std::vector<double> wide(10, 1.0);
    BOOST_TEST(complaint([&](auto& e) { *named(e, "encoder.8.bias") = io::make_tensor<double>("encoder.8.bias", wide, {10}); }) ==
               ": encoder.8.bias: expected type F32 or BF16, got F64");
    BOOST_TEST(std::equal(before.begin(), before.end(), m.parameters().begin()));
}
