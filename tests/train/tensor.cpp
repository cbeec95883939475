// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE tensor
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/xtensor.hpp>

#if !defined(ELBO_WITH_XTENSOR)

BOOST_AUTO_TEST_CASE(there_is_no_xtensor_here) { BOOST_TEST_MESSAGE("skipped: built without xtensor"); }

#else

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>

#include <array>
#include <vector>

#include <xtensor/xview.hpp>

using namespace elbo;

namespace {

using image = shape<3, 4, 5>;
struct encoder : stack<image, flatten, linear<8>, to<diagonal_normal<4>>> {};
struct decoder : stack<shape<4>, linear<60>, reshape<image>, to<bernoulli>> {};
struct colours : vae<encoder, decoder> {};

// Exact, however a compiler fuses it where it is inlined.
float number(std::size_t n, std::size_t y, std::size_t x, std::size_t c) { return static_cast<float>(60 * n + 15 * y + 3 * x + c) / 256; }

// The same pictures in an array of any kind.
template <class Array>
Array pictures(std::size_t count) {
    Array a = Array::from_shape({count, 4, 5, 3});
    for (std::size_t n = 0; n < count; ++n)
        for (std::size_t y = 0; y < 4; ++y)
            for (std::size_t x = 0; x < 5; ++x)
                for (std::size_t c = 0; c < 3; ++c) a(n, y, x, c) = number(n, y, x, c);
    return a;
}

template <class Act>
std::string complaint_of(Act act) {
    try {
        act();
    } catch (const std::invalid_argument& e) {
        return e.what();
    }
    return "none";
}

}  // namespace

// Rows in the middle of an array, without a copy.
BOOST_AUTO_TEST_CASE(views_begin_where_they_begin) {
    const auto a    = pictures<xt::xtensor<float, 4>>(5);
    const auto some = values_of(xt::view(a, xt::range(2, 4), xt::all(), xt::all(), xt::all()));
    BOOST_TEST(some.size() == 120u);
    BOOST_TEST(some[0] == number(2, 0, 0, 0));
    BOOST_TEST(values_of(xt::view(a, 3, xt::all(), xt::all(), xt::all()))[1] == number(3, 0, 0, 1));
}
BOOST_AUTO_TEST_CASE(arrays_are_rows_and_rows_are_arrays) {
    const auto a = pictures<xt::xtensor<float, 4>>(2);
    const rows<image> r = to_rows<image>(a);
    BOOST_TEST(r.size() == 2u);
    BOOST_TEST(r.values[60 + 2 * 15 + 4 * 3 + 1] == number(1, 2, 4, 1));
    BOOST_TEST(bool(to_xtensor(r) == a));
    BOOST_TEST(bool(to_xarray(r) == a));
    BOOST_TEST(to_xarray(r).dimension() == 4u);

    // Whatever the array is of, and however it lies.
    const auto columns = pictures<xt::xtensor<double, 4, xt::layout_type::column_major>>(2);
    BOOST_TEST(bool(to_rows<image>(columns).values == r.values));
    BOOST_TEST(bool(to_rows<image>(0.0f + pictures<xt::xarray<float>>(2)).values == r.values));

    const xt::xtensor<float, 1> numbers{1, 2, 3};
    BOOST_TEST(to_rows<shape<>>(numbers).size() == 3u);
    BOOST_TEST(to_xtensor(to_rows<shape<>>(numbers)).shape()[0] == 3u);
}

BOOST_AUTO_TEST_CASE(a_model_reads_arrays_where_they_lie) {
    host                       machine({.threads = 1});
    built_model<colours, host> m(machine);
    const auto                 a = pictures<xt::xtensor<float, 4>>(3);
    const auto                 b = pictures<xt::xarray<float>>(3);
    BOOST_TEST(values_of(a).data() == a.data());
    const auto codes = to_xtensor(m.encode(values_of(a)));
    const std::array<std::size_t, 2> expected{3, 4};
    BOOST_TEST(bool(codes.shape() == expected));
    BOOST_TEST(bool(m.encode(to_rows<image>(a)).values == m.encode(values_of(a)).values));
    // A span is made of a row-major array without being asked.
    BOOST_TEST(bool(m.encode(a).values == m.encode(values_of(a)).values));
    BOOST_TEST(bool(m.encode(b).values == m.encode(values_of(a)).values));
    BOOST_TEST(bool(to_xtensor(m.decode(codes)).shape() == a.shape()));
}

BOOST_AUTO_TEST_CASE(other_extents_are_told) {
    const xt::xtensor<float, 4> channels_first = xt::xtensor<float, 4>::from_shape({2, 3, 4, 5});
    BOOST_TEST(complaint_of([&] { to_rows<image>(channels_first); }) == "expected an array of 2 x 4 x 5 x 3, got 2 x 3 x 4 x 5");
    const xt::xtensor<float, 2> flat = xt::xtensor<float, 2>::from_shape({2, 60});
    BOOST_TEST(complaint_of([&] { to_rows<image>(flat); }) == "expected an array of 2 x 4 x 5 x 3, got 2 x 60");
    BOOST_TEST(to_rows<shape<60>>(flat).size() == 2u);
}

#endif
