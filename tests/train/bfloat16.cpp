// SPDX-License-Identifier: MIT
// Parameters rounded to bfloat16s: which numbers they are, that reading them in halves changes no bit, and that nobody reads old ones.
#define BOOST_TEST_MODULE bfloat16
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/io/safetensors.hpp>
#include <elbo/train.hpp>

#include <unistd.h>
#include <cmath>
#include <filesystem>
#include <limits>

using namespace elbo;

namespace {

// Matrices large enough to be read in halves, whose columns fill no strip; and small ones.
using picture = shape<1, 16, 16>;
struct encoder : stack<picture, flatten, linear<150>, act::tanh, linear<14>, to<diagonal_normal<7>>> {};
struct decoder : stack<shape<7>, linear<150>, act::tanh, linear<256>, reshape<picture>, to<bernoulli>> {};
struct small_vae : vae<encoder, decoder> {};

std::vector<float> numbers(std::size_t count, std::uint64_t seed) {
    std::vector<float> x(count);
    for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>(draws(seed, "numbers").uniform(static_cast<std::uint32_t>(i)));
    return x;
}

// What a model of the same parameters says that does not know that they are rounded.
template <class Do>
std::vector<float> from_floats(built_model<small_vae, host>& of, Do ask) {
    built_model<small_vae, host> plain(of.on(), 2, 10);
    std::ranges::copy(std::as_const(of).parameters(), plain.parameters().begin());
    return ask(plain).values;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_nearest_is_taken_and_the_even_one_of_two) {
    const float        step = 1.0f / 128, infinite = std::numeric_limits<float>::infinity();
    std::vector<float> x{1, 1 + step / 4, 1 + step / 2, 1 + 3 * step / 2, 1 + 3 * step / 4, -1 - step / 2, 0, -0.0f, infinite, -infinite, std::numeric_limits<float>::max()};
    const std::vector<float> expected{1, 1, 1, 1 + 2 * step, 1 + step, -1, 0, -0.0f, infinite, -infinite, infinite};
    weights::round_to_bfloat16(x);
    BOOST_TEST(x == expected, boost::test_tools::per_element());
    BOOST_TEST(std::signbit(x[7]));
    std::vector<float> none{std::numeric_limits<float>::quiet_NaN(), std::bit_cast<float>(0x7F800001u)};
    weights::round_to_bfloat16(none);
    BOOST_TEST((std::isnan(none[0]) && std::isnan(none[1])));
}
BOOST_AUTO_TEST_CASE(a_rounded_model_says_the_same_from_halves_and_from_floats) {
    const auto x = numbers(5 * 256, 1), z = numbers(5 * 7, 2);
    for (const int threads : {1, 2, 3}) {
        host                         machine({.threads = threads});
        built_model<small_vae, host> model(machine, 1, 10);
        const auto                   before = model.encode(std::span(x).first(256)).values;
        model.round_to_bfloat16();
        for (const std::size_t rows : {1, 2, 3, 5}) {
            const auto encode = [&](auto& m) { return m.encode(std::span(x).first(rows * 256)); };
            const auto decode = [&](auto& m) { return m.decode(std::span(z).first(rows * 7)); };
            BOOST_TEST((encode(model).values == from_floats(model, encode)), rows << " rows, " << threads << " threads");
            BOOST_TEST((decode(model).values == from_floats(model, decode)), rows << " rows, " << threads << " threads");
        }
        const auto after = model.encode(std::span(x).first(256)).values;
        double     most = 0;
        for (std::size_t i = 0; i < after.size(); ++i) most = std::max(most, std::abs(static_cast<double>(after[i]) - static_cast<double>(before[i])));
        BOOST_TEST((most > 0 && most < 0.02), "codes moved by " << most);
    }
}
BOOST_AUTO_TEST_CASE(what_is_written_afterwards_is_read) {
    host                         machine({.threads = 1});
    built_model<small_vae, host> model(machine, 1, 10);
    const auto                   x      = numbers(256, 1);
    const auto                   encode = [&](auto& m) { return m.encode(x); };
    model.round_to_bfloat16();
    const auto rounded = encode(model).values;
    for (float& p : model.parameters()) p *= 1.001f;  // no bfloat16s any more
    const auto written = encode(model).values;
    BOOST_TEST((written != rounded));
    BOOST_TEST((written == from_floats(model, encode)));
    model.round_to_bfloat16();
    BOOST_TEST((encode(model).values == from_floats(model, encode)));
}
BOOST_AUTO_TEST_CASE(a_rounded_model_may_be_trained_on) {
    trainer<small_vae, host> train({.batch = 10, .seed = 1}, {.threads = 2});
    const auto               x      = numbers(10 * 256, 3);
    const auto               encode = [&](auto& m) { return m.encode(std::span(x).first(256)); };
    std::ranges::copy(x, train.input(0).begin());
    train.model().round_to_bfloat16();
    const auto rounded = encode(train.model()).values;
    train.take_step(10, 0);
    BOOST_TEST((encode(train.model()).values != rounded));
    BOOST_TEST((encode(train.model()).values == from_floats(train.model(), encode)));
}
// A file of bfloat16s, as PyTorch writes them of a model that was cast, is read as what it says.
BOOST_AUTO_TEST_CASE(files_may_hold_bfloat16s) {
    host                         machine({.threads = 1});
    built_model<small_vae, host> model(machine, 1, 10), other(machine, 2, 10);
    model.round_to_bfloat16();
    const auto path = std::filesystem::temp_directory_path() / ("elbo_bfloat16-" + std::to_string(getpid()) + ".safetensors");
    save(model, path.string());
    io::tensor_file                        floats = io::read_safetensors(path.string());
    std::vector<std::vector<std::uint8_t>> room;
    std::vector<io::tensor_entry>          halves;
    for (const io::tensor_entry& t : floats.tensors) {
        std::vector<std::uint8_t>& upper = room.emplace_back();
        for (std::size_t i = 0; i < t.bytes.size(); i += 4) upper.push_back(t.bytes[i + 2]), upper.push_back(t.bytes[i + 3]);
        halves.push_back({t.name, "BF16", t.shape, io::bytes_view(room.back())});
    }
    io::write_safetensors(path.string(), {}, halves);
    load(other, path.string());
    std::filesystem::remove(path);
    BOOST_TEST((std::ranges::equal(std::as_const(model).parameters(), std::as_const(other).parameters())));
}
