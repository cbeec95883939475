// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/header_text.hpp>

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

static_assert(std::endian::native == std::endian::little,
              "arrays and weights are stored as little-endian machines hold them");

// Element types by NumPy's names, as far as they are read and written here.
template <class T>
constexpr const char* npy_type() {
    static_assert(std::is_same_v<T, float> || std::is_same_v<T, double> || std::is_same_v<T, std::uint8_t>,
                  "a .npy file here holds float, double or std::uint8_t");
    return std::is_same_v<T, float> ? "<f4" : std::is_same_v<T, double> ? "<f8" : "|u1";
}

// An array in row-major order.
struct npy_array {
    std::string               type;
    std::vector<std::size_t>  shape;
    std::vector<std::uint8_t> bytes;

    template <class T>
    std::vector<T> values() const {
        if (type != npy_type<T>())
            throw std::invalid_argument(sentence({"an array of ", type, " is not one of ", npy_type<T>()}));
        std::vector<T> numbers(bytes.size() / sizeof(T));
        if (!bytes.empty()) std::memcpy(numbers.data(), bytes.data(), bytes.size());
        return numbers;
    }
};

// Format versions 1.0 and 2.0: magic, version, length of the header, a Python dictionary, the values.
inline npy_array parse_npy(bytes_view bytes, const std::string& file) {
    cursor           in(bytes, file);
    const bytes_view magic = in.take(8, "npy magic and version");
    if (std::memcmp(magic.data(), "\x93NUMPY", 6) != 0) refuse(file, 0, {"\\x93NUMPY"}, {"other bytes"});
    if ((magic[6] != 1 && magic[6] != 2) || magic[7] != 0)
        refuse(file, 6, {"version 1.0 or 2.0"}, {magic[6], ".", magic[7]});
    const std::size_t size = magic[6] == 1 ? in.little16("header length") : in.little32("header length");
    const std::size_t at   = in.at();
    header_text       text(in.take(size, "npy header"), at, file, " ");

    npy_array   array;
    std::string seen;
    text.expect('{');
    while (!text.accept('}')) {
        const std::string key = text.plain_string('\'');
        text.expect(':');
        if (seen.find(key + ";") != std::string::npos) text.reject({"each key once"}, {printable(key), " again"});
        seen += key + ";";
        if (key == "descr") {
            array.type = text.plain_string('\'');
            if (array.type != "<f4" && array.type != "<f8" && array.type != "|u1")
                text.reject({"'<f4', '<f8' or '|u1'"}, {printable(array.type)});
        } else if (key == "fortran_order") {
            if (!text.accept_word("False")) text.reject({"False, for row-major order"}, {"something else"});
        } else if (key == "shape") {
            text.expect('(');
            for (bool comma = true; !text.accept(')'); comma = text.accept(',')) {
                if (!comma) text.reject({"a comma"}, {"something else"});
                array.shape.push_back(text.whole_number());
            }
            if (array.shape.size() == 1 && !text.ends_with(",)"))
                text.reject({"(n,) for one axis"}, {"a number in brackets"});
        } else {
            text.reject({"descr, fortran_order or shape"}, {printable(key)});
        }
        if (!text.accept(',')) {
            text.expect('}');
            break;
        }
    }
    if (seen.size() != std::string_view("descr;fortran_order;shape;").size())
        text.reject({"descr, fortran_order and shape"}, {"fewer"});
    text.expect_end('\n');

    const std::size_t unit    = array.type == "|u1" ? 1 : array.type == "<f4" ? 4 : 8;
    const std::size_t claimed = claimed_product(array.shape, unit);
    if (claimed != in.left())
        in.reject({claimed, " bytes of shape ", shape_text(array.shape)}, {in.left()});
    const bytes_view values = in.take(claimed, "values");
    array.bytes.assign(values.begin(), values.end());
    return array;
}

inline npy_array read_npy(const std::string& path, std::size_t limit = largest_file) {
    return parse_npy(read_file(path, limit), path);
}

template <class T>
std::string npy_header(std::span<const std::size_t> shape) {
    std::string text = std::string("{'descr': '") + npy_type<T>() + "', 'fortran_order': False, 'shape': (";
    for (std::size_t i = 0; i < shape.size(); ++i)
        text += sentence({shape[i], i + 1 < shape.size() ? ", " : shape.size() == 1 ? "," : ""});
    text += "), }";
    while ((10 + text.size() + 1) % 64 != 0) text += ' ';   // the values start at a multiple of 64
    text += '\n';
    const std::size_t size = text.size();
    if (size > 65535) throw std::invalid_argument("too many axes for a .npy file");
    return std::string("\x93NUMPY\x01\0", 8) + static_cast<char>(size & 0xFF) + static_cast<char>(size >> 8) + text;
}

template <class T>
void write_npy(const std::string& path, std::span<const T> values, std::span<const std::size_t> shape) {
    if (claimed_product(shape) != values.size())
        throw std::invalid_argument(sentence({path, ": ", values.size(), " values have not the shape ",
                                              shape_text(shape)}));
    atomic_file file(path);
    file.append(npy_header<T>(shape));
    file.append(bytes_view(reinterpret_cast<const std::uint8_t*>(values.data()), values.size_bytes()));
    file.commit();
}
template <class T>
void write_npy(const std::string& path, const std::vector<T>& values, const std::vector<std::size_t>& shape) {
    write_npy(path, std::span<const T>(values), std::span<const std::size_t>(shape));
}

}  // namespace elbo::io
