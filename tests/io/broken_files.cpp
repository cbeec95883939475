// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE broken_files
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "made_files.hpp"

#include <elbo/io/load.hpp>
#include <elbo/io/npy.hpp>
#include <elbo/io/safetensors.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <new>
#include <numeric>
#include <set>
#include <string>
#include <vector>

// The largest single allocation since it was last set to 0.
static std::size_t largest_allocation = 0;

[[gnu::noinline]] void* operator new(std::size_t size) {
    largest_allocation = std::max(largest_allocation, size);
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    largest_allocation = std::max(largest_allocation, size);
    return std::malloc(size == 0 ? 1 : size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

using namespace elbo::io;
using made::bytes;
using made::operator+;

namespace {

struct specimen {
    std::string                name;
    bytes                      good;
    std::function<void(bytes)> parse;
    std::set<std::size_t>      whole_too = {};      // lengths that are files as well
    bool                       checked   = false;   // every bit is under a checksum
    std::size_t                expansion = 64;      // bytes allocated at once for each byte of the file, at most
};

// Ten kilobytes at most, so that every cut and every flip is tried.
std::vector<specimen> specimens() {
    std::vector<specimen> all;
    const bytes           small = made::noise(60), bits = made::noise(45, 3, 2);
    bytes                 smooth(600);
    std::iota(smooth.begin(), smooth.end(), std::uint8_t{0});
    // Some header bits and the last few before the checksum mean nothing, but what is unpacked must be right.
    const auto same = [](const bytes& got, const bytes& expected) {
        if (got != expected) BOOST_ERROR("unpacked to something else");
    };
    const bytes both = smooth + small, zlib = elbo::io::zlib_deflate(both);
    all.push_back({"gzip, stored", made::gzip(small), [=](bytes b) { same(gunzip(b, 1000, "a"), small); }});
    all.push_back({"gzip, packed", made::gzip(both, bytes(zlib.begin() + 2, zlib.end() - 4)),
                   [=](bytes b) { same(gunzip(b, 1000, "a"), both); }});
    all.push_back({"zlib", zlib, [=](bytes b) { same(zlib_inflate(b, 1000, "a"), both); }});
    all.push_back({"idx images", made::idx({5, 3, 4}, small), [](bytes b) { parse_idx_images(std::move(b), "a"); }});
    all.push_back({"idx labels", made::idx({60}, small), [](bytes b) { parse_idx_labels(std::move(b), "a"); }});
    all.push_back({"cifar",
                   made::cifar(2),
                   [](bytes b) {
                       elbo::data::images set;
                       parse_cifar10(set, b, "a");
                   },
                   {3073}});
    all.push_back({"amat", made::amat(3, bits), [](bytes b) { parse_amat(b, "a"); }, {18, 36, 54, 72}});
    const bytes x = made::mat_matrix("X", {32, 32, 3, 1}, 2, made::noise(3072)),
                y = made::mat_matrix("y", {1, 1}, 2, bytes{10}, 6);
    all.push_back({"svhn", made::mat(x + y), [](bytes b) { parse_matlab_images(b, "a"); }});
    all.push_back({"svhn, packed", made::mat(made::mat_compressed(x) + made::mat_compressed(y)),
                   [](bytes b) { parse_matlab_images(b, "a"); }});
    all.push_back({"png, colour",
                   made::png(6, 5, 8, 2, made::png_filtered(18, 3, made::noise(90))),
                   [](bytes b) { parse_png(b, "a"); },
                   {},
                   true});
    all.push_back({"png, palette",
                   made::png(9, 2, 1, 3, bytes{0, 0x55, 0x80, 1, 1, 0}, made::png_chunk("PLTE", made::noise(6))),
                   [](bytes b) { parse_png(b, "a"); },
                   {},
                   true});
    all.push_back({"npy", made::npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 5), }\n", small),
                   [](bytes b) { parse_npy(b, "a"); }});
    all.push_back(
        {"safetensors",
         made::safetensors(
             R"({"__metadata__":{"format":"pt","a\u00e9":"\ud83d\ude00"},"w":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
             R"("b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"n":{"dtype":"U8","shape":[0,4],"data_offsets":[32,32]},)"
             R"("c":{"dtype":"BF16","shape":[14],"data_offsets":[32,60]}}   )",
             small),
         [](bytes b) { parse_safetensors(std::move(b), "a"); }});
    return all;
}

