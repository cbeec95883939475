// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/json_text.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

static_assert(std::endian::native == std::endian::little,
              "arrays and weights are stored as little-endian machines hold them");

inline constexpr std::size_t largest_safetensors_header = std::size_t{1} << 20;

// The bytes of one number of a type of the format, or 0 for one that is not read or written here.
inline std::size_t tensor_unit(std::string_view dtype) {
    if (dtype == "F64" || dtype == "I64") return 8;
    if (dtype == "F32") return 4;
    if (dtype == "BF16") return 2;
    return dtype == "U8" ? 1 : 0;
}

template <class T>
constexpr const char* tensor_type() {
    if constexpr (std::is_same_v<T, float>) return "F32";
    else if constexpr (std::is_same_v<T, double>) return "F64";
    else if constexpr (std::is_same_v<T, std::int64_t>) return "I64";
    else {
        static_assert(std::is_same_v<T, std::uint8_t>,
                      "a tensor file here holds float, double, std::int64_t or std::uint8_t");
        return "U8";
    }
}

// A named tensor, row-major. It looks at bytes that something else owns: the tensor_file it came from, or, when
// writing, the program.
struct tensor_entry {
    std::string              name, dtype;
    std::vector<std::size_t> shape;
    bytes_view               bytes;

    // Into memory of exactly this size: the place of a tensor in a file need not be aligned.
    template <class T>
    void copy_to(std::span<T> out) const {
        if (dtype != tensor_type<T>())
            throw std::invalid_argument(sentence({printable(name), " is of ", dtype, ", not of ", tensor_type<T>()}));
        if (out.size_bytes() != bytes.size())
            throw std::invalid_argument(sentence({printable(name), " has ", bytes.size(), " bytes, not ",
                                                  out.size_bytes()}));
        if (!bytes.empty()) std::memcpy(out.data(), bytes.data(), bytes.size());
    }
    template <class T>
    std::vector<T> values() const {
        std::vector<T> numbers(bytes.size() / sizeof(T));
        copy_to(std::span<T>(numbers));
        return numbers;
    }
};

template <class T>
tensor_entry make_tensor(std::string name, std::span<const T> values, std::vector<std::size_t> shape) {
    return {std::move(name), tensor_type<T>(), std::move(shape),
            bytes_view(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes())};
}

// BF16 is the upper half of a float.
inline std::vector<float> floats_of_bf16(const tensor_entry& tensor) {
    if (tensor.dtype != "BF16")
        throw std::invalid_argument(sentence({printable(tensor.name), " is of ", tensor.dtype, ", not of BF16"}));
    std::vector<float> numbers(tensor.bytes.size() / 2);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::uint32_t upper = std::uint32_t{tensor.bytes[2 * i]} | std::uint32_t{tensor.bytes[2 * i + 1]} << 8;
        numbers[i]                = std::bit_cast<float>(upper << 16);
    }
    return numbers;
}

struct tensor_file {
    std::map<std::string, std::string> metadata;
    std::vector<tensor_entry>          tensors;   // in the order of their bytes

    const tensor_entry* find(std::string_view name) const {
        const auto at = std::find_if(tensors.begin(), tensors.end(),
                                     [&](const tensor_entry& tensor) { return tensor.name == name; });
        return at == tensors.end() ? nullptr : &*at;
    }

    std::shared_ptr<const std::vector<std::uint8_t>> memory;   // what the tensors look at
};

namespace safetensors {

struct place {
    tensor_entry tensor;
    std::size_t  begin = 0, end = 0;
};

inline std::vector<std::size_t> whole_numbers(header_text& text) {
    std::vector<std::size_t> numbers;
    text.expect('[');
    if (text.accept(']')) return numbers;
    do numbers.push_back(text.whole_number());
    while (text.accept(','));
    text.expect(']');
    return numbers;
}

inline std::map<std::string, std::string> parse_metadata(header_text& text) {
    std::map<std::string, std::string> metadata;
    text.expect('{');
    if (text.accept('}')) return metadata;
    do {
        std::string key = text.json_string();
        text.expect(':');
        if (metadata.contains(key)) text.reject({"each key once"}, {printable(key), " again"});
        metadata[std::move(key)] = text.json_string();
    } while (text.accept(','));
    text.expect('}');
    return metadata;
}

inline place parse_tensor(header_text& text, std::string name) {
    place found;
    bool  dtype = false, shape = false, offsets = false;
    text.expect('{');
    do {
        const std::string key = text.json_string();
        text.expect(':');
        bool& seen = key == "dtype" ? dtype : key == "shape" ? shape : offsets;
        if (key != "dtype" && key != "shape" && key != "data_offsets")
            text.reject({"dtype, shape or data_offsets"}, {printable(key)});
        if (std::exchange(seen, true)) text.reject({"each key once"}, {printable(key), " again"});
        if (key == "dtype") {
            found.tensor.dtype = text.json_string();
            if (tensor_unit(found.tensor.dtype) == 0)
                text.reject({"F64, F32, BF16, I64 or U8"}, {printable(found.tensor.dtype)});
        } else if (key == "shape") {
            found.tensor.shape = whole_numbers(text);
        } else {
            const std::vector<std::size_t> pair = whole_numbers(text);
            if (pair.size() != 2 || pair[0] > pair[1]) text.reject({"a begin and an end"}, {shape_text(pair)});
            found.begin = pair[0];
            found.end   = pair[1];
        }
    } while (text.accept(','));
    text.expect('}');
    if (!dtype || !shape || !offsets) text.reject({"dtype, shape and data_offsets"}, {"fewer"});
    const std::size_t claimed = claimed_product(found.tensor.shape, tensor_unit(found.tensor.dtype));
    if (claimed != found.end - found.begin)
        text.reject({claimed, " bytes of shape ", shape_text(found.tensor.shape)}, {found.end - found.begin});
    found.tensor.name = std::move(name);
    return found;
}

inline void add_name(std::string& out, std::string_view name) {
    if (!is_utf8(name)) throw std::invalid_argument(sentence({"a name for a tensor file that is not UTF-8: ", printable(name)}));
    add_json_string(out, name);
}

}  // namespace safetensors

