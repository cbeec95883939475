// SPDX-License-Identifier: MIT
#pragma once

// The door to xtensor, for programs whose arrays are its: a library of its own beside elbo, in no other header.
//
//     xt::xtensor<float, 4> images = ...;              (n, height, width, channels)
//     auto codes = to_xtensor(model.encode(values_of(images)));       (n, 20)
//
// Arrays are as the memory is: n rows, then a shape's extents, and those of an image as height x width x channels.

#if defined(ELBO_WITH_XTENSOR)

#include <elbo/train/model.hpp>

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xarray.hpp>
#include <xtensor/containers/xtensor.hpp>
#else
#include <xtensor/xarray.hpp>
#include <xtensor/xtensor.hpp>
#endif

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>

namespace elbo {

namespace xtensors {

template <std::size_t... E>
constexpr std::array<std::size_t, sizeof...(E)> extents_of(shape<E...>) {
    return {E...};
}
template <std::size_t C, std::size_t H, std::size_t W>
constexpr std::array<std::size_t, 3> extents_of(shape<C, H, W>) {
    return {H, W, C};
}

template <class Shape>
std::array<std::size_t, 1 + Shape::rank> shape_for(std::size_t n) {
    constexpr auto                           extents = extents_of(Shape{});
    std::array<std::size_t, 1 + Shape::rank> all{n};
    std::copy(extents.begin(), extents.end(), all.begin() + 1);
    return all;
}

template <class Extents>
std::string text_of(const Extents& extents) {
    std::string text;
    for (const auto e : extents) text += (text.empty() ? "" : " x ") + std::to_string(e);
    return text;
}

}  // namespace xtensors

// What a model takes, without a copy: any container of floats that lies in memory row after row.
template <class Array>
std::span<const std::remove_cv_t<typename Array::value_type>> values_of(const Array& array) {
    static_assert(Array::static_layout == xt::layout_type::row_major, "elbo: a row-major array is needed: to_rows<Shape>(array) copies any other");
    return {array.data() + array.data_offset(), array.size()};  // of a view, where it begins
}

template <class Shape>
xt::xtensor<float, 1 + Shape::rank> to_xtensor(const rows<Shape>& from) {
    xt::xtensor<float, 1 + Shape::rank> to(xtensors::shape_for<Shape>(from.size()));
    std::copy(from.values.begin(), from.values.end(), to.begin());
    return to;
}
template <class Shape>
xt::xarray<float> to_xarray(const rows<Shape>& from) {
    const auto        extents = xtensors::shape_for<Shape>(from.size());
    xt::xarray<float> to(xt::xarray<float>::shape_type(extents.begin(), extents.end()));
    std::copy(from.values.begin(), from.values.end(), to.begin());
    return to;
}

// Of any expression, of any numbers and layout, whose extents are those of the shape.
template <class Shape, class Expression>
rows<Shape> to_rows(const xt::xexpression<Expression>& from) {
    const Expression& e = from.derived_cast();
    const std::size_t n = e.dimension() == 0 ? 0 : e.shape()[0];
    const auto        expected = xtensors::shape_for<Shape>(n);
    if (e.dimension() != expected.size() || !std::equal(expected.begin(), expected.end(), e.shape().begin()))
        throw std::invalid_argument("expected an array of " + xtensors::text_of(expected) + ", got " + xtensors::text_of(e.shape()));
    rows<Shape> to{std::vector<float>(n * Shape::size)};
    std::transform(e.template begin<xt::layout_type::row_major>(), e.template end<xt::layout_type::row_major>(), to.values.begin(),
                   [](auto v) { return static_cast<float>(v); });
    return to;
}

}  // namespace elbo

#endif