// True: accepted. False: bad_file, in one line, naming the file. Anything else fails the test.
bool accepts(const specimen& kind, const bytes& file) {
    largest_allocation = 0;
    bool accepted      = false;
    try {
        kind.parse(file);
        accepted = true;
    } catch (const bad_file& problem) {
        const std::string text = problem.what();
        if (text.empty() || text[0] != 'a' || text.find('\n') != std::string::npos || text.size() > 600)
            BOOST_ERROR(kind.name << " says: " << text);
    } catch (const std::exception& problem) {
        BOOST_ERROR(kind.name << " throws something else: " << problem.what());
    }
    if (largest_allocation > 100000 + kind.expansion * file.size())
        BOOST_ERROR(kind.name << " of " << file.size() << " bytes allocates " << largest_allocation << " at once");
    return accepted;
}

}  // namespace

BOOST_AUTO_TEST_CASE(whole_files_are_accepted) {
    for (const specimen& kind : specimens()) BOOST_TEST(accepts(kind, kind.good), kind.name);
}

BOOST_AUTO_TEST_CASE(cut_at_every_byte) {
    for (const specimen& kind : specimens())
        for (std::size_t size = 0; size < kind.good.size(); ++size) {
            const bool whole = accepts(kind, bytes(kind.good.begin(), kind.good.begin() + std::ptrdiff_t(size)));
            if (whole != kind.whole_too.contains(size))
                BOOST_ERROR(kind.name << (whole ? " accepts " : " refuses ") << size << " bytes");
        }
}

BOOST_AUTO_TEST_CASE(one_byte_too_many) {
    for (const specimen& kind : specimens())
        for (const int extra : {0, 32, 10, 255})
            if (accepts(kind, kind.good + bytes{std::uint8_t(extra)}))
                BOOST_ERROR(kind.name << " accepts a trailing " << extra);
}

BOOST_AUTO_TEST_CASE(every_byte_flipped) {
    for (const specimen& kind : specimens()) {
        bytes file = kind.good;
        for (std::size_t at = 0; at < file.size(); ++at)
            for (const unsigned flip : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u, 255u}) {
                if (flip > 2 && flip < 128 && at > 600) continue;
                file[at] = std::uint8_t(kind.good[at] ^ flip);
                if (accepts(kind, file) && kind.checked)
                    BOOST_ERROR(kind.name << " accepts byte " << at << " flipped by " << flip);
                file[at] = kind.good[at];
            }
    }
}

BOOST_AUTO_TEST_CASE(blocks_of_noise) {
    std::uint32_t seed = 1;
    for (const specimen& kind : specimens())
        for (int round = 0; round < 400; ++round) {
            ++seed;
            // a true start and then noise; or a stretch of noise, zeros or ones in the middle
            const std::size_t at = made::noise(4, seed)[0] * kind.good.size() / 256;
            const std::size_t count =
                std::min<std::size_t>(kind.good.size() - at, std::size_t{1} + made::noise(9, seed)[8] % 16);
            bytes       file = kind.good;
            const bytes junk = round % 3 == 0   ? bytes(count, 0)
                               : round % 3 == 1 ? bytes(count, 255)
                                                : made::noise(count, seed);
            std::copy(junk.begin(), junk.end(), file.begin() + std::ptrdiff_t(at));
            accepts(kind, file);
            accepts(kind, bytes(kind.good.begin(), kind.good.begin() + std::ptrdiff_t(at)) + made::noise(200, seed));
            if (accepts(kind, made::noise(seed % 700, seed)) && kind.name != "amat")
                BOOST_ERROR(kind.name << " accepts noise");
        }
}

BOOST_AUTO_TEST_CASE(repeated_and_missing_stretches) {
    std::uint32_t seed = 77;
    for (const specimen& kind : specimens())
        for (int round = 0; round < 200; ++round) {
            const bytes       dice  = made::noise(8, ++seed);
            const std::size_t at    = dice[0] * kind.good.size() / 256,
                              count = std::min<std::size_t>(kind.good.size() - at, 1 + dice[4] % 40u);
            const auto from = kind.good.begin() + std::ptrdiff_t(at), to = from + std::ptrdiff_t(count);
            accepts(kind, bytes(kind.good.begin(), from) + bytes(to, kind.good.end()));
            accepts(kind, bytes(kind.good.begin(), to) + bytes(from, kind.good.end()));
        }
}

