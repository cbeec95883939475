// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE readers
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "made_files.hpp"

#include <elbo/io/load.hpp>

#include <array>
#include <bit>
#include <cstdio>
#include <numeric>
#include <utility>

using namespace elbo::io;
namespace data = elbo::data;
using made::bytes;
using made::operator+;

namespace {

std::vector<std::size_t> label_counts(const data::images& set) {
    std::vector<std::size_t> counts(set.classes);
    for (const std::uint8_t label : set.labels) ++counts.at(label);
    return counts;
}

void check_shape(const data::images& set, std::size_t count, std::size_t height, std::size_t width,
                 std::size_t channels) {
    BOOST_TEST(set.size() == count);
    BOOST_TEST(set.height == height);
    BOOST_TEST(set.width == width);
    BOOST_TEST(set.channels == channels);
    BOOST_TEST(set.pixels.size() == count * height * width * channels);
    if (set.labelled()) BOOST_TEST(set.labels.size() == count);
}

// The folder of a real data set, or empty.
std::string real(const std::string& name) {
    const char*       folder = std::getenv("ELBO_DATA");
    const std::string path   = folder == nullptr ? "" : std::string(folder) + "/" + name;
    if (std::filesystem::is_directory(path)) return path;
    std::printf("skipped %s: ELBO_DATA names no folder that has it\n", name.c_str());
    return "";
}

bytes from_hex(std::string_view hex) {
    bytes      out;
    const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
    for (std::size_t i = 0; i < hex.size(); i += 2) out.push_back(std::uint8_t(digit(hex[i]) * 16 + digit(hex[i + 1])));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(unpacking)

BOOST_AUTO_TEST_CASE(known_checksums) {
    const bytes digits = made::text("123456789");
    BOOST_TEST(checksum::crc32(digits) == 0xCBF43926u);
    BOOST_TEST(checksum::adler32(made::text("Wikipedia")) == 0x11E60398u);
    const bytes      long_one = made::noise(100003);
    const bytes_view view(long_one);
    BOOST_TEST(checksum::crc32(view.subspan(777), checksum::crc32(view.first(777))) == checksum::crc32(view));
}

BOOST_AUTO_TEST_CASE(stored_blocks) {
    for (const std::size_t size : {0u, 1u, 100u, 65535u, 65536u, 200000u}) {
        const bytes plain = made::noise(size);
        BOOST_TEST((gunzip(made::gzip(plain), size, "a") == plain));
        BOOST_TEST((zlib_inflate(made::zlib(plain), size, "a") == plain));
    }
}

BOOST_AUTO_TEST_CASE(fixed_and_own_codes) {
    BOOST_TEST(
        (zlib_inflate(from_hex("78014bcd49ca5748452114014c05070a"), 100, "a") == made::text("elbo elbo elbo elbo!")));
    // Counts 1, 1, 2, 3, 5, ... make codes of up to 14 bits, so second tables are used.
    bytes skewed;
    for (std::size_t symbol = 0, count = 1, next = 1; symbol < 14; ++symbol) {
        skewed.insert(skewed.end(), count, std::uint8_t(symbol));
        count = std::exchange(next, count + next);
    }
    BOOST_TEST((zlib_inflate(from_hex("780105c18181c3300cc4b06f9bd8d21db9ffba0ffc7dbedfdfeff73ccff3bceffbbeeffb9e73ce39"
                                      "e79c73ceb9f7de7befbdf7de"
                                      "7befbdf7de3b33333333333333333333333333333333b3bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
                                      "bbbbbbbbbbbbbbbbbbbb4992"
                                      "2449922449922449922449922449922449922449922449922449922449922469dbb66ddbb66ddbb6"
                                      "6ddbb66ddbb66ddbb66ddbb6"
                                      "6ddbb66ddbb66ddbb66ddbb66ddbb66ddbb66ddbb66ddbb66ddbb66ddbb66ddbb605000000000000"
                                      "000000000000000000000000"
                                      "00000000000000000000000000000000000000000000000000000000000000000000000000000040"
                                      "555555555555555555555555"
                                      "55555555555555555555555555555555555555555555555555555555555555555555555555555555"
                                      "555555555555555555555555"
                                      "5555555555555555555555555555555555555555555555555555555555d57f535e2be6"),
                             1000, "a") == skewed));
    for (const std::uint32_t kinds : {1u, 2u, 3u, 17u, 256u}) {
        const bytes plain = made::noise(150000, kinds, kinds);
        BOOST_TEST((zlib_inflate(elbo::io::zlib_deflate(plain), plain.size(), "a") == plain));
    }
}

BOOST_AUTO_TEST_CASE(gzip_headers) {
    const bytes plain = made::text("hello"),
                tail  = made::stored(plain) + made::little32(checksum::crc32(plain)) + made::little32(5);
    const bytes start{0x1F, 0x8B, 8}, rest{0, 0, 0, 0, 0, 3};
    BOOST_TEST((gunzip(start + bytes{4} + rest + bytes{3, 0, 1, 2, 3} + tail, 5, "a") == plain));            // extra
    BOOST_TEST((gunzip(start + bytes{8} + rest + made::text("name") + bytes{0} + tail, 5, "a") == plain));   // name
    BOOST_TEST((gunzip(start + bytes{24} + rest + bytes{'n', 0, 'c', 0} + tail, 5, "a") == plain));   // name, comment
    const bytes         checked = start + bytes{2} + rest;
    const std::uint32_t crc     = checksum::crc32(checked);
    BOOST_TEST((gunzip(checked + bytes{std::uint8_t(crc), std::uint8_t(crc >> 8)} + tail, 5, "a") == plain));
    BOOST_CHECK_THROW(gunzip(checked + bytes{std::uint8_t(crc + 1), std::uint8_t(crc >> 8)} + tail, 5, "a"), bad_file);
    BOOST_CHECK_THROW(gunzip(start + bytes{32} + rest + tail, 5, "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(limits_and_trailing_bytes) {
    const bytes plain = made::noise(1000), member = made::gzip(plain);
    BOOST_CHECK_THROW(gunzip(member, 999, "a"), bad_file);
    BOOST_CHECK_THROW(gunzip(member + bytes{0}, 1000, "a"), bad_file);
    BOOST_CHECK_THROW(gunzip(member + member, 5000, "a"), bad_file);
    BOOST_CHECK_THROW(zlib_inflate(made::zlib(plain) + bytes{0}, 1000, "a"), bad_file);
    const bytes zeros(1 << 20, 0);
    BOOST_CHECK_THROW(zlib_inflate(elbo::io::zlib_deflate(zeros), 1000, "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(messages_say_where) {
    bytes member = made::gzip(made::text("hello"));
    member[member.size() - 8] ^= 1;
    try {
        gunzip(member, 5, "some.gz");
        BOOST_FAIL("accepted");
    } catch (const bad_file& problem) {
        BOOST_TEST(problem.what() == "some.gz: at byte 20: expected the data's CRC-32, got another checksum");
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(formats)

BOOST_AUTO_TEST_CASE(idx_of_every_rank) {
    const bytes values = made::noise(2 * 3 * 4 * 3);
    const auto  grey   = parse_idx_images(made::idx({6, 3, 4}, values), "a");
    check_shape(grey, 6, 3, 4, 1);
    BOOST_TEST((grey.pixels == values));
    BOOST_TEST((grey.kind == data::pixels_are::grey));
    const auto colour = parse_idx_images(made::idx({2, 3, 4, 3}, values), "a");
    check_shape(colour, 2, 3, 4, 3);
    BOOST_TEST((colour.kind == data::pixels_are::colour));
    BOOST_TEST((parse_idx_labels(made::idx({72}, values), "a") == values));
    BOOST_CHECK_THROW(parse_idx_labels(made::idx({6, 3, 4}, values), "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx_images(made::idx({72}, values), "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx_images(made::idx({9, 8}, values), "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(idx_lies) {
    const bytes values(24, 7);
    for (const auto& shape : std::vector<std::vector<std::size_t>>{{6, 2, 3},
                                                                   {2, 3, 5},
                                                                   {0, 2, 3},
                                                                   {0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF},
                                                                   {0x80000000, 0x80000000, 4},
                                                                   {1, 1, 1}})
        BOOST_CHECK_THROW(parse_idx(made::idx(shape, values), "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx(made::idx({4, 2, 3}, values + bytes{0}), "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx({0, 0, 9, 1, 0, 0, 0, 1, 5}, "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx({0, 1, 8, 1, 0, 0, 0, 1, 5}, "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx({0, 0, 8, 0}, "a"), bad_file);
    BOOST_CHECK_THROW(parse_idx({0, 0, 8, 5}, "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(cifar_becomes_channels_last) {
    const bytes  file = made::cifar(3);
    data::images set;
    parse_cifar10(set, file, "a");
    check_shape(set, 3, 32, 32, 3);
    BOOST_TEST((set.labels == bytes{0, 1, 2}));
    for (const std::size_t p : {0u, 1u, 31u, 32u, 1023u})
        for (std::size_t c = 0; c < 3; ++c) BOOST_TEST(set[1][p * 3 + c] == file[3073 + 1 + c * 1024 + p]);
    parse_cifar10(set, made::cifar(2), "b");
    check_shape(set, 5, 32, 32, 3);
    bytes wrong = file;
    wrong[3073] = 10;
    BOOST_CHECK_THROW(parse_cifar10(set, wrong, "a"), bad_file);
    BOOST_CHECK_THROW(parse_cifar10(set, bytes{}, "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(amat_text) {
    const bytes bits = made::noise(5 * 16, 3, 2);
    const auto  set  = parse_amat(made::amat(4, bits), "a");
    check_shape(set, 5, 4, 4, 1);
    BOOST_TEST((set.kind == data::pixels_are::fixed_binary));
    for (std::size_t i = 0; i < bits.size(); ++i) BOOST_TEST(set.pixels[i] == bits[i] * 255);
    for (const char* wrong :
         {"", "0", "0 1 1 0", "0 1 1\n", "0 1 1 0 \n", "0 1 1 2\n", "0 1 1 0\n0 1 1\n", "0 1 1 0\n0 1 1 0\r",
          "0 1  1 0\n", "0 1 1 0\n0 1\n1 0\n", "\n", "0 1 1 0\n0 1 1 0 \n", "0 1 1 0\n0,1,1,0\n"})
        BOOST_CHECK_THROW(parse_amat(made::text(wrong), "a"), bad_file);
    check_shape(parse_amat(made::text("1\n0\n"), "a"), 2, 1, 1, 1);
}

BOOST_AUTO_TEST_CASE(svhn_matrices) {
    const std::size_t n      = 3;
    const bytes       pixels = made::noise(3072 * n);
    const bytes       x      = made::mat_matrix("X", {32, 32, 3, n}, 2, pixels);
    const auto        check  = [&](const data::images& set) {
        check_shape(set, n, 32, 32, 3);
        BOOST_TEST((set.labels == bytes{1, 0, 9}));
        BOOST_TEST(set.classes == 10u);
        for (const std::size_t y : {0u, 5u, 31u})
            for (const std::size_t column : {0u, 7u, 31u})
                for (std::size_t c = 0; c < 3; ++c)
                    BOOST_TEST(set[2][(y * 32 + column) * 3 + c] == pixels[y + 32 * (column + 32 * (c + 3 * 2))]);
    };
    const bytes narrow = made::mat_matrix("y", {n, 1}, 2, bytes{1, 10, 9}, 6);
    check(parse_matlab_images(made::mat(x + narrow), "a"));
    check(parse_matlab_images(made::mat(made::mat_compressed(x) + made::mat_compressed(narrow)), "a"));
    const auto real64 = [](double v) { return made::little64(std::bit_cast<std::uint64_t>(v)); };
    const auto labels = [&](bytes values, std::uint32_t type) {
        return made::mat(x + made::mat_matrix("y", {n, 1}, type, values, 6));
    };
    check(parse_matlab_images(labels(real64(1) + real64(10) + real64(9), 9), "a"));
    check(parse_matlab_images(labels(bytes{1, 0, 10, 0, 9, 0}, 4), "a"));
    check(parse_matlab_images(made::mat(made::mat_matrix("ids", {2, 1}, 12, bytes(16, 0), 14) + x + narrow), "a"));  // integers of 64 bits are passed over
    check(parse_matlab_images(labels(made::little32(1) + made::little32(10) + made::little32(9), 5), "a"));
    for (const bytes& wrong : {bytes{1, 10, 0}, bytes{1, 10, 11}, bytes{1, 10}, bytes{1, 2, 3, 4}})
        BOOST_CHECK_THROW(
            parse_matlab_images(made::mat(x + made::mat_matrix("y", {wrong.size(), 1}, 2, wrong, 6)), "a"), bad_file);
    BOOST_CHECK_THROW(parse_matlab_images(labels(real64(1) + real64(1.5) + real64(9), 9), "a"), bad_file);
    BOOST_CHECK_THROW(parse_matlab_images(labels(real64(1) + real64(0.0 / 0.0) + real64(9), 9), "a"), bad_file);
    BOOST_CHECK_THROW(parse_matlab_images(labels(real64(1) + real64(1e300) + real64(9), 9), "a"), bad_file);
    BOOST_CHECK_THROW(parse_matlab_images(made::mat(x), "a"), bad_file);
    BOOST_CHECK_THROW(
        parse_matlab_images(made::mat(made::mat_matrix("X", {32, 32, 3, n + 1}, 2, pixels) + narrow), "a"), bad_file);
    BOOST_CHECK_THROW(parse_matlab_images(made::mat(made::mat_matrix("X", {32, 3, 32, n}, 2, pixels) + narrow), "a"),
                      bad_file);
    // text beside the arrays is passed over
    check(parse_matlab_images(made::mat(made::mat_matrix("note", {1, 2}, 4, bytes{'h', 0, 'i', 0}, 4) + x + narrow),
                              "a"));
}

BOOST_AUTO_TEST_CASE(olivetti_matrix) {
    const bytes pixels = made::noise(4096 * 2);
    const auto  set =
        parse_matlab_images(made::mat(made::mat_compressed(made::mat_matrix("faces", {4096, 2}, 2, pixels))), "a");
    check_shape(set, 2, 64, 64, 1);
    BOOST_TEST(set[1][3 * 64 + 9] == pixels[4096 + 9 * 64 + 3]);
    BOOST_TEST(!set.labelled());
}

BOOST_AUTO_TEST_CASE(png_kinds_and_filters) {
    const struct {
        std::uint8_t colour;
        std::size_t  channels;
    } kinds[] = {{0, 1}, {2, 3}, {4, 2}, {6, 4}};
    for (const auto& kind : kinds) {
        const std::size_t stride = 7 * kind.channels;
        const bytes       pixels = made::noise(stride * 11, 9);
        const auto        set =
            parse_png(made::png(7, 11, 8, kind.colour, made::png_filtered(stride, kind.channels, pixels)), "a");
        check_shape(set, 1, 11, 7, kind.channels);
        BOOST_TEST((set.pixels == pixels));
    }
    const bytes colours{10, 20, 30, 40, 50, 60, 70, 80, 90}, rows{0, 2, 0, 0, 1, 1};
    const auto  painted = parse_png(made::png(2, 2, 8, 3, rows, made::png_chunk("PLTE", colours)), "a");
    BOOST_TEST((painted.pixels == bytes{70, 80, 90, 10, 20, 30, 10 + 0, 20, 30, 40, 50, 60}) == false);
    BOOST_TEST((painted.pixels == bytes{70, 80, 90, 10, 20, 30, 40, 50, 60, 40, 50, 60}));
    BOOST_CHECK_THROW(parse_png(made::png(2, 2, 8, 3, bytes{0, 2, 0, 0, 3, 1}, made::png_chunk("PLTE", colours)), "a"),
                      bad_file);
    BOOST_CHECK_THROW(parse_png(made::png(2, 2, 8, 3, rows), "a"), bad_file);
}

BOOST_AUTO_TEST_CASE(png_of_few_bits) {
    const auto one = parse_png(made::png(10, 2, 1, 0, bytes{0, 0b10110001, 0b01000000, 2, 0, 0}), "a");
    check_shape(one, 1, 2, 10, 1);
    BOOST_TEST((one.kind == data::pixels_are::fixed_binary));
    const bytes row{255, 0, 255, 255, 0, 0, 0, 255, 0, 255};
    BOOST_TEST((one.pixels == row + row));
    BOOST_TEST((parse_png(made::png(3, 1, 2, 0, bytes{0, 0b00011011}), "a").pixels == bytes{0, 85, 170}));
    BOOST_TEST((parse_png(made::png(3, 1, 4, 0, bytes{0, 0x0F, 0x70}), "a").pixels == bytes{0, 255, 119}));
    const bytes palette = made::png_chunk("PLTE", bytes{1, 2, 3, 4, 5, 6});
    BOOST_TEST((parse_png(made::png(3, 1, 1, 3, bytes{0, 0b01000000}, palette), "a").pixels ==
                bytes{1, 2, 3, 4, 5, 6, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(png_refusals) {
    const bytes rows{0, 1, 2, 0, 3, 4}, good = made::png(2, 2, 8, 0, rows);
    BOOST_CHECK_NO_THROW(parse_png(good, "a"));
    BOOST_CHECK_NO_THROW(parse_png(made::png(2, 2, 8, 0, rows, made::png_chunk("tEXt", made::text("Title\0x"))), "a"));
    for (const bytes& wrong :
         {made::png(2, 2, 16, 0, rows + rows), made::png(2, 2, 8, 1, rows), made::png(2, 2, 1, 2, rows),
          made::png(2, 3, 8, 0, rows), made::png(2, 1, 8, 0, rows), made::png(3, 2, 8, 0, rows),
          made::png(0, 2, 8, 0, rows), made::png(65535, 65535, 8, 6, rows), made::png(0xFFFFFFFF, 2, 8, 0, rows),
          made::png(2, 2, 8, 0, bytes{0, 1, 2, 5, 3, 4}), good + bytes{0},
          made::png(2, 2, 8, 0, rows, made::png_chunk("tRNS", bytes{0, 1})),
          made::png(2, 2, 8, 0, rows, made::png_chunk("ABCD", bytes{})),
          made::png_head(2, 2, 8, 0) + made::png_chunk("IEND", {}),
          made::png_head(2, 2, 8, 0, 1) + made::png_chunk("IDAT", made::zlib(rows)) + made::png_chunk("IEND", {})})
        BOOST_CHECK_THROW(parse_png(wrong, "a"), bad_file);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loading)

BOOST_AUTO_TEST_CASE(idx_folder_with_parts) {
    const made::folder home;
    const bytes        train = made::noise(6 * 12), test = made::noise(2 * 12, 5);
    home.put("digits/train-images-idx3-ubyte.gz", made::gzip(made::idx({6, 3, 4}, train)));
    home.put("digits/train-labels-idx1-ubyte", made::idx({6}, bytes{0, 1, 2, 3, 4, 9}));
    home.put("digits/t10k-images-idx3-ubyte", made::idx({2, 3, 4}, test));
    home.put("digits/t10k-labels-idx1-ubyte.gz", made::gzip(made::idx({2}, bytes{7, 1})));
    home.put("digits/README.md", made::text("about"));
    home.put("digits/.hidden", made::noise(100));
    const data::splits all = data::load(home.path("digits/"));
    check_shape(all.train, 6, 3, 4, 1);
    check_shape(all.test, 2, 3, 4, 1);
    BOOST_TEST(all.validation.size() == 0u);
    BOOST_TEST((all.train.pixels == train));
    BOOST_TEST((all.test.pixels == test));
    BOOST_TEST((all.test.labels == bytes{7, 1}));
    BOOST_TEST(all.train.classes == 10u);
    BOOST_TEST(all.test.classes == 10u);
    BOOST_TEST(all.train.name == "digits");
    // files are known by what they hold
    std::filesystem::rename(home.path("digits/train-images-idx3-ubyte.gz"), home.path("digits/train-pictures"));
    BOOST_TEST((data::load(home.path("digits")).train.pixels == train));
}

BOOST_AUTO_TEST_CASE(broken_labels_are_not_passed_over) {
    const made::folder home;
    home.put("train-images-idx3-ubyte", made::idx({6, 3, 4}, made::noise(72)));
    for (const bytes& wrong : {made::noise(14), bytes{}, made::idx({5}, made::noise(5)), made::idx({6}, made::noise(5)),
                               made::idx({6, 1, 1}, made::noise(6)), bytes{0x1F, 0x8B, 8}}) {
        home.put("train-labels-idx1-ubyte", wrong);
        BOOST_CHECK_THROW(data::load(home.path()), bad_file);
    }
    home.put("train-labels-idx1-ubyte", made::idx({6}, made::noise(6)));
    BOOST_CHECK_NO_THROW(data::load(home.path()));
    home.put("t10k-images-idx3-ubyte", made::idx({6, 4, 3}, made::noise(72)));
    BOOST_CHECK_THROW(data::load(home.path()), bad_file);
}

BOOST_AUTO_TEST_CASE(single_idx_with_labels_beside) {
    const made::folder home;
    const std::string  one = home.put("set-1-images-idx3-ubyte", made::idx({4, 2, 2}, made::noise(16)));
    home.put("set-2-images-idx3-ubyte", made::idx({3, 2, 2}, made::noise(12)));
    home.put("set-1-coarse-idx1-ubyte", made::idx({4}, bytes{0, 0, 1, 1}));
    home.put("set-1-fine-idx1-ubyte", made::idx({4}, bytes{0, 1, 2, 3}));
    home.put("set-2-fine-idx1-ubyte", made::idx({3}, bytes{0, 1, 2}));
    const data::splits all = data::load(one);
    check_shape(all.train, 4, 2, 2, 1);
    BOOST_TEST((all.train.labels == bytes{0, 1, 2, 3}));
    BOOST_CHECK_THROW(data::load(home.path()), bad_file);   // which of the two?
    BOOST_CHECK_THROW(data::load(home.path("set-1-fine-idx1-ubyte")), bad_file);
    const made::folder alone;
    alone.put("faces.idx", made::idx({4, 2, 2}, made::noise(16)));
    BOOST_TEST(!data::load(alone.path()).train.labelled());
}

// Packed without packing: the first block is longer than what is looked at.
BOOST_AUTO_TEST_CASE(stored_files_are_recognised) {
    const made::folder folder;
    const bytes        pixels = made::noise(20 * 28 * 28);
    folder.put("pictures.gz", made::gzip(made::idx({20, 28, 28}, pixels)));
    const data::splits all = data::load(folder.path() + "/pictures.gz");
    BOOST_TEST((all.train.pixels == pixels));
}
BOOST_AUTO_TEST_CASE(other_folders) {
    const made::folder cifar;
    cifar.put("data_batch_1.bin", made::cifar(3, 1));
    cifar.put("data_batch_2.bin.gz", made::gzip(made::cifar(2, 50)));
    cifar.put("test_batch.bin", made::cifar(1, 90));
    const data::splits colour = data::load(cifar.path());
    check_shape(colour.train, 5, 32, 32, 3);
    check_shape(colour.test, 1, 32, 32, 3);
    BOOST_TEST((colour.train.labels == bytes{0, 1, 2, 0, 1}));
    cifar.put("data_batch_3.bin", bytes(made::noise(3073 * 2 - 1)));
    BOOST_CHECK_THROW(data::load(cifar.path()), bad_file);

    const made::folder text;
    for (const char* part : {"train", "valid", "test"})
        text.put("b_" + std::string(part) + ".amat", made::amat(3, made::noise(18, 4, 2)));
    const data::splits binary = data::load(text.path());
    check_shape(binary.train, 2, 3, 3, 1);
    check_shape(binary.validation, 2, 3, 3, 1);
    check_shape(binary.test, 2, 3, 3, 1);
    BOOST_TEST((binary.test.kind == data::pixels_are::fixed_binary));

    const made::folder svhn;
    const auto         digits = [](std::size_t n) {
        return made::mat(made::mat_matrix("X", {32, 32, 3, n}, 2, made::noise(3072 * n)) +
                                 made::mat_matrix("y", {n, 1}, 2, bytes(n, 10), 6));
    };
    svhn.put("train_32x32.mat", digits(4));
    svhn.put("test_32x32.mat", digits(2));
    svhn.put("extra_32x32.mat", digits(9));
    const data::splits numbers = data::load(svhn.path());
    check_shape(numbers.train, 4, 32, 32, 3);
    check_shape(numbers.test, 2, 32, 32, 3);
    BOOST_TEST((numbers.test.labels == bytes{0, 0}));
}

BOOST_AUTO_TEST_CASE(folders_of_pictures) {
    const auto picture = [](std::uint32_t seed, std::size_t width = 4) {
        return made::png(width, 3, 8, 0, made::png_filtered(width, 1, made::noise(width * 3, seed)));
    };
    const made::folder flat;
    flat.put("b.png", picture(2));
    flat.put("a.png", picture(1));
    flat.put("notes.txt", bytes{1});
    const data::splits plain = data::load(flat.path());
    check_shape(plain.train, 2, 3, 4, 1);
    BOOST_TEST(!plain.train.labelled());
    BOOST_TEST((plain.train.pixels == made::noise(12, 1) + made::noise(12, 2)));
    flat.put("c.png", picture(3, 5));
    BOOST_CHECK_THROW(data::load(flat.path()), bad_file);

    const made::folder classes;
    for (const char* name : {"dog/2.png", "cat/1.png", "cat/0.png", "owl/x/7.png"}) classes.put(name, picture(8));
    const data::splits named = data::load(classes.path());
    check_shape(named.train, 4, 3, 4, 1);
    BOOST_TEST((named.train.labels == bytes{0, 0, 1, 2}));
    BOOST_TEST(named.train.classes == 3u);
    const made::folder few;
    for (const char* name : {"train/cat/0.png", "train/dog/1.png", "train/owl/2.png", "test/cat/3.png", "test/owl/4.png"}) few.put(name, picture(8));
    const data::splits numbered = data::load(few.path());
    BOOST_TEST((numbered.test.labels == std::vector<std::uint8_t>{0, 2}));  // as they are in training
    BOOST_TEST(numbered.test.classes == 3u);
    few.put("test/elk/5.png", picture(8));
    BOOST_CHECK_THROW(data::load(few.path()), bad_file);
    classes.put("stray.png", picture(1));
    BOOST_CHECK_THROW(data::load(classes.path()), bad_file);

    const made::folder parts;
    for (const char* name : {"train/a/1.png", "train/b/1.png", "test/b/2.png", "test/a/3.png"})
        parts.put(name, picture(8));
    const data::splits split = data::load(parts.path());
    BOOST_TEST((split.train.labels == bytes{0, 1}));
    BOOST_TEST((split.test.labels == bytes{0, 1}));

    const made::folder bits;
    bits.put("a.png", made::png(8, 1, 1, 0, bytes{0, 0xA5}));
    BOOST_TEST((data::load(bits.path()).train.kind == data::pixels_are::fixed_binary));
}

BOOST_AUTO_TEST_CASE(nothing_to_read) {
    const made::folder empty;
    BOOST_CHECK_THROW(data::load(empty.path()), bad_file);
    BOOST_CHECK_THROW(data::load(empty.path("absent")), bad_file);
    BOOST_CHECK_THROW(data::load(""), bad_file);
    BOOST_CHECK_THROW(data::load("/dev/null"), bad_file);
    empty.put("random", made::noise(5000));
    BOOST_CHECK_THROW(data::load(empty.path()), bad_file);
    BOOST_CHECK_THROW(data::load(empty.path("random")), bad_file);
    empty.put("t10k-images-idx3-ubyte", made::idx({4, 2, 2}, made::noise(16)));
    BOOST_CHECK_THROW(data::load(empty.path()), bad_file);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(real_data)

BOOST_AUTO_TEST_CASE(mnist) {
    const std::string folder = real("mnist");
    if (folder.empty()) return;
    const data::splits all = data::load(folder);
    check_shape(all.train, 60000, 28, 28, 1);
    check_shape(all.test, 10000, 28, 28, 1);
    BOOST_TEST((label_counts(all.train) ==
                std::vector<std::size_t>{5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949}));
    BOOST_TEST(
        (label_counts(all.test) == std::vector<std::size_t>{980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}));
    const double sum = std::accumulate(all.train.pixels.begin(), all.train.pixels.end(), 0.0);
    BOOST_TEST(std::abs(sum / 255 / double(all.train.pixels.size()) - 0.13066) < 5e-6);
    BOOST_TEST(all.train.name == "mnist");
}

BOOST_AUTO_TEST_CASE(fashion_mnist) {
    const std::string folder = real("fashion-mnist");
    if (folder.empty()) return;
    const data::splits all = data::load(folder);
    BOOST_TEST((label_counts(all.train) == std::vector<std::size_t>(10, 6000)));
    BOOST_TEST((label_counts(all.test) == std::vector<std::size_t>(10, 1000)));
}

BOOST_AUTO_TEST_CASE(binarized_mnist) {
    const std::string folder = real("binarized-mnist");
    if (folder.empty()) return;
    const data::splits all = data::load(folder);
    check_shape(all.train, 50000, 28, 28, 1);
    check_shape(all.validation, 10000, 28, 28, 1);
    check_shape(all.test, 10000, 28, 28, 1);
    BOOST_TEST((all.validation.kind == data::pixels_are::fixed_binary));
}

BOOST_AUTO_TEST_CASE(cifar_10) {
    const std::string folder = real("cifar-10");
    if (folder.empty()) return;
    const data::splits all = data::load(folder);
    const bool         whole = all.train.size() > 20000;  // or two of its five training files, and the first test images
    check_shape(all.train, whole ? 50000 : 20000, 32, 32, 3);
    check_shape(all.test, whole ? 10000 : 1000, 32, 32, 3);
    const std::vector<std::size_t> of_each = whole ? std::vector<std::size_t>(10, 1000) : std::vector<std::size_t>{103, 89, 100, 103, 90, 86, 112, 102, 106, 109};
    BOOST_TEST((label_counts(all.test) == of_each));
    BOOST_TEST((bytes(all.train.labels.begin(), all.train.labels.begin() + 8) == bytes{6, 9, 9, 4, 1, 1, 2, 7}));
    BOOST_TEST((bytes(all.test.labels.begin(), all.test.labels.begin() + 8) == bytes{3, 8, 8, 0, 6, 6, 1, 6}));
}

BOOST_AUTO_TEST_CASE(faces) {
    const std::string folder = real("olivetti-faces");
    if (folder.empty()) return;
    const data::splits all = data::load(folder), matrix = data::load(folder + "/olivettifaces.mat");
    check_shape(all.train, 400, 64, 64, 1);
    BOOST_TEST((label_counts(all.train) == std::vector<std::size_t>(40, 10)));
    BOOST_TEST((matrix.train.pixels == all.train.pixels));
    BOOST_TEST((matrix.train.labels == all.train.labels));
}
BOOST_AUTO_TEST_CASE(frey_faces) {
    if (const std::string folder = real("frey-faces"); !folder.empty()) check_shape(data::load(folder).train, 1965, 28, 20, 1);
}

BOOST_AUTO_TEST_CASE(omniglot) {
    const std::string folder = real("omniglot");
    if (folder.empty()) return;
    const data::splits all = data::load(folder + "/omniglot-small1-28x28-images-idx3-ubyte.gz");
    check_shape(all.train, 2720, 28, 28, 1);
    BOOST_TEST((label_counts(all.train) == std::vector<std::size_t>(136, 20)));
}

BOOST_AUTO_TEST_CASE(kodak) {
    const std::string folder = real("kodak-half");
    if (folder.empty()) return;
    check_shape(read_png(folder + "/kodim01_half.png"), 1, 256, 384, 3);
    check_shape(read_png(folder + "/kodim04_half.png"), 1, 384, 256, 3);
    BOOST_CHECK_THROW(data::load(folder), bad_file);   // two sizes
}

BOOST_AUTO_TEST_SUITE_END()
