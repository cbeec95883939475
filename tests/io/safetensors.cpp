// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE safetensors
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "made_files.hpp"

#include <elbo/io/safetensors.hpp>

#include <cstdint>
#include <string>
#include <vector>

using namespace elbo::io;
using made::bytes;
using made::operator+;

namespace {

const bytes eight = made::noise(8);

tensor_file read_made(const std::string& header, const bytes& data = eight) {
    return parse_safetensors(made::safetensors(header, data), "a");
}

}  // namespace

BOOST_AUTO_TEST_CASE(written_and_read_back) {
    const made::folder              home;
    const std::string               path = home.path("model.safetensors");
    const std::vector<float>        weight{1, 2, 3, 4, 5, 6};
    const std::vector<double>       wide{0.1, 0.2};
    const std::vector<std::int64_t> step{-7};
    const std::vector<std::uint8_t> mask{1, 0, 1};
    const std::vector<tensor_entry> tensors{
        make_tensor<float>("encoder.1.weight", weight, {2, 3}), make_tensor<std::uint8_t>("mask", mask, {3}),
        make_tensor<double>("wide \"\\\n\x01 \xC3\xA9", wide, {2, 1}), make_tensor<std::int64_t>("step", step, {}),
        make_tensor<float>("empty", {}, {0, 3})};
    const std::map<std::string, std::string> metadata{{"format", "pt"}, {"note", "tab\tquote\" \xF0\x9F\x98\x80"}};
    write_safetensors(path, metadata, tensors);

    const tensor_file back = read_safetensors(path);
    BOOST_TEST((back.metadata == metadata));
    BOOST_REQUIRE(back.tensors.size() == tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        BOOST_TEST(back.tensors[i].name == tensors[i].name);
        BOOST_TEST(back.tensors[i].dtype == tensors[i].dtype);
        BOOST_TEST((back.tensors[i].shape == tensors[i].shape));
    }
    BOOST_TEST((back.find("encoder.1.weight")->values<float>() == weight));
    BOOST_TEST((back.tensors[2].values<double>() == wide));
    BOOST_TEST((back.find("step")->values<std::int64_t>() == step));
    BOOST_TEST((back.find("mask")->values<std::uint8_t>() == mask));
    BOOST_TEST(back.find("absent") == nullptr);
    BOOST_CHECK_THROW(back.find("mask")->values<float>(), std::invalid_argument);
    std::vector<float> small(5);
    BOOST_CHECK_THROW(back.find("encoder.1.weight")->copy_to(std::span(small)), std::invalid_argument);

    // what was read is written as the same bytes, and the tensors outlive the file they came with
    tensor_file copy;
    {
        const tensor_file again = read_safetensors(path);
        copy                    = again;
    }
    write_safetensors(home.path("again"), copy.metadata, copy.tensors);
    BOOST_TEST((made::slurp(path) == made::slurp(home.path("again"))));
}

BOOST_AUTO_TEST_CASE(the_bytes) {
    const std::vector<std::uint8_t> two{5, 6};
    const tensor_entry              one = make_tensor<std::uint8_t>("b", two, {2});
    const std::string               header =
        R"({"__metadata__":{"a":"x","b":"y"},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}})";
    const std::string  padded = header + std::string((8 - header.size() % 8) % 8, ' ');
    const made::folder home;
    write_safetensors(home.path("a"), {{"b", "y"}, {"a", "x"}}, std::span(&one, 1));
    BOOST_TEST((made::slurp(home.path("a")) == made::safetensors(padded, two)));
    write_safetensors(home.path("b"), {}, {});
    BOOST_TEST((made::slurp(home.path("b")) == made::safetensors("{}      ", {})));
    BOOST_TEST(read_safetensors(home.path("b")).tensors.empty());
}

BOOST_AUTO_TEST_CASE(foreign_headers) {
    // keys in any order, JSON's white space, tensors in any order, one that does not end on a multiple of its size
    const tensor_file file = read_made(
        "{ \"y\" : {\"data_offsets\":[1,5],\n\t\"shape\":[ 2 , 1 ],\"dtype\":\"BF16\"}, "
        "\"x\":{\"dtype\":\"U8\",\"shape\":[1],"
        "\"data_offsets\":[0,1]},\"z\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[5,8]}, \"__metadata__\": "
        "{}}\r\n",
        bytes{1, 0x80, 0x3F, 0x20, 0xC0, 7, 8, 9});
    BOOST_TEST(file.tensors[0].name == "x");
    BOOST_TEST(file.tensors[1].name == "y");
    BOOST_TEST((floats_of_bf16(file.tensors[1]) == std::vector<float>{1, -2.5f}));
    BOOST_CHECK_THROW(floats_of_bf16(file.tensors[0]), std::invalid_argument);
    BOOST_TEST(
        read_made(R"({"\u0041\ud83d\ude00\n\/":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})").tensors[0].name ==
        "A\xF0\x9F\x98\x80\n/");
}

