// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/random.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/dataset.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

// Images in memory -> the floats of a batch. Nothing is remembered from batch to batch: what stands at a position of an
// epoch depends on (seed, epoch, position), so any cut into batches, any thread and any resumed run sees the same.

ELBO_COMPILED_ONCE

namespace elbo::data {

// A permutation of 0 ... n - 1 that is computed at the place where it is asked for. An alternating Feistel network of
// eight rounds permutes the smallest 2^bits >= n; what falls outside walks on until it is inside, fewer than two steps
// on average. Black and Rogaway (2002), Ciphers with arbitrary finite domains.
class permutation {
public:
    ELBO_OUTLINE permutation(std::size_t n, std::uint64_t seed, const char* purpose, std::uint64_t index = 0)
        : n_(n),
          low_(static_cast<unsigned>(std::bit_width(n == 0 ? 0 : n - 1) + 1) / 2),
          high_(static_cast<unsigned>(std::bit_width(n == 0 ? 0 : n - 1)) - low_) {
        const draws random(seed, purpose, index);
        for (std::uint32_t i = 0; i < rounds / 2; ++i) {
            const random_words w = random.words(i);
            keys_[2 * i]         = (std::uint64_t{w[0]} << 32) | w[1];
            keys_[2 * i + 1]     = (std::uint64_t{w[2]} << 32) | w[3];
        }
    }
    std::size_t size() const { return n_; }

    // position < size()
    ELBO_OUTLINE std::size_t operator()(std::size_t position) const {
        const std::uint64_t low_mask = (std::uint64_t{1} << low_) - 1, high_mask = (std::uint64_t{1} << high_) - 1;
        std::uint64_t       x = position;
        do {
            std::uint64_t low = x & low_mask, high = x >> low_;
            for (std::size_t i = 0; i < rounds; i += 2) {
                high ^= mix_bits(low + keys_[i]) & high_mask;
                low ^= mix_bits(high + keys_[i + 1]) & low_mask;
            }
            x = (high << low_) | low;
        } while (x >= n_);
        return static_cast<std::size_t>(x);
    }

private:
    static constexpr std::size_t rounds = 8;

