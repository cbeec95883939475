// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/arrange.hpp>
#include <elbo/layer/attention.hpp>
#include <elbo/layer/linear.hpp>
#include <elbo/layer/stack.hpp>
#include <elbo/model/loop_options.hpp>

// How draw<Image, ...> reads and paints an image, and how its parts must fit together. Equations are those of Gregor et
// al. (2015).

namespace elbo {

namespace zoo {

template <class Image>
using image_or_pixel = std::conditional_t<is_image<Image>, Image, shape<1, 1, 1>>;

// ---- how an image is read and painted. By linear maps of all of it, eq. 17-18 ...
template <class Image, loop_numbers N>
struct whole_image {
    struct brush : stack<shape<N.hidden>, linear<Image::size>, reshape<Image>> {};

    using networks                    = list<net<"write", brush>>;
    static constexpr std::size_t seen = 2 * Image::size;

    static constexpr auto read(auto&, auto x, auto error, auto) { return join_columns(flat(x), flat(error)); }
    static constexpr auto write(auto& record, auto h, int t) { return run<brush>(record, h, turn{t}); }
};
// ... or through grids of filters, eq. 19-29.
template <class Image, loop_numbers N>
struct through_filters {
    static constexpr std::size_t channels = image_or_dot<Image>::channels;

    struct look : stack<shape<N.hidden>, linear<5, glorot_uniform, covers_the_image<N.read, Image>>> {};
    struct aim : stack<shape<N.hidden>, linear<5, glorot_uniform, covers_the_image<N.write, Image, true>>> {};
    struct brush : stack<shape<N.hidden>, linear<channels * N.write * N.write>, reshape<shape<channels, N.write, N.write>>> {};

    using networks                    = list<net<"look", look>, net<"aim", aim>, net<"write", brush>>;
    static constexpr std::size_t seen = 2 * channels * N.read * N.read;

    static constexpr auto looking(auto& record, auto h) { return attend<N.read, Image>(run<look>(record, h)); }
    static constexpr auto painting(auto& record, auto h) { return attend<N.write, Image>(run<aim>(record, h)); }

    static constexpr auto read(auto& record, auto x, auto error, auto h) {
        const auto sight = looking(record, h);
        return join_columns(flat(sight.read(x)), flat(sight.read(error)));
    }
    static constexpr auto write(auto& record, auto h, int t) { return painting(record, h).write(run<brush>(record, h, turn{t})); }
};

// ---- the joints: see joints.hpp ----

template <class Option>
inline constexpr bool is_draw_option =
    is_one_of<Option, loop_option::steps, loop_option::hidden, loop_option::codes, loop_option::glimpses, loop_option::condition,
              loop_option::likelihood, loop_option::segments, loop_option::truncation>;

template <class... Options>
constexpr bool options_of_draw_must_be_known() {
    constexpr bool known = (is_draw_option<Options> && ... && true);
    static_assert(known, "elbo: not an option of draw: time_steps<T>, hidden_units<N>, code_size<N>, glimpses<R, W>, conditioned_on<D>, with_likelihood<F>, in_segments<S>, truncated_at<S>");
    return known;
}
template <class Image>
constexpr bool draw_must_begin_with_an_image() {
    static_assert(is_image<Image>, "elbo: draw begins with the shape of an image: draw<shape<1, 28, 28>, ...>");
    return is_image<Image>;
}
template <loop_numbers N>
constexpr bool draw_needs_steps_hidden_and_codes() {
    constexpr bool all = N.steps > 0 && N.hidden > 0 && N.codes > 0;
    static_assert(all, "elbo: draw needs at least one of each: time_steps<T>, hidden_units<N>, code_size<N>");
    return all;
}
template <loop_numbers N>
constexpr bool glimpses_must_have_filters() {
    constexpr bool some = !N.attends || (N.read > 0 && N.write > 0);
    static_assert(some, "elbo: glimpses<Read, Write> need at least one filter each");
    return some;
}
template <class Image, class Family>
constexpr bool canvas_must_parametrise_the_likelihood() {
    constexpr bool fits = parametrised_by<Image, Family>;
    static_assert(fits, "elbo: the likelihood of draw has one parameter for each number of the image: bernoulli, discretised_logistic<>");
    return fits;
}
template <class Data>
constexpr bool draw_must_be_conditioned_on_data() {
    static_assert(is_data<Data>, "elbo: conditioned_on<...> needs data: label<10>, an attribute or a shape");
    return is_data<Data>;
}

template <class... Options>
struct condition_or_shape {
    using type = shape<1>;
};
template <class Data, class... Rest>
struct condition_or_shape<conditioned_on<Data>, Rest...> {
    using type = Data;
};
template <class First, class... Rest>
struct condition_or_shape<First, Rest...> : condition_or_shape<Rest...> {};

template <class Image, class... Options>
constexpr bool draw_fits() {
    constexpr loop_numbers n = numbers_of<Options...>();
    if constexpr (!draw_must_begin_with_an_image<Image>()) return false;
    else if constexpr (!options_of_draw_must_be_known<Options...>()) return false;
    else if constexpr (!an_option_must_be_given_once<Options...>()) return false;
    else if constexpr (!draw_needs_steps_hidden_and_codes<n>()) return false;
    else if constexpr (!glimpses_must_have_filters<n>()) return false;
    else if constexpr (!draw_must_be_conditioned_on_data<typename condition_or_shape<Options...>::type>()) return false;
    else return canvas_must_parametrise_the_likelihood<Image, typename likelihood_in<Options...>::type>();
}

constexpr auto stopped(auto state) {
    return lstm_state{stop_gradient(state.h), stop_gradient(state.c)};
}

}  // namespace zoo

}  // namespace elbo
