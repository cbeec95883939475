// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/io/bytes.hpp>
#include <elbo/io/dataset.hpp>
#include <elbo/io/file.hpp>
#include <elbo/io/inflate.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace elbo::io {

// A real numeric array of a MAT file, first axis fastest. `stored` is how its numbers lie in the file, which may be
// narrower than what MATLAB calls them.
struct matlab_array {
    enum number_type : std::uint32_t {
        int8 = 1, uint8, int16, uint16, int32, uint32, float32, float64 = 9
    };

    std::string               name;
    std::vector<std::size_t>  shape;
    std::uint32_t             stored = uint8;
    std::vector<std::uint8_t> memory;   // what the array was read from
    std::size_t               first = 0, size = 0;

    bytes_view bytes() const { return bytes_view(memory).subspan(first, size); }
};

namespace matlab {

inline constexpr std::uint32_t int64 = 12, uint64 = 13, matrix = 14, compressed = 15;

inline std::size_t bytes_of(std::uint32_t number_type) {
    constexpr std::size_t sizes[] = {0, 1, 1, 2, 2, 4, 4, 4, 0, 8};
    return number_type < std::size(sizes) ? sizes[number_type] : 0;
}

struct element {
    std::uint32_t type;
    std::size_t   first, size;   // where its data lie in the bytes walked over
};

// A tag (type, size) and its data, padded to eight bytes; up to four bytes of data may lie inside the tag.
inline element next_element(cursor& in, bool padded = true) {
    const std::uint32_t word = in.little32("element type");
    if ((word >> 16) != 0) {
        const std::size_t size = word >> 16, first = in.at();
        if (size > 4) in.reject({"at most 4 bytes in a short element"}, {size});
        in.take(4, "short element");
        return {word & 0xFFFF, first, size};
    }
    const std::size_t size = in.little32("element size"), first = in.at();
    in.take(size, "element");
    if (padded) in.take((8 - size % 8) % 8, "padding");
    return {word, first, size};
}

// The body of a matrix element: flags, dimensions, name, numbers. Text, cells, structs, complex numbers and integers of 64
// bits are passed over: false.
inline bool parse_matrix(matlab_array& array, bytes_view body, const std::string& file) {
    cursor        in(body, file);
    const element flags = next_element(in);
    if (flags.type != matlab_array::uint32 || flags.size != 8)
        in.reject({"array flags"}, {"element type ", flags.type});
    const unsigned kind = body[flags.first], bits = body[flags.first + 1];
    if (kind < 6 || kind > 15 || (bits & 8) != 0) return false;

    const element extents = next_element(in);
    if (extents.type != matlab_array::int32 || extents.size < 8 || extents.size > 32 || extents.size % 4 != 0)
        in.reject({"2 to 8 dimensions"}, {extents.size, " bytes of them"});
    cursor axes(body.subspan(extents.first, extents.size), file);
    while (axes.left() > 0) array.shape.push_back(axes.little32("dimension"));

    const element name = next_element(in);
    if (name.type != matlab_array::int8) in.reject({"a name"}, {"element type ", name.type});
    array.name.assign(body.begin() + static_cast<std::ptrdiff_t>(name.first),
                      body.begin() + static_cast<std::ptrdiff_t>(name.first + name.size));

    const element     numbers = next_element(in);
    const std::size_t unit    = bytes_of(numbers.type);
    if (numbers.type == int64 || numbers.type == uint64) return false;
    if (unit == 0) in.reject({"numbers of 1 to 8 bytes"}, {"element type ", numbers.type});
    if (claimed_product(array.shape, unit) != numbers.size)
        in.reject({printable(array.name), " of shape ", shape_text(array.shape), " and ", unit, " bytes a number"},
                  {numbers.size, " bytes"});
    in.need_end();
    array.stored = numbers.type;
    array.first  = numbers.first;
    array.size   = numbers.size;
    return true;
}

}  // namespace matlab

// The numeric arrays of a MAT file of level 5, little-endian, compressed or not.
inline std::vector<matlab_array> parse_matlab(bytes_view bytes, const std::string& file,
                                              std::size_t limit = largest_file) {
    cursor           in(bytes, file);
    const bytes_view header = in.take(128, "MAT header");
    if (!std::equal(header.begin(), header.begin() + 7, "MATLAB "))
        refuse(file, 0, {"\"MATLAB \""}, {"other bytes"});
    if (header[124] != 0 || header[125] != 1 || header[126] != 'I' || header[127] != 'M')
        refuse(file, 124, {"version 0x0100, little-endian"}, {"another"});
    std::vector<matlab_array> arrays;
    while (in.left() > 0) {
        const std::string     place = sentence({file, " (element at byte ", in.at(), ")"});
        const matlab::element outer = matlab::next_element(in, false);
        const bytes_view      data  = bytes.subspan(outer.first, outer.size);
        matlab_array          array;
        if (outer.type == matlab::compressed) {
            array.memory = zlib_inflate(data, limit, place);
            cursor                inner(array.memory, place + " (unpacked)");
            const matlab::element body = matlab::next_element(inner, false);
            if (body.type != matlab::matrix) inner.reject({"a matrix"}, {"element type ", body.type});
            inner.need_end();
            if (!matlab::parse_matrix(array, bytes_view(array.memory).subspan(body.first, body.size), inner.file()))
                continue;
            array.first += body.first;
        } else if (outer.type == matlab::matrix) {
            if (!matlab::parse_matrix(array, data, place)) continue;
            array.memory.assign(data.begin() + static_cast<std::ptrdiff_t>(array.first),
                                data.begin() + static_cast<std::ptrdiff_t>(array.first + array.size));
            array.first = 0;
        } else {
            in.reject({"a matrix"}, {"element type ", outer.type});
        }
        arrays.push_back(std::move(array));
    }
    return arrays;
}

}  // namespace elbo::io