    std::size_t                       n_;
    unsigned                          low_, high_;  // bits of the halves; the low one is the longer
    std::array<std::uint64_t, rounds> keys_{};
};

namespace binarising {

// Sixteen random bits a pixel: p(1) = round(65536 byte / 255) / 65536, exact at 0 and 255, else within 2^-17.
// One group is eight Philox counters side by side, which is what a vector unit wants; of the group's 64 pixels number
// (2 k + h) 8 + lane takes half h of word k of counter (group 8 + lane, 0, image, epoch).
inline constexpr std::size_t lanes = 8, group = 8 * lanes;

inline void draw_group(float* __restrict out, const std::uint8_t* __restrict bytes, std::uint32_t first,
                       std::uint32_t image, std::uint32_t epoch, random_key key) {
    constexpr std::uint64_t low32 = 0xFFFFFFFFu;
    std::uint64_t           w[4][lanes];
    for (std::size_t l = 0; l < lanes; ++l) {
        w[0][l] = first + l, w[1][l] = 0, w[2][l] = image, w[3][l] = epoch;
    }
    for (int round = 0; round < 10; ++round) {  // philox() of core, once a lane
        const std::uint64_t k0 = key[0], k1 = key[1];
        for (std::size_t l = 0; l < lanes; ++l) {
            const std::uint64_t a = 0xD2511F53u * (w[0][l] & low32), b = 0xCD9E8D57u * (w[2][l] & low32);
            w[0][l] = (b >> 32) ^ w[1][l] ^ k0;
            w[1][l] = b & low32;
            w[2][l] = (a >> 32) ^ w[3][l] ^ k1;
            w[3][l] = a & low32;
        }
        key[0] += 0x9E3779B9u;
        key[1] += 0xBB67AE85u;
    }
    for (std::size_t k = 0; k < 4; ++k)
        for (std::size_t half = 0; half < 2; ++half)
            for (std::size_t l = 0; l < lanes; ++l) {
                const std::size_t   i     = (2 * k + half) * lanes + l;
                const std::uint32_t drawn = static_cast<std::uint32_t>(w[k][l] >> (16 * half)) & 0xFFFFu;
                const std::uint32_t byte  = bytes[i];
                out[i]                    = drawn < byte * 257u + (byte >> 7) ? 1.0f : 0.0f;
            }
}

// Whether chance decides nothing: the corners of a digit are black, and no number need be drawn for them.
inline bool all_certain(const std::uint8_t* bytes) {
    std::uint8_t between = 0;
    for (std::size_t i = 0; i < group; ++i) between |= static_cast<std::uint8_t>(bytes[i] + 1) & 0xFE;
    return between == 0;
}

ELBO_OUTLINE inline void draw_image(float* out, std::span<const std::uint8_t> bytes, std::uint32_t image, std::uint32_t epoch,
                                    random_key key) {
    const auto draw = [&](float* to, const std::uint8_t* from, std::size_t i) {
        if (all_certain(from))
            for (std::size_t k = 0; k < group; ++k) to[k] = static_cast<float>(from[k] & 1);
        else
            draw_group(to, from, static_cast<std::uint32_t>(i / lanes), image, epoch, key);
    };
    std::size_t i = 0;
    for (; i + group <= bytes.size(); i += group) draw(out + i, bytes.data() + i, i);
    if (const std::size_t left = bytes.size() - i; left != 0) {
        std::uint8_t in[group] = {};
        float        drawn[group];
        std::copy_n(bytes.data() + i, left, in);
        draw(drawn, in, i);
        std::copy_n(drawn, left, out + i);
    }
}

}  // namespace binarising

struct batch_rules {
    std::uint64_t seed     = 1;
    bool          shuffle  = true;   // a new order in every epoch; false: the order of the file
    bool          binarise = false;  // every pixel is drawn anew in every epoch, 1 with probability byte / 255
};

// A view: the images must outlive it.
class batches {
public:
    batches(const images& set, batch_rules rules) : set_(&set), rules_(rules) {
        if (rules.binarise && set.kind == pixels_are::colour)
            throw std::invalid_argument(sentence({set.name,
                                                  ": colours are not probabilities, they cannot be binarised"}));
    }

    std::size_t size() const { return set_->size(); }
    std::size_t image_size() const { return set_->image_size(); }
    // The last batch of an epoch may be smaller.
    std::size_t count(std::size_t batch) const { return (size() + batch - 1) / batch; }

    // Every printed bound says this.
    const char* pixels_name() const {
        if (set_->kind == pixels_are::colour) return "colour";
        if (set_->kind == pixels_are::fixed_binary) return "fixed binary";
        return rules_.binarise ? "dynamically binarised" : "grey";
    }

    // The images at positions first ... first + n - 1 of an epoch: visit(row, image), and expect(image) of the one that is next.
    template <class Visit, class Expect>
    void each(std::uint64_t epoch, std::size_t first, std::size_t n, Visit&& visit, Expect&& expect) const {
        if (first > size() || n > size() - first)
            throw std::out_of_range(sentence({set_->name, ": a batch beyond the last image"}));
        if (!rules_.shuffle) {
            for (std::size_t row = 0; row < n; ++row) visit(row, first + row);
            return;
        }
        const permutation order(size(), rules_.seed, "shuffle", epoch);
        std::size_t       next = n == 0 ? 0 : order(first);
        for (std::size_t row = 0; row < n; ++row) {
            const std::size_t image = next;
            if (row + 1 < n) expect(next = order(first + row + 1));
            visit(row, image);
        }
    }
    template <class Visit>
    void each(std::uint64_t epoch, std::size_t first, std::size_t n, Visit&& visit) const {
        each(epoch, first, n, visit, [](std::size_t) {});
    }