// Numbers in a file that ask for memory which its size does not back.
BOOST_AUTO_TEST_CASE(lying_headers) {
    const bytes few = made::noise(24);
    struct lie {
        const char* what;
        bytes       file;
        void (*parse)(bytes);
    };
    const auto idx    = [](bytes b) { parse_idx(std::move(b), "a"); };
    const auto mat    = [](bytes b) { parse_matlab_images(b, "a"); };
    const auto png    = [](bytes b) { parse_png(b, "a"); };
    const auto npy    = [](bytes b) { parse_npy(b, "a"); };
    const auto st     = [](bytes b) { parse_safetensors(std::move(b), "a"); };
    const auto tensor = [&](const std::string& shape, const std::string& offsets) {
        return made::safetensors(
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[" + shape + "],\"data_offsets\":[" + offsets + "]}}", few);
    };
    const auto array = [&](const std::string& shape) {
        return made::npy("{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }\n", few);
    };
    bytes long_element = made::mat(made::mat_compressed(made::mat_matrix("X", {4}, 2, few)));
    long_element[132] = long_element[133] = long_element[134] = 0xFF;
    for (const lie& told : std::vector<lie>{
             {"idx, 2^96 pixels", made::idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, few), idx},
             {"idx, a product of 2^64 + 24", made::idx({0x80000003, 8, 0x40000000, 8}, few), idx},
             {"idx, a product of 2^64", made::idx({0x80000000, 0x80000000, 4}, bytes{}), idx},
             {"mat, element of 4 GB", long_element, mat},
             {"mat, 2^40 numbers", made::mat(made::mat_matrix("X", {1 << 20, 1 << 20}, 2, few)), mat},
             {"mat, a product of 2^64", made::mat(made::mat_matrix("X", {1u << 31, 1u << 31, 4}, 2, bytes{})), mat},
             {"png, 4 G pixels", made::png(65535, 65535, 8, 6, few), png},
             {"png, 16 E pixels", made::png(0x7FFFFFFF, 0x7FFFFFFF, 8, 6, few), png},
             {"npy, 2^62 numbers", array("4611686018427387904,"), npy},
             {"npy, more than 2^64 numbers", array("4611686018427387904, 4611686018427387904, 6"), npy},
             {"npy, 20 digits", array("18446744073709551622,"), npy},
             {"npy, a negative extent", array("-6,"), npy},
             {"safetensors, header of 2^63", made::little64(std::uint64_t{1} << 63) + few, st},
             {"safetensors, header of -1", made::little64(~std::uint64_t{0}) + few, st},
             {"safetensors, header of 2 MB", made::little64(2 << 20) + bytes(2 << 20, ' '), st},
             {"safetensors, 2^62 numbers", tensor("4611686018427387904", "0,24"), st},
             {"safetensors, wrapped offsets", tensor("6", "18446744073709551592,24"), st},
             {"safetensors, shape that wraps", tensor("4611686018427387905,4", "0,24"), st},
             {"safetensors, beyond the end", tensor("12", "0,48"), st},
         }) {
        largest_allocation = 0;
        BOOST_CHECK_THROW(told.parse(told.file), bad_file);
        BOOST_TEST(largest_allocation < 70000 + 2 * told.file.size(), told.what);
    }
}

// A small file that unpacks to much is stopped at what its reader asked for.
BOOST_AUTO_TEST_CASE(bombs) {
    const bytes packed = elbo::io::zlib_deflate(bytes(8 << 20, 0));
    const bytes bomb   = made::gzip(bytes(8 << 20, 0), bytes(packed.begin() + 2, packed.end() - 4));
    largest_allocation = 0;
    BOOST_CHECK_THROW(gunzip(bomb, 1 << 16, "a"), bad_file);
    BOOST_CHECK_THROW(zlib_inflate(packed, 1 << 16, "a"), bad_file);
    BOOST_CHECK_THROW(
        parse_png(made::png_head(64, 64, 8, 0) + made::png_chunk("IDAT", packed) + made::png_chunk("IEND", {}), "a"),
        bad_file);
    BOOST_TEST(largest_allocation < 3u << 16);
    BOOST_TEST(gunzip_start_of(bomb, 100).size() == 100u);
}
