// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE json
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/io/json.hpp>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

using elbo::io::bad_file;
using elbo::io::json;

BOOST_AUTO_TEST_CASE(a_value_is_written_in_the_order_given) {
    json v;
    v.set("b", 1).set("a", json::array{true, nullptr, "x", 0.1}).set("c", json::object{}).set("d", json::array{});
    BOOST_TEST(v.dump() == R"({"b": 1, "a": [true, null, "x", 0.1], "c": {}, "d": []})");
    BOOST_TEST(v.set("b", "again").dump() == R"({"b": "again", "a": [true, null, "x", 0.1], "c": {}, "d": []})");
    BOOST_TEST(json(json::array{1, json().set("k", 2)}).dump(true) == "[\n  1,\n  {\n    \"k\": 2\n  }\n]");
    BOOST_TEST((json::parse(v.dump(true)) == json::parse(v.dump())));
}

BOOST_AUTO_TEST_CASE(numbers_come_back_as_they_were) {
    for (const double x : {0.1, 1.0 / 3, 1e-300, 5e-324, 1.7976931348623157e308, -2.5, 123456789.125, 1e22})
        BOOST_TEST(json::parse(json(x).dump()).number() == x);
    for (const std::uint64_t x :
         {std::uint64_t{0}, (std::uint64_t{1} << 53) + 1, std::numeric_limits<std::uint64_t>::max()})
        BOOST_TEST(json::parse(json(x).dump()).count() == x);
    BOOST_TEST(json::parse(json(std::numeric_limits<std::int64_t>::min()).dump()).dump() == "-9223372036854775808");
    BOOST_TEST(json::parse("-7").count(42) == 42u);
    BOOST_TEST(json::parse("1E+2").number() == 100);
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_is_null) {
    BOOST_TEST(json(std::nan("")).dump() == "null");
    BOOST_TEST(json(json::array{INFINITY, -INFINITY}).dump() == "[null, null]");
}

BOOST_AUTO_TEST_CASE(strings_are_escaped_and_come_back) {
    const std::string text = "a\"b\\c\n\t\r\x01\x7f/ \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80";
    BOOST_TEST(json(text).dump() ==
               "\"a\\\"b\\\\c\\n\\t\\u000d\\u0001\\u007f/ \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
    BOOST_TEST(json::parse(json(text).dump()).text() == text);
    BOOST_TEST(json::parse(R"("\u00e9\u20AC\ud83d\ude00\/\b\f\r")").text() ==
               "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80/\b\f\r");
    BOOST_TEST(json(std::string("\xFF"
                                "a\xC3"))
                   .dump() ==
               "\"\xEF\xBF\xBD"
               "a\xEF\xBF\xBD\"");
}

BOOST_AUTO_TEST_CASE(members_are_found_and_what_is_absent_is_null) {
    const json v = json::parse(R"({ "a" : {"b": [1, 2.5]} , "t": true })", "here");
    BOOST_TEST(v["a"]["b"].items().at(1).number() == 2.5);
    BOOST_TEST(v["nothing"]["below"].is_null());
    BOOST_TEST(v["t"].truth());
    BOOST_TEST(v["a"].number(-1) == -1);
    BOOST_TEST(v.find("a") != nullptr);
    BOOST_TEST(v.find("b") == nullptr);
}

BOOST_AUTO_TEST_CASE(what_is_not_json_is_refused) {
    for (const char* text : {"",
                             " ",
                             "{",
                             "[1,",
                             "[1,]",
                             "{\"a\":1,}",
                             "{\"a\" 1}",
                             "{a:1}",
                             "01",
                             "1.",
                             ".5",
                             "+1",
                             "-",
                             "1e",
                             "nul",
                             "NaN",
                             "inf",
                             "\"a",
                             "\"\\x\"",
                             "\"\\u12g4\"",
                             "\"\\ud800\"",
                             "\"\\ud800\\u0041\"",
                             "\"\\udc00\"",
                             "\"a\nb\"",
                             "\"\xFF\"",
                             "1 2",
                             "[1 2]",
                             "{\"a\":1,\"a\":2}",
                             "1e999",
                             "'a'",
                             "[1]]"})
        BOOST_CHECK_THROW(json::parse(text), bad_file);
    const std::string deep(100, '[');
    BOOST_CHECK_THROW(json::parse(deep + std::string(100, ']')), bad_file);
    BOOST_CHECK_NO_THROW(json::parse(std::string(60, '[') + std::string(60, ']')));
}

BOOST_AUTO_TEST_CASE(a_complaint_says_file_and_place) {
    try {
        json::parse("[1, x]", "run.json");
        BOOST_TEST(false);
    } catch (const bad_file& problem) {
        BOOST_TEST(problem.what() == std::string("run.json: at byte 4: expected a value, got 'x'"));
    }
}
