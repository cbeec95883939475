// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/arrange.hpp>
#include <elbo/layer/stack.hpp>

namespace elbo {

struct residual_must_keep_its_shape {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(std::is_same_v<typename Layer::template inner<Input>::output, Input>,
                      "elbo: the layers inside residual must end in the shape they began with");
        return true;
    }
};
struct branches_must_end_alike {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: branches must all end flat, or in images of one height and width");
        return true;
    }
};

// y = x + f(x)
template <class... Layers>
struct residual {
    static constexpr bool composite = true;
    template <class In>
    using inner = layers::chain<In, Layers...>;
    template <class In>
    using output = In;
    template <class In>
    using parameters = typename inner<In>::parameters;
    template <class In>
    using states     = typename inner<In>::states;
    using conditions = concat<layers::conditions<Layers>...>;
    template <class In>
    using rejects = first_reason<unless<inner<In>::fits, layers::rejected_inside<typename inner<In>::rejection>>,
                                 unless<std::is_same_v<typename inner<In>::output, In>, residual_must_keep_its_shape>>;

    template <class X>
    static constexpr auto apply(const auto& s, X x) {
        return x + inner<typename X::shape>::apply(s, x);
    }
};

template <class... Layers>
struct branch {};

namespace layers {
template <class In, class Branch>
struct branch_stack;
template <class In, class... Layers>
struct branch_stack<In, branch<Layers...>> {
    using type = chain<In, Layers...>;
};
template <class... Layers>
auto conditions_of_(branch<Layers...>) -> concat<conditions<Layers>...>;
template <class Branch>
using conditions_of_branch = decltype(conditions_of_(Branch{}));

template <class A, class B>
struct side_by_side {  // not alike
    using type                  = shape<1>;
    static constexpr bool alike = false;
};
template <std::size_t N, std::size_t M>
struct side_by_side<shape<N>, shape<M>> {
    using type                  = shape<N + M>;
    static constexpr bool alike = true;
};
template <std::size_t C, std::size_t D, std::size_t H, std::size_t W>
struct side_by_side<shape<C, H, W>, shape<D, H, W>> {
    using type                  = shape<C + D, H, W>;
    static constexpr bool alike = true;
};

// Channels beside channels, pixel by pixel; or columns beside columns. Where one has several samples of each image and the other has
// one, it is repeated first: pixels are rows, and rows would be paired otherwise.
template <class A, class B>
constexpr auto beside(A a, B b) {
    if constexpr (is_image<typename A::shape>) {
        using I = image_of<typename A::shape>;
        return as_image<I::height, I::width>(join_columns(as_pixels(for_each_of(b, a)), as_pixels(for_each_of(a, b))));
    } else return join_columns(a, b);
}
}  // namespace layers

// Two branches see the same input; their outputs stand side by side.
template <class First, class Second>
struct concatenated {
    static constexpr bool composite = true;
    template <class In>
    using first = typename layers::branch_stack<In, First>::type;
    template <class In>
    using second = typename layers::branch_stack<In, Second>::type;
    template <class In>
    using joint = layers::side_by_side<typename first<In>::output, typename second<In>::output>;
    template <class In>
    using output = typename joint<In>::type;
    template <class In>
    using parameters = concat<decltype(inside_layers<0>(typename first<In>::parameters{})),
                              decltype(inside_layers<1>(typename second<In>::parameters{}))>;
    template <class In>
    using states = concat<decltype(inside_layers<0>(typename first<In>::states{})),
                          decltype(inside_layers<1>(typename second<In>::states{}))>;
    using conditions = concat<layers::conditions_of_branch<First>, layers::conditions_of_branch<Second>>;
    template <class In>
    using rejects = first_reason<unless<first<In>::fits, layers::rejected_inside<typename first<In>::rejection>>,
                                 unless<second<In>::fits, layers::rejected_inside<typename second<In>::rejection>>,
                                 unless<joint<In>::alike, branches_must_end_alike>>;

    template <class S, class X>
    static constexpr auto apply(const S& s, X x) {
        using In     = typename X::shape;
        S other      = s;
        other.parameters += static_cast<int>(total_size<typename first<In>::parameters>);
        other.states += static_cast<int>(total_size<typename first<In>::states>);
        other.path   = mix_bits(s.path ^ 0x62726E63u);
        const auto a = first<In>::apply(s, x);
        const auto b = second<In>::apply(other, x);
        return layers::beside(a, b);
    }
};

}  // namespace elbo