BOOST_AUTO_TEST_CASE(headers_that_are_refused) {
    const std::string good = R"({"dtype":"U8","shape":[8],"data_offsets":[0,8]})";
    BOOST_CHECK_NO_THROW(read_made("{\"a\":" + good + "}"));
    const auto one = [](const std::string& body) { return "{\"a\":" + body + "}"; };
    for (
        const std::string& wrong : std::vector<std::string>{
            "",
            "{",
            "}",
            "null",
            "[]",
            "{}",
            " {\"a\":" + good + "}",
            one(good) + "x",
            one(good) + "{}",
            one(good) + std::string(1, '\0'),
            "{\"a\":" + good + ",}",
            "{,\"a\":" + good + "}",
            "{a:" + good + "}",
            "{'a':" + good + "}",
            "{\"a\" " + good + "}",
            "{\"a\":" + good + ",\"a\":" + good + "}",   // a name twice
            "{\"a\":" + good +
                ",\"\\u0061\":" + R"({"dtype":"U8","shape":[0],"data_offsets":[8,8]}})",   // the same, escaped
            "{\"__metadata__\":{},\"__metadata__\":{},\"a\":" + good + "}",
            R"({"__metadata__":{"k":"1","k":"2"},"a":)" + good + "}",
            R"({"__metadata__":{"k":1},"a":)" + good + "}",
            R"({"__metadata__":{"k":{"deep":"x"}},"a":)" + good + "}",
            R"({"__metadata__":null,"a":)" + good + "}",
            one(R"({"dtype":"U8","shape":[8]})"),
            one(R"({"dtype":"U8","data_offsets":[0,8]})"),
            one(R"({"shape":[8],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","dtype":"U8","shape":[8],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[8],"data_offsets":[0,8],"more":[]})"),
            one(R"({"dtype":"F16","shape":[4],"data_offsets":[0,8]})"),
            one(R"({"dtype":"u8","shape":[8],"data_offsets":[0,8]})"),
            one(R"({"dtype":"","shape":[8],"data_offsets":[0,8]})"),
            one(R"({"dtype":8,"shape":[8],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":8,"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[8,],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[[8]],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[8.0],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[8e0],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[-8],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[08],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":["8"],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[7],"data_offsets":[0,8]})"),
            one(R"({"dtype":"U8","shape":[8],"data_offsets":[0]})"),
            one(R"({"dtype":"U8","shape":[8],"data_offsets":[0,8,8]})"),
            one(R"({"dtype":"U8","shape":[8],"data_offsets":[8,0]})"),
            one(R"({"dtype":"U8","shape":[9],"data_offsets":[0,9]})"),   // past the end
            one(R"({"dtype":"U8","shape":[7],"data_offsets":[0,7]})"),   // bytes left over
            one(R"({"dtype":"U8","shape":[7],"data_offsets":[1,8]})"),   // a gap before
            R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[3],"data_offsets":[5,8]}})",
            R"({"a":{"dtype":"U8","shape":[5],"data_offsets":[0,5]},"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})",
            R"({"a":{"dtype":"U8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[8],"data_offsets":[0,8]}})",
            "{\"\xFF\":" + good + "}",
            "{\"\xC0\x80\":" + good + "}",
            "{\"\xED\xA0\x80\":" + good + "}",
            "{\"\xF4\x90\x80\x80\":" + good + "}",
            "{\"\xE2\x82\":" + good + "}",
            "{\"a\nb\":" + good + "}",
            "{\"\\x\":" + good + "}",
            "{\"\\u12\":" + good + "}",
            "{\"\\ud83d\":" + good + "}",
            "{\"\\ude00\":" + good + "}",
            "{\"\\ud83d\\u0041\":" + good + "}",
            "{\"a:" + good + "}",
            one(std::string(100000, '[')),
            one(std::string(100000, '{')),
            std::string(100000, '{')})
        BOOST_CHECK_THROW(read_made(wrong), bad_file);
}

BOOST_AUTO_TEST_CASE(what_is_not_written) {
    const made::folder       home;
    const std::string        path = home.path("a");
    const std::vector<float> two{1, 2};
    const tensor_entry       good  = make_tensor<float>("a", two, {2});
    const auto               write = [&](tensor_entry other) {
        const std::vector<tensor_entry> both{good, std::move(other)};
        write_safetensors(path, {}, both);
    };
    BOOST_CHECK_NO_THROW(write(make_tensor<float>("b", two, {1, 2})));
    const bytes before = made::slurp(path);
    BOOST_CHECK_THROW(write(good), std::invalid_argument);
    BOOST_CHECK_THROW(write(make_tensor<float>("b", two, {3})), std::invalid_argument);
    BOOST_CHECK_THROW(write(make_tensor<float>("b\xFF", two, {2})), std::invalid_argument);
    BOOST_CHECK_THROW(write(make_tensor<float>("__metadata__", two, {2})), std::invalid_argument);
    BOOST_CHECK_THROW(write({"b", "F16", {4}, good.bytes}), std::invalid_argument);
    BOOST_CHECK_THROW(write(make_tensor<float>(std::string(1 << 20, 'b'), two, {2})), std::invalid_argument);
    BOOST_TEST((made::slurp(path) == before));
}
