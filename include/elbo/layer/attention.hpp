// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/layer.hpp>

// Attention by Gaussian filters, Gregor et al. (2015), section 3.2:
//
//     const auto sight = attend<2, image>(run<look>(record, decoder.h));    // five numbers from a network
//     const auto patch = sight.read(x);                                     // (channels, 2, 2)
//     canvas           = canvas + sight.write(brush);
//
// Pixels and filters are counted from 1, as in the paper.

namespace elbo {

namespace layers {

// Channels as samples, so that one filter bank sees them all; and back.
template <std::size_t C, std::size_t H, std::size_t W, class Axis, int K>
constexpr value<shape<H, W>, Axis, K * static_cast<int>(C)> planes(value<shape<C, H, W>, Axis, K> image) {
    return in_shape<shape<H, W>>(as_rows(in_shape<shape<C, H * W>>(flat(image))));
}
template <std::size_t C, std::size_t H, std::size_t W, class Axis, int K>
constexpr value<shape<C, H, W>, Axis, K / static_cast<int>(C)> from_planes(value<shape<H, W>, Axis, K> channels) {
    return unflat<shape<C, H, W>>(in_shape<shape<C * H * W>>(as_matrix<C>(in_shape<shape<H * W>>(channels))));
}

// Row i is a Gaussian over the pixels 1..Extent about centre + (i - N/2 - 1/2) stride, eq. 19-20, and sums to one,
// eq. 25-26: as a softmax, so that a filter far outside the image is no division by zero.
template <std::size_t N, std::size_t Extent>
constexpr auto filter_bank(auto centre, auto stride, auto log_variance) {
    std::array<double, N>      offsets{};
    std::array<double, Extent> pixels{};
    for (std::size_t i = 0; i < N; ++i) offsets[i] = static_cast<double>(i + 1) - static_cast<double>(N) / 2 - 0.5;
    for (std::size_t a = 0; a < Extent; ++a) pixels[a] = static_cast<double>(a + 1);
    const auto means   = as_rows(in_shape<shape<N>>(centre + stride * verbs::table<shape<N>>(*centre.on, offsets)));
    const auto squares = zip(formulas::power_exp<2>{-0.5, -1}, verbs::table<shape<Extent>>(*centre.on, pixels) - means,
                             log_variance);
    return as_matrix<N>(softmax(squares));
}

}  // namespace layers

// A grid of N x N filters laid over an image; where there are several grids, each sees it: its channels are not taken for them.
template <class Vertical, class Horizontal, class Number>
struct attention {
    Vertical   vertical;    // F_Y (N, height)
    Horizontal horizontal;  // F_X (N, width)
    Number     x, y, stride, log_variance, log_gain;

    static constexpr std::size_t n      = Vertical::shape::extents[0];
    static constexpr std::size_t height = Vertical::shape::extents[1], width = Horizontal::shape::extents[1];

    // gamma F_Y x F_X': eq. 27                               image (channels, height, width) · result (channels, n, n)
    template <std::size_t C, class Axis, int K>
    constexpr auto read(value<shape<C, height, width>, Axis, K> image) const {
        const auto seen = matmul(matmul(vertical, layers::planes(layers::for_each_of(vertical, image))), transposed(horizontal));
        return layers::from_planes<C>(seen) * exp(log_gain);
    }
    // F_Y' w F_X / gamma: eq. 29                                 w (channels, n, n) · result (channels, height, width)
    template <std::size_t C, class Axis, int K>
    constexpr auto write(value<shape<C, n, n>, Axis, K> w) const {
        const auto painted = matmul(matmul(transposed(vertical), layers::planes(layers::for_each_of(vertical, w))), horizontal);
        return layers::from_planes<C>(painted) * exp(-log_gain);
    }
    // The square that the grid covers and the width of its filters, for pictures: left, top, right, bottom, sigma in
    // pixels, whose first one lies between 0 and 1.
    constexpr auto frame() const {
        const auto half = stride * (static_cast<double>(n) / 2);
        return join_columns(x - half - 0.5, y - half - 0.5, x + half - 0.5, y + half - 0.5, exp(0.5 * log_variance));
    }
};

// The bias of a network that gives the five numbers: each filter begins with its share of the image, so that all of it
// is seen, and a grid that paints begins to paint as much as it is told. (Zeros alone would be a grid whose outer
// filters, one pixel wide, lie on the image's edge: where digits are black there is nothing to learn from.)
template <std::size_t N, class Image, bool Paints = false>
struct covers_the_image {
    static void fill(std::span<float> to, fans, const draws&) {
        constexpr std::size_t longer = image_of<Image>::height > image_of<Image>::width ? image_of<Image>::height : image_of<Image>::width;
        const double share = static_cast<double>(longer) / N, whole = static_cast<double>(longer - 1) / (N > 1 ? N - 1 : 1);
        const double numbers[] = {0, 0, 2 * std::log(share / 2), std::log(share / whole), Paints ? -2 * std::log(share) : 0};
        for (std::size_t i = 0; i < 5; ++i) to[i] = static_cast<float>(numbers[i]);
    }
};

// From the five numbers (g_X, g_Y, log sigma^2, log delta, log gamma) of eq. 21: zeros look at the whole image.
template <std::size_t N, class Image, class Axis, int K>
constexpr auto attend(value<shape<5>, Axis, K> numbers) {
    constexpr std::size_t height = image_of<Image>::height, width = image_of<Image>::width;
    constexpr std::size_t longer = height > width ? height : width;
    const auto log_variance = column<2>(numbers), log_gain = column<4>(numbers);
    const auto x      = (column<0>(numbers) + 1.0) * (static_cast<double>(width + 1) / 2);            // eq. 22
    const auto y      = (column<1>(numbers) + 1.0) * (static_cast<double>(height + 1) / 2);           // eq. 23
    const auto stride = exp(column<3>(numbers)) * (static_cast<double>(longer - 1) / (N > 1 ? N - 1 : 1));  // eq. 24
    const auto vertical   = layers::filter_bank<N, height>(y, stride, log_variance);
    const auto horizontal = layers::filter_bank<N, width>(x, stride, log_variance);
    using vertical_type   = value<shape<N, height>, Axis, K>;
    using horizontal_type = value<shape<N, width>, Axis, K>;
    return attention<vertical_type, horizontal_type, value<scalar, Axis, K>>{vertical, horizontal, x, y, stride, log_variance, log_gain};
}

}  // namespace elbo
