// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/combine.hpp>

namespace elbo {

// A kind of data: what a sample's raw numbers look like, and what a network sees of them.
//
// A class among `Classes`: the data hold its number, networks see it as `Classes` numbers, one of them 1.
template <std::size_t Classes>
struct label {
    using raw                            = scalar;
    using seen                           = shape<Classes>;
    static constexpr std::size_t classes = Classes;

    template <class Axis, int K>
    static constexpr auto see(value<raw, Axis, K> number) {
        const value<shape<1>, once> one{number.on, number.on->constant(1)};
        return scatter<Classes>(one, in_shape<shape<1>>(number));
    }
};
// Numbers with a name: attributes, a masked image, a pose.
template <text Name, class Shape>
struct attribute {
    using raw                         = Shape;
    using seen                        = Shape;
    static constexpr const char* name = Name.letters;

    static constexpr auto see(auto x) { return x; }
};

// What a network sees of a kind of data. A bare shape is data too.
template <class Data>
struct data_traits {
    using raw  = typename Data::raw;
    using seen = typename Data::seen;
    static constexpr auto see(auto x) { return Data::see(x); }
};
template <std::size_t... E>
struct data_traits<shape<E...>> {
    using raw  = shape<E...>;
    using seen = shape<E...>;
    static constexpr auto see(auto x) { return x; }
};

template <class T>
inline constexpr bool is_data = is_shape<T>;
template <class T>
    requires requires { typename T::raw; typename T::seen; }
inline constexpr bool is_data<T> = true;

struct join_needs_data {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>, "elbo: join<...> needs data: label<10>, an attribute or a shape");
        return true;
    }
};
struct joined_data_does_not_fit {
    template <std::size_t Index, class Layer, class Input>
    static constexpr bool at() {
        static_assert(accepts<Layer, Input>,
                      "elbo: a condition joins a flat input, or an image as flat numbers or an image of its size");
        return true;
    }
};

namespace layers {
// After a rejection, something in the condition's shape.
template <class Data, class Seen, class S, class X>
constexpr auto condition_or_recovered(const S& s, X x) {
    if constexpr (gives<Data, decltype(s.given)>) return s.template condition<Data>();
    else return verbs::recovered<value<Seen, typename X::axis>>(x.on);
}
}  // namespace layers

// The condition's numbers beside the input's: concatenated to a vector; as constant planes, or channel by channel, to
// an image. Where there are several conditions for each input, such as every label of an image, the layers before see the
// input once.
template <class Data>
struct join {
    using condition = Data;
    using seen      = typename data_traits<std::conditional_t<is_data<Data>, Data, shape<1>>>::seen;

    static constexpr bool composite = true;
    template <class In>
    using planes = std::conditional_t<is_image<In> && seen::rank != 3,
                                      shape<seen::size, image_or_dot<In>::height, image_or_dot<In>::width>, seen>;
    template <class In>
    using joint = layers::side_by_side<In, planes<In>>;
    template <class In>
    using output = typename joint<In>::type;
    template <class In>
    using rejects = first_reason<unless<is_data<Data> && (seen::size > 0), join_needs_data>,
                                 unless<joint<In>::alike, joined_data_does_not_fit>>;

    template <class S, class X>
    static constexpr auto apply(const S& s, X alone) {
        using In         = typename X::shape;
        const auto extra = layers::condition_or_recovered<Data, seen>(s, alone);
        const auto x     = layers::for_each_of(extra, alone);
        if constexpr (is_image<In> && seen::rank != 3) {
            using I           = image_of<In>;
            constexpr int area = static_cast<int>(I::height * I::width);
            return layers::beside(x, as_image<I::height, I::width>(repeat<area>(in_shape<shape<seen::size>>(extra))));
        } else return layers::beside(x, extra);
    }
};

}  // namespace elbo
