// SPDX-License-Identifier: MIT
// function<R(A...)> holds what can be called, and copies of it do not know of each other.
#define BOOST_TEST_MODULE function
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/function.hpp>

#include <memory>
#include <string>

using elbo::function;

namespace {
int twice(int x) { return 2 * x; }
}  // namespace

BOOST_AUTO_TEST_CASE(calls_what_it_holds) {
    function<int(int)> f;
    BOOST_TEST(!f);
    f = twice;
    BOOST_TEST((f && f(21) == 42));
    f = [offset = 1](int x) { return x + offset; };
    BOOST_TEST(f(1) == 2);
    const function<double(double)> wider = [](double x) { return static_cast<float>(x) * 2; };
    BOOST_TEST(wider(1.5) == 3.0);
}
BOOST_AUTO_TEST_CASE(takes_references_and_moves) {
    std::string                  said;
    function<void(std::string&)> add = [](std::string& s) { s += "!"; };
    add(said), add(said);
    BOOST_TEST(said == "!!");
    function<int(std::unique_ptr<int>)> open = [](std::unique_ptr<int> p) { return *p; };
    BOOST_TEST(open(std::make_unique<int>(7)) == 7);
}
BOOST_AUTO_TEST_CASE(copies_are_their_own) {
    const auto         alive = std::make_shared<int>(0);
    function<int()> one   = [n = 0, alive]() mutable { return ++n + *alive; };
    BOOST_TEST(one() == 1);
    function<int()> other = one;
    BOOST_TEST((one() == 2 && one() == 3 && other() == 2));
    function<int()> moved = std::move(other);
    BOOST_TEST((!other && moved() == 3));
    one = moved = function<int()>();
    BOOST_TEST((!one && !moved && alive.use_count() == 1));
}
