// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE gif
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>
#include <elbo/io/digits.hpp>
#include <elbo/io/gif.hpp>

#include <cstdlib>
#include <string>
#include <vector>

using namespace elbo;
using bytes = std::vector<std::uint8_t>;

namespace {

// A reader of its own, after the GIF89a specification: frames in colour, and how long each is shown.
struct animation {
    std::size_t              width = 0, height = 0;
    std::vector<bytes>       frames;  // red, green, blue
    std::vector<std::size_t> delays;  // hundredths of a second
    bool                     loops = false;
};

struct reader {
    const bytes& in;
    std::size_t  at = 0;

    std::size_t one() { return in.at(at++); }
    std::size_t two() {
        const std::size_t low = one();
        return low | one() << 8;
    }
    bytes blocks() {
        bytes out;
        for (std::size_t size = one(); size != 0; size = one())
            for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<std::uint8_t>(one()));
        return out;
    }
};

bytes unpack(const bytes& packed, unsigned bits) {
    const std::size_t  clear = std::size_t{1} << bits, end = clear + 1;
    std::vector<bytes> table;
    bytes              out, before;
    std::size_t        bit   = 0;
    unsigned           width = bits + 1;
    for (;;) {
        std::size_t code = 0;
        for (unsigned b = 0; b < width; ++b, ++bit)
            code |= static_cast<std::size_t>(packed.at(bit / 8) >> (bit % 8) & 1) << b;
        if (code == clear) {
            table.assign(end + 1, {});
            for (std::size_t i = 0; i < clear; ++i) table[i] = {static_cast<std::uint8_t>(i)};
            width = bits + 1;
            before.clear();
            continue;
        }
        if (code == end) break;
        bytes now;
        if (code < table.size()) {
            now = table[code];
        } else {
            BOOST_REQUIRE(code == table.size() && !before.empty());
            now = before;
            now.push_back(before.front());
        }
        if (!before.empty() && table.size() < 4096) {
            before.push_back(now.front());
            table.push_back(before);
            if (table.size() == std::size_t{1} << width && width < 12) ++width;
        }
        out.insert(out.end(), now.begin(), now.end());
        before = now;
    }
    BOOST_TEST((bit + 7) / 8 == packed.size());
    return out;
}

animation parse(const bytes& file) {
    animation   out;
    reader      in{file};
    std::string name;
    for (int i = 0; i < 6; ++i) name += static_cast<char>(in.one());
    BOOST_TEST(name == "GIF89a");
    out.width = in.two(), out.height = in.two();
    const std::size_t flags = in.one();
    BOOST_REQUIRE((flags & 0x80) != 0);
    in.two();
    bytes palette(3 * (std::size_t{2} << (flags & 7)));
    for (auto& v : palette) v = static_cast<std::uint8_t>(in.one());
    for (std::size_t kind = in.one(); kind != 0x3B; kind = in.one()) {
        if (kind == 0x21) {
            const std::size_t label   = in.one();
            const bytes       content = in.blocks();
            if (label == 0xF9) out.delays.push_back(content.at(1) | static_cast<std::size_t>(content.at(2)) << 8);
            if (label == 0xFF) out.loops = true;
            continue;
        }
        BOOST_REQUIRE(kind == 0x2C);
        BOOST_TEST(in.two() == 0u);
        BOOST_TEST(in.two() == 0u);
        BOOST_TEST(in.two() == out.width);
        BOOST_TEST(in.two() == out.height);
        BOOST_TEST(in.one() == 0u);
        const auto  bits    = static_cast<unsigned>(in.one());
        const bytes indices = unpack(in.blocks(), bits);
        BOOST_TEST(indices.size() == out.width * out.height);
        bytes frame;
        for (const std::size_t i : indices)
            for (std::size_t c = 0; c < 3; ++c) frame.push_back(palette.at(3 * i + c));
        out.frames.push_back(frame);
    }
    BOOST_TEST(in.at == file.size());
    return out;
}

void check_exact(const std::vector<picture>& frames) {
    const animation back = parse(io::gif_bytes(frames));
    BOOST_TEST(back.width == frames[0].width);
    BOOST_TEST(back.height == frames[0].height);
    BOOST_REQUIRE(back.frames.size() == frames.size());
    for (std::size_t f = 0; f < frames.size(); ++f)
        BOOST_TEST((back.frames[f] == in_colour(frames[f]).pixels), "frame " << f);
}

picture noise(std::size_t width, std::size_t height, std::size_t channels, std::uint32_t bound) {
    const draws any(6, "noise");
    picture     out{width, height, channels, bytes(width * height * channels)};
    for (std::size_t i = 0; i < out.pixels.size(); ++i)
        out.pixels[i] = static_cast<std::uint8_t>(any.below(bound, static_cast<std::uint32_t>(i)));
    return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(few_colours_come_back_exactly) {
    check_exact({{1, 1, 1, {9}}});
    check_exact({blank(300, 200, {1, 2, 3})});  // one colour, long strings
    for (const std::uint32_t levels :
         {2u, 3u, 4u, 5u, 17u, 256u})  // every width of code, the table full and begun anew
        check_exact({noise(200, 150, 1, levels)});
    check_exact({noise(120, 90, 3, 6)});  // 216 colours
    check_exact({grid(data::procedural_digits(25), 25), grid(data::procedural_digits(25, 2), 25)});
}

BOOST_AUTO_TEST_CASE(every_size_ends_cleanly) {
    for (std::size_t width = 1; width < 400; width += 3) check_exact({noise(width, 1, 1, 256)});
}

BOOST_AUTO_TEST_CASE(many_colours_come_back_nearly) {
    picture wheel = blank(256, 128, {});
    for (std::size_t y = 0; y < wheel.height; ++y)
        for (std::size_t x = 0; x < wheel.width; ++x) {
            wheel.at(x, y)[0] = static_cast<std::uint8_t>(x);
            wheel.at(x, y)[1] = static_cast<std::uint8_t>(2 * y);
            wheel.at(x, y)[2] = static_cast<std::uint8_t>((x + y) / 2);
        }
    const bytes back  = parse(io::gif_bytes({wheel})).frames.at(0);
    int         worst = 0;
    for (std::size_t i = 0; i < back.size(); ++i) worst = std::max(worst, std::abs(back[i] - wheel.pixels[i]));
    BOOST_TEST(worst > 0);
    BOOST_TEST(worst <= 20);  // 256 boxes of two dimensions: 16 levels a side
}

BOOST_AUTO_TEST_CASE(frames_have_times) {
    const picture   frame = blank(4, 4, {1, 1, 1}, 1);
    const animation back = parse(io::gif_bytes({frame, frame, frame}, {.milliseconds = 50, .last_milliseconds = 2000}));
    BOOST_TEST(back.delays == (std::vector<std::size_t>{5, 5, 200}), boost::test_tools::per_element());
    BOOST_TEST(back.loops);
    BOOST_TEST(!parse(io::gif_bytes({frame}, {.loop = false})).loops);
    BOOST_CHECK_THROW(io::gif_bytes({}), std::invalid_argument);
    BOOST_CHECK_THROW(io::gif_bytes({frame, blank(5, 4, {1, 1, 1}, 1)}), std::invalid_argument);
}