    // out (n, height, width, channels), in [0, 1]: byte / 255, or drawn.
    void pixels(std::span<float> out, std::uint64_t epoch, std::size_t first, std::size_t n) const {
        need(out.size(), n * image_size());
        const random_key key  = make_key(rules_.seed, name_hash("binarise"));
        const bool       draw = rules_.binarise && set_->kind == pixels_are::grey;
        const auto put = [&](std::size_t row, std::size_t image) {
            float* to = out.data() + row * image_size();
            if (draw) {
                binarising::draw_image(to, (*set_)[image], static_cast<std::uint32_t>(image),
                                       static_cast<std::uint32_t>(epoch), key);
            } else {
                levels(to, (*set_)[image].data());
            }
        };
        // In a shuffled order each image is somewhere else in memory: it is on its way while the one before is put.
        each(epoch, first, n, put, [&](std::size_t image) {
            const std::uint8_t* bytes = (*set_)[image].data();
            for (std::size_t i = 0; i < image_size(); i += 64) __builtin_prefetch(bytes + i);
        });
    }

    // out (n): the label's number.
    void labels(std::span<float> out, std::uint64_t epoch, std::size_t first, std::size_t n) const {
        need_labels();
        need(out.size(), n);
        each(epoch, first, n, [&](std::size_t row, std::size_t image) { out[row] = set_->labels[image]; });
    }

    // out (n, attributes): the generating factors.
    void attributes(std::span<float> out, std::uint64_t epoch, std::size_t first, std::size_t n) const {
        const std::size_t count = set_->attribute_names.size();
        need(out.size(), n * count);
        each(epoch, first, n, [&](std::size_t row, std::size_t image) {
            std::copy_n(set_->attributes.data() + image * count, count, out.data() + row * count);
        });
    }

    // out (n, classes): 1 at the label, else 0.
    void one_hot(std::span<float> out, std::uint64_t epoch, std::size_t first, std::size_t n) const {
        need_labels();
        need(out.size(), n * set_->classes);
        std::fill(out.begin(), out.end(), 0.0f);
        each(epoch, first, n,
             [&](std::size_t row, std::size_t image) { out[row * set_->classes + set_->labels[image]] = 1.0f; });
    }

private:
    void need(std::size_t got, std::size_t expected) const {
        if (got != expected)
            throw std::invalid_argument(sentence({set_->name, ": a batch needs ", expected, " floats, got ", got}));
    }
    void need_labels() const {
        if (!set_->labelled()) throw std::invalid_argument(sentence({set_->name, ": has no labels"}));
    }

    void levels(float* __restrict to, const std::uint8_t* __restrict from) const {
        const std::size_t n = image_size();
        for (std::size_t i = 0; i < n; ++i) to[i] = static_cast<float>(from[i]) / 255.0f;
    }

    const images* set_;
    batch_rules   rules_;
};

struct held_out {
    images rest, held;
};

// Both parts keep the order of the file.
ELBO_OUTLINE inline held_out split(const images& set, const std::vector<bool>& held) {
    held_out out;
    for (images* part : {&out.rest, &out.held}) {
        part->name = set.name, part->kind = set.kind, part->classes = set.classes;
        part->channels = set.channels, part->height = set.height, part->width = set.width;
        part->attribute_names = set.attribute_names;
    }
    const auto n = static_cast<std::size_t>(std::count(held.begin(), held.end(), true));
    out.rest.pixels.reserve((set.size() - n) * set.image_size());
    out.held.pixels.reserve(n * set.image_size());
    const std::size_t factors = set.attribute_names.size();
    for (std::size_t i = 0; i < set.size(); ++i) {
        images&    part  = held[i] ? out.held : out.rest;
        const auto image = set[i];
        part.pixels.insert(part.pixels.end(), image.begin(), image.end());
        if (set.labelled()) part.labels.push_back(set.labels[i]);
        const auto values = set.attributes.begin() + static_cast<std::ptrdiff_t>(i * factors);
        if (!set.attributes.empty())
            part.attributes.insert(part.attributes.end(), values, values + static_cast<std::ptrdiff_t>(factors));
    }
    return out;
}
// n images set aside, the same ones for the same seed.
ELBO_OUTLINE inline held_out hold_out(const images& set, std::size_t n, std::uint64_t seed) {
    if (n > set.size())
        throw std::invalid_argument(sentence({set.name, ": cannot hold out ", n, " of ", set.size(), " images"}));
    std::vector<bool> held(set.size());
    const permutation order(set.size(), seed, "hold out");
    for (std::size_t i = 0; i < n; ++i) held[order(i)] = true;
    return split(set, held);
}

}  // namespace elbo::data
