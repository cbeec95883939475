// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE convolution
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "laws/alone.hpp"

#include <set>

using namespace elbo;
using laws::apart, laws::numbers;

namespace {
struct strided : stack<shape<2, 5, 4>, conv<3, 3, 2, 1>> {};
struct padded_out : stack<shape<2, 2, 2>, conv_transpose<2, 3, 2, 1, 1>> {};

struct deep : stack<shape<1, 6, 5>, conv<2, 3>, act::tanh, conv<3, 2, 2, 1>, act::softplus, conv<2, 1>> {};
struct wide_pad : stack<shape<2, 3, 3>, conv<2, 2, 1, 2>, act::tanh, conv<1, 4, 3, 1>> {};
struct transposed_deep
    : stack<shape<2, 2, 3>, conv_transpose<3, 3, 2, 1, 1>, act::tanh, conv_transpose<2, 2>, act::tanh, conv_transpose<1, 4, 2, 1>> {};

// <y, conv(x)> = <conv_transpose(y), x> with the same filters and no bias.
struct there : stack<shape<2, 7, 5>, conv<3, 3, 2, 1>> {};
struct back : stack<shape<3, 4, 3>, conv_transpose<2, 3, 2, 1>> {};
}  // namespace

// torch.nn.Conv2d(2, 3, 3, stride=2, padding=1)
BOOST_AUTO_TEST_CASE(a_convolution_is_pytorchs) {
    const numbers expected = {-0.469538469563, -0.227236571072, -0.429567112692, 0.434769647379,  -0.599224335327,
                              -0.210656166602, 0.0276300846576, 0.0859943176749, -0.681186239716, 0.201378634386,
                              -0.194559866113, -0.335471115235, 0.550809536075,  0.266868668405,  -0.121731733668,
                              -0.144208622087, 0.280226678087,  -0.0838691049255};
    BOOST_TEST(apart(laws::output_in_file_order<strided>(1), expected) < 1e-9);
}

// torch.nn.ConvTranspose2d(2, 2, 3, stride=2, padding=1, output_padding=1)
BOOST_AUTO_TEST_CASE(a_transposed_convolution_is_pytorchs) {
    const numbers expected = {
        -0.145483069001, -0.3687039764,    -0.388288370754, -0.330907606004, -0.0692167590181, -0.291258122692,
        -0.0475663777813, 0.12678259714,   -0.320468047162, -0.200289793009, -0.0413790311742, 0.00119921934918,
        0.146739850439,  0.243524797249,   -0.127868529828, -0.226697259648, -0.416555635975,  -0.70433946997,
        -0.554532664322, -0.368847967813,  -0.357684364232, -0.377129546351, -0.0975436214759, -0.0207146837894,
        -0.41546721548,  -0.157421641203,  -0.203090497798, -0.226313920651, -0.0385733649836, -0.13567756275,
        -0.415647715051, -0.474940000034};
    BOOST_TEST(apart(laws::output_in_file_order<padded_out>(1), expected) < 1e-9);
}

BOOST_AUTO_TEST_CASE(gradients_are_finite_differences) {
    BOOST_TEST(laws::gradient_error<laws::alone<deep>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<wide_pad>>() <= 1e-6);
    BOOST_TEST(laws::gradient_error<laws::alone<transposed_deep>>() <= 1e-6);
}

// 3 filters of (3, 3, 2): for both networks the same 54 numbers in the same order.
BOOST_AUTO_TEST_CASE(one_is_the_transpose_of_the_other) {
    const numbers filter = laws::weights(54), x = laws::wave(70), y = laws::wave(36, 100);
    numbers       p = filter, q = filter;
    p.resize(54 + 3, 0.0);
    q.resize(54 + 2, 0.0);
    laws::replay_data forwards{.parameters = p, .inputs = {x}}, backwards{.parameters = q, .inputs = {y}};
    const numbers     ax = laws::evaluated<there>(forwards), aty = laws::evaluated<back>(backwards);
    double            left = 0, right = 0;
    for (std::size_t i = 0; i < y.size(); ++i) left += y[i] * ax[i];
    for (std::size_t i = 0; i < x.size(); ++i) right += x[i] * aty[i];
    BOOST_TEST(std::abs(left - right) < 1e-12);
    BOOST_TEST(std::abs(left) > 0.1);
}

BOOST_AUTO_TEST_CASE(a_files_order_is_a_permutation) {
    using order = at<0, strided::parameters>::order;
    std::set<std::size_t> seen;
    for (std::size_t i = 0; i < 54; ++i) seen.insert(order::file_index(i));
    BOOST_TEST(seen.size() == 54u);
    BOOST_TEST(*seen.rbegin() == 53u);
}