// Eight bytes of header length, a JSON header, the tensors' bytes without gaps or overlaps up to the end of the file.
// Nothing in it is taken on trust: no key twice, no unknown key, no type that is not listed, no byte unaccounted for.
inline tensor_file parse_safetensors(std::vector<std::uint8_t> bytes, const std::string& file) {
    tensor_file result;
    result.memory = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
    cursor              in(*result.memory, file);
    const std::uint64_t size = in.little64("header length");
    if (size > largest_safetensors_header)
        refuse(file, 0, {"a header of at most ", largest_safetensors_header, " bytes"}, {size});
    header_text      text(in.take(static_cast<std::size_t>(size), "header"), 8, file, " \t\r\n");
    const bytes_view data = bytes_view(*result.memory).subspan(in.at());

    std::vector<safetensors::place>    places;
    std::map<std::string, std::string> names;  // to themselves: a set, at the price of a type that is there anyway
    if (size == 0 || (*result.memory)[8] != '{') text.reject({"{ at the start of the header"}, {"something else"});
    text.expect('{');
    if (!text.accept('}')) {
        do {
            std::string name = text.json_string();
            text.expect(':');
            if (!names.emplace(name, std::string()).second) text.reject({"each name once"}, {printable(name), " again"});
            if (name == "__metadata__") result.metadata = safetensors::parse_metadata(text);
            else places.push_back(safetensors::parse_tensor(text, std::move(name)));
        } while (text.accept(','));
        text.expect('}');
    }
    text.expect_end();

    // In the order of their bytes; what is empty comes before what begins at the same place.
    std::vector<std::size_t> order(places.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        const safetensors::place &p = places[a], &q = places[b];
        return p.begin != q.begin ? p.begin < q.begin : p.end != q.end ? p.end < q.end : a < b;
    });
    std::size_t at = 0;
    for (const std::size_t i : order) {
        safetensors::place& place = places[i];
        const std::string of = printable(place.tensor.name);
        if (place.begin != at)
            in.reject({of, " to begin at ", at, " of the data"}, {place.begin});
        if (place.end > data.size())
            in.reject({of, " to end by ", data.size(), " of the data"}, {place.end});
        place.tensor.bytes = data.subspan(place.begin, place.end - place.begin);
        at                 = place.end;
        result.tensors.push_back(std::move(place.tensor));
    }
    if (at != data.size())
        refuse(file, in.at() + at, {"the end"}, {data.size() - at, " more bytes"});
    return result;
}

inline tensor_file read_safetensors(const std::string& path, std::size_t limit = largest_file) {
    return parse_safetensors(read_file(path, limit), path);
}

// Everything before the tensors' bytes. Tensors keep the order given; spaces fill the header up to a multiple of eight.
ELBO_COLD inline std::string safetensors_header(const std::map<std::string, std::string>& metadata,
                                      std::span<const tensor_entry>             tensors) {
    std::string                        text = "{";
    std::map<std::string, std::string> names{{"__metadata__", ""}};
    if (!metadata.empty()) {
        text += "\"__metadata__\":{";
        for (const auto& [key, value] : metadata) {
            if (text.back() != '{') text += ',';
            safetensors::add_name(text, key);
            text += ':';
            safetensors::add_name(text, value);
        }
        text += '}';
    }
    std::size_t at = 0;
    for (const tensor_entry& tensor : tensors) {
        if (!names.emplace(tensor.name, std::string()).second)
            throw std::invalid_argument(sentence({"two tensors of one name: ", printable(tensor.name)}));
        const std::size_t unit = tensor_unit(tensor.dtype);
        if (unit == 0 || claimed_product(tensor.shape, unit) != tensor.bytes.size())
            throw std::invalid_argument(sentence({printable(tensor.name), " of ", tensor.dtype, " and shape ",
                                                  shape_text(tensor.shape), " has not ", tensor.bytes.size(),
                                                  " bytes"}));
        if (text.back() != '{') text += ',';
        safetensors::add_name(text, tensor.name);
        text += sentence({":{\"dtype\":\"", tensor.dtype, "\",\"shape\":["});
        for (std::size_t i = 0; i < tensor.shape.size(); ++i) text += sentence({i == 0 ? "" : ",", tensor.shape[i]});
        text += sentence({"],\"data_offsets\":[", at, ",", at + tensor.bytes.size(), "]}"});
        at += tensor.bytes.size();
    }
    text += '}';
    text.append((8 - text.size() % 8) % 8, ' ');
    if (text.size() > largest_safetensors_header) throw std::invalid_argument("a tensor file's header above 1 MiB");
    std::string header;
    for (unsigned i = 0; i < 8; ++i) header += static_cast<char>(text.size() >> (8 * i) & 0xFF);
    return header + text;
}

// Written from where the tensors lie, without a copy, and whole or not at all.
ELBO_COLD inline void write_safetensors(const std::string& path, const std::map<std::string, std::string>& metadata,
                              std::span<const tensor_entry> tensors) {
    const std::string header = safetensors_header(metadata, tensors);
    atomic_file       file(path);
    file.append(header);
    for (const tensor_entry& tensor : tensors) file.append(tensor.bytes);
    file.commit();
}

}  // namespace elbo::io
