// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/by_key.hpp>
#include <elbo/core/config.hpp>
#include <elbo/io/picture.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

// At most 256 colours for some pictures: all of theirs where those are few, else by median cuts (Heckbert 1982): the
// box of colours with the widest side, weighted by its pixels, is cut at its median until there are 256.
class palette {
public:
    explicit palette(const std::vector<picture>& pictures) {
        std::vector<std::uint32_t> all;
        for (const picture& p : pictures)
            for (std::size_t i = 0; i < p.width * p.height; ++i) all.push_back(key(p, i));
        std::sort(all.begin(), all.end());
        for (std::size_t i = 0; i < all.size();) {
            std::size_t end = i;
            while (end < all.size() && all[end] == all[i]) ++end;
            found_.push_back({all[i], end - i, 0});
            i = end;
        }
        if (found_.size() <= most) {
            for (std::size_t i = 0; i < found_.size(); ++i)
                found_[i].index = static_cast<std::uint8_t>(i), table_.push_back(as_colour(found_[i].key));
            return;
        }
        cut();
        order(0, found_.size(), 0, 0);
    }

    const std::vector<colour>& table() const { return table_; }

    // For a picture that the palette was made of.
    std::uint8_t index_of(const picture& p, std::size_t pixel) const {
        const std::uint32_t wanted = key(p, pixel);
        return std::lower_bound(found_.begin(), found_.end(), wanted,
                                [](const entry& e, std::uint32_t k) { return e.key < k; })
            ->index;
    }

private:
    static constexpr std::size_t most = 256;

    struct entry {
        std::uint32_t key;
        std::size_t   count;
        std::uint8_t  index;
    };
    struct box {
        std::size_t first, end;
        unsigned    shift = 0;  // of the widest side's channel in a key
        double      worth = 0;  // of a cut
    };

    static std::uint32_t key(const picture& p, std::size_t i) {
        if (p.channels == 1) return 0x010101u * p.pixels[i];
        return std::uint32_t{p.pixels[3 * i]} << 16 | std::uint32_t{p.pixels[3 * i + 1]} << 8 | p.pixels[3 * i + 2];
    }
    static colour as_colour(std::uint32_t k) {
        return {static_cast<std::uint8_t>(k >> 16), static_cast<std::uint8_t>(k >> 8), static_cast<std::uint8_t>(k)};
    }
    box measured(std::size_t first, std::size_t end) const {
        box    out{first, end};
        double pixels = 0;
        for (std::size_t i = first; i < end; ++i) pixels += static_cast<double>(found_[i].count);
        for (const unsigned shift : {8u, 16u, 0u}) {
            std::uint32_t low = 255, high = 0;
            for (std::size_t i = first; i < end; ++i) {
                const std::uint32_t v = (found_[i].key >> shift) & 255;
                low = std::min(low, v), high = std::max(high, v);
            }
            const double side = high > low ? static_cast<double>(high - low) : 0.0;
            if (side * side * pixels > out.worth) out.worth = side * side * pixels, out.shift = shift;
        }
        return out;
    }
    // Some of what was found in the order of one channel, or of none, and then of the keys.
    void order(std::size_t first, std::size_t end, unsigned shift, std::uint32_t channel) {
        numbers_by_key places;
        for (std::size_t i = first; i < end; ++i) places.push_back({std::int64_t{found_[i].key >> shift & channel} << 32 | found_[i].key, i});
        sort(places);
        std::vector<entry> ordered;
        for (const auto& place : places) ordered.push_back(found_[place.second]);
        std::copy(ordered.begin(), ordered.end(), found_.begin() + static_cast<std::ptrdiff_t>(first));
    }
    void cut() {
        std::vector<box> boxes = {measured(0, found_.size())};
        while (boxes.size() < most) {
            const auto widest = std::max_element(boxes.begin(), boxes.end(),
                                                 [](const box& a, const box& b) { return a.worth < b.worth; });
            const box  whole  = *widest;
            order(whole.first, whole.end, whole.shift, 255);
            std::size_t pixels = 0, below = 0, middle = whole.first;
            for (std::size_t i = whole.first; i < whole.end; ++i) pixels += found_[i].count;
            while (middle + 1 < whole.end && (middle == whole.first || 2 * (below + found_[middle].count) <= pixels))
                below += found_[middle++].count;
            *widest = measured(whole.first, middle);
            boxes.push_back(measured(middle, whole.end));
        }
        for (std::size_t b = 0; b < boxes.size(); ++b) {
            std::array<double, 3> sum{};
            double                pixels = 0;
            for (std::size_t i = boxes[b].first; i < boxes[b].end; ++i) {
                const colour c = as_colour(found_[i].key);
                const double n = static_cast<double>(found_[i].count);
                sum[0] += n * c.red, sum[1] += n * c.green, sum[2] += n * c.blue, pixels += n;
                found_[i].index = static_cast<std::uint8_t>(b);
            }
            const auto mean = [&](double s) { return static_cast<std::uint8_t>(s / pixels + 0.5); };
            table_.push_back({mean(sum[0]), mean(sum[1]), mean(sum[2])});
        }
    }

    std::vector<entry>  found_;  // in the order of their keys
    std::vector<colour> table_;
};

}  // namespace elbo::io
