// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE png
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <unistd.h>

#include <elbo/core/random.hpp>
#include <elbo/io/digits.hpp>
#include <elbo/io/inflate.hpp>
#include <elbo/io/png.hpp>
#include <elbo/io/png_reader.hpp>

#include <filesystem>
#include <string>

using namespace elbo;
using bytes = std::vector<std::uint8_t>;

namespace {

void check_deflate(const bytes& in) {
    const bytes out = io::zlib_inflate(io::zlib_deflate(in), in.size(), "own stream");
    BOOST_TEST((out == in), in.size() << " bytes came back changed");
}

bytes noise(std::size_t size, std::uint32_t bound) {
    const draws any(5, "noise");
    bytes       out(size);
    for (std::size_t i = 0; i < size; ++i)
        out[i] = static_cast<std::uint8_t>(any.below(bound, static_cast<std::uint32_t>(i)));
    return out;
}

void check_round_trip(const picture& in) {
    const data::images back = io::parse_png(io::png_bytes(in), "own picture");
    BOOST_TEST(back.width == in.width);
    BOOST_TEST(back.height == in.height);
    BOOST_TEST(back.channels == in.channels);
    BOOST_TEST((back.pixels == in.pixels));
}

picture smooth(std::size_t width, std::size_t height) {
    picture out = blank(width, height, {});
    for (std::size_t y = 0; y < height; ++y)
        for (std::size_t x = 0; x < width; ++x) {
            out.at(x, y)[0] = static_cast<std::uint8_t>(x * 255 / width);
            out.at(x, y)[1] = static_cast<std::uint8_t>(y * 255 / height);
            out.at(x, y)[2] = static_cast<std::uint8_t>((x * x + 3 * y) / 90);
        }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(what_is_deflated_inflates) {
    check_deflate({});
    check_deflate({42});
    check_deflate({1, 1, 1});
    check_deflate({1, 2, 1, 2, 1, 2, 1, 2});
    check_deflate(bytes(1'000'000, 7));
    for (const std::uint32_t bound : {2u, 5u, 256u}) check_deflate(noise(200'000, bound));
    for (std::size_t size = 250; size < 270; ++size) check_deflate(bytes(size, 0));  // around the longest match
    // Repeats at each end of the window: 32768 is the last distance that may be used.
    for (const std::size_t distance : {32767u, 32768u, 32769u}) {
        bytes       in   = noise(distance, 256);
        const bytes head = {in.begin(), in.begin() + 300};
        in.insert(in.end(), head.begin(), head.end());
        check_deflate(in);
    }
}

BOOST_AUTO_TEST_CASE(repetition_is_packed) {
    BOOST_TEST(io::zlib_deflate(bytes(1'000'000, 7)).size() < 1'100u);
    BOOST_TEST(io::zlib_deflate(noise(100'000, 2)).size() < 16'000u);     // one bit a byte is 12,500
    BOOST_TEST(io::zlib_deflate(noise(100'000, 256)).size() < 100'400u);  // nothing to find costs almost nothing
}

// Counts that grow like Fibonacci's numbers make the deepest tree there is.
BOOST_AUTO_TEST_CASE(no_code_is_longer_than_allowed_and_every_code_is_complete) {
    std::vector<std::uint32_t> counts(30, 1);
    for (std::size_t i = 2; i < counts.size(); ++i) counts[i] = counts[i - 1] + counts[i - 2];
    for (const unsigned longest : {7u, 15u, 40u}) {
        const auto lengths = io::deflating::code_lengths(counts, longest);
        double     filled  = 0;
        unsigned   deepest = 0;
        for (const std::uint8_t l : lengths) filled += std::ldexp(1.0, -l), deepest = std::max<unsigned>(deepest, l);
        BOOST_TEST(filled == 1.0);
        BOOST_TEST(deepest <= longest);
        if (longest == 40) BOOST_TEST(deepest == 29u);
    }
    for (const std::vector<std::uint32_t>& few : {std::vector<std::uint32_t>{0, 0, 0}, {0, 9, 0}, {9, 0, 0}}) {
        const auto lengths = io::deflating::code_lengths(few, 7);
        BOOST_TEST(std::count(lengths.begin(), lengths.end(), 1) == 2);
    }
}

BOOST_AUTO_TEST_CASE(pictures_come_back) {
    check_round_trip({1, 1, 1, {7}});
    check_round_trip({3, 1, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}});
    check_round_trip(smooth(61, 47));
    check_round_trip({97, 31, 1, noise(97 * 31, 256)});
    check_round_trip({97, 31, 3, noise(97 * 31 * 3, 256)});
    check_round_trip(grid(data::procedural_digits(100), 100));
    check_round_trip(grid(data::procedural_digits(30, 1, {.colour = true}), 30, {.scale = 2}));
    BOOST_CHECK_THROW(io::png_bytes({2, 2, 1, {1, 2, 3}}), std::invalid_argument);
    BOOST_CHECK_THROW(io::png_bytes({1, 1, 2, {1, 2}}), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(pictures_are_small) {
    const picture digits = grid(data::procedural_digits(100), 100);
    BOOST_TEST(io::png_bytes(digits).size() < digits.pixels.size() / 4);
    const picture even = smooth(300, 300);
    BOOST_TEST(io::png_bytes(even).size() < even.pixels.size() / 40);  // only filters make it that small
}

BOOST_AUTO_TEST_CASE(each_filter_is_undone_by_its_reader) {
    const picture     in     = smooth(40, 9);
    const std::size_t stride = in.width * 3;
    for (int filter = 0; filter < 5; ++filter) {
        bytes rows;
        for (std::size_t y = 0; y < in.height; ++y) {
            bytes      row(stride);
            const auto all = io::bytes_view(in.pixels);
            io::png_detail::filter_row(all.subspan(y * stride, stride),
                                       y == 0 ? io::bytes_view{} : all.subspan((y - 1) * stride, stride), 3, filter,
                                       row.data());
            rows.push_back(static_cast<std::uint8_t>(filter));
            rows.insert(rows.end(), row.begin(), row.end());
        }
        io::png::layout layout;
        layout.width = in.width, layout.height = in.height, layout.samples = 3, layout.bits = 8;
        io::png::undo_filters(rows, layout, "rows");
        for (std::size_t y = 0; y < in.height; ++y)
            BOOST_TEST(std::equal(in.at(0, y), in.at(0, y) + stride, rows.data() + y * (stride + 1) + 1),
                       "filter " << filter << " row " << y);
    }
}

BOOST_AUTO_TEST_CASE(parent_folders_are_made_and_a_bad_path_is_named) {
    const auto folder = std::filesystem::temp_directory_path() / ("elbo-png-test-" + std::to_string(getpid()));
    std::filesystem::remove_all(folder);
    const auto file = folder / "a" / "b.png";
    io::write_png(file, {1, 1, 1, {200}});
    BOOST_TEST(+io::read_png(file.string()).pixels.at(0) == 200);
    try {
        io::write_png(file / "c.png", {1, 1, 1, {200}});  // a file is no folder
        BOOST_ERROR("written below a file");
    } catch (const io::bad_file& problem) {
        BOOST_TEST(std::string(problem.what()).find("b.png") != std::string::npos);
    }
    std::filesystem::remove_all(folder);
}
