// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE npy
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "made_files.hpp"

#include <elbo/io/npy.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace elbo::io;
using made::bytes;
using made::operator+;

BOOST_AUTO_TEST_CASE(written_and_read_back) {
    const made::folder       home;
    const std::string        path = home.path("a.npy");
    const std::vector<float> numbers{1, -2.5f, 0, std::numeric_limits<float>::infinity(), 1e-45f, 6};
    write_npy(path, numbers, {2, 3});
    const npy_array back = read_npy(path);
    BOOST_TEST(back.type == "<f4");
    BOOST_TEST((back.shape == std::vector<std::size_t>{2, 3}));
    BOOST_TEST((back.values<float>() == numbers));
    BOOST_CHECK_THROW(back.values<double>(), std::invalid_argument);

    const std::vector<double> wide{0.1, 0.2, 0.3};
    write_npy(path, wide, {3});
    BOOST_TEST((read_npy(path).values<double>() == wide));
    BOOST_TEST((read_npy(path).shape == std::vector<std::size_t>{3}));
    const std::vector<std::uint8_t> pixels{0, 128, 255};
    write_npy(path, pixels, {1, 3, 1});
    BOOST_TEST((read_npy(path).values<std::uint8_t>() == pixels));
    write_npy(path, std::vector<float>{7}, {});
    BOOST_TEST((read_npy(path).values<float>() == std::vector<float>{7}));
    BOOST_TEST(read_npy(path).shape.empty());
    write_npy(path, std::vector<float>{}, {0, 5});
    BOOST_TEST((read_npy(path).shape == std::vector<std::size_t>{0, 5}));
    BOOST_CHECK_THROW(write_npy(path, wide, {2, 2}), std::invalid_argument);
    BOOST_TEST((read_npy(path).shape == std::vector<std::size_t>{0, 5}));
}

// The bytes that numpy.save writes for np.array([[1, 2]], dtype='<f4').
BOOST_AUTO_TEST_CASE(the_bytes_of_numpy) {
    const made::folder home;
    const std::string  header   = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }";
    const bytes        expected = made::npy(header + std::string(128 - 10 - 1 - header.size(), ' ') + "\n",
                                            bytes{0, 0, 0x80, 0x3F, 0, 0, 0, 0x40});
    write_npy(home.path("a.npy"), std::vector<float>{1, 2}, {1, 2});
    BOOST_TEST((made::slurp(home.path("a.npy")) == expected));
}

BOOST_AUTO_TEST_CASE(headers) {
    const bytes four = made::noise(4);
    const auto  read = [&](const std::string& header) { return parse_npy(made::npy(header, four), "a"); };
    BOOST_TEST((read("{'shape':(4,),'descr':'|u1','fortran_order':False}\n").shape == std::vector<std::size_t>{4}));
    BOOST_TEST((read("{'descr': '<f4', 'fortran_order': False, 'shape': (), }     \n").values<float>().size() == 1u));
    BOOST_TEST((read("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2,), }\n").shape.size() == 2u));
    for (const char* wrong : {
             "",
             "\n",
             "{}\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }\n ",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), } x\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4, }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (2 2), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (04,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4.0,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (5,), }\n",
             "{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2), }\n",
             "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n",
             "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }\n",
             "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n",
             "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n",
             "{'descr': '|u1', 'shape': (4,), }\n",
             "{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (4,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4,), 'more': 1, }\n",
             "{'descr': '|u1' 'fortran_order': False, 'shape': (4,), }\n",
             "{'descr': '|u1', 'fortran_order': False, 'shape': (4,)\n",
             "{'descr: '|u1', 'fortran_order': False, 'shape': (4,), }\n",
         })
        BOOST_CHECK_THROW(read(wrong), bad_file);
}

BOOST_AUTO_TEST_CASE(versions) {
    const std::string header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }\n";
    const bytes       second =
        made::text("\x93NUMPY") + bytes{2, 0} + made::little32(header.size()) + made::text(header) + bytes{9};
    BOOST_TEST((parse_npy(second, "a").values<std::uint8_t>() == bytes{9}));
    bytes third = second;
    third[6]    = 3;
    BOOST_CHECK_THROW(parse_npy(third, "a"), bad_file);
    BOOST_CHECK_THROW(parse_npy(second + bytes{0}, "a"), bad_file);
}
