// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/by_key.hpp>
#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/checksum.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo::io {

namespace deflating {

// Bits leave from the lowest upwards (RFC 1951, 3.1.1).
struct bit_sink {
    std::vector<std::uint8_t> out{};
    std::uint64_t             held  = 0;
    unsigned                  count = 0;

    ELBO_OUTLINE void put(std::uint32_t value, unsigned bits) {
        held |= std::uint64_t{value} << count;
        for (count += bits; count >= 8; count -= 8, held >>= 8) out.push_back(static_cast<std::uint8_t>(held));
    }
    void to_byte() {
        if (count > 0) put(0, 8 - count);
    }
};

// The number of bits of each word of a best prefix code (Huffman 1952), at most `longest`. Where the best code is
// longer, the counts are flattened until it is not. There are always two words: some readers reject a code that is not
// complete.
ELBO_COLD inline std::vector<std::uint8_t> code_lengths(std::span<const std::uint32_t> counts, unsigned longest) {
    numbers_by_key used;
    for (std::size_t s = 0; s < counts.size(); ++s)
        if (counts[s] > 0) used.push_back({counts[s], s});
    for (std::size_t s = 0; used.size() < 2; ++s)
        if (counts[s] == 0) used.push_back({1, s});

    std::vector<std::uint8_t> lengths(counts.size(), 0);
    for (;;) {
        sort(used);
        // Leaves 0..n-1 ascend, and so do the inner nodes as they are made: the two least are at one of two heads.
        const std::size_t          n = used.size();
        std::vector<std::uint64_t> weight(n);
        std::vector<std::size_t>   parent(2 * n - 1, 0);
        for (std::size_t i = 0; i < n; ++i) weight[i] = static_cast<std::uint64_t>(used[i].first);
        std::size_t leaf = 0, inner = n;
        const auto  least = [&] {
            return leaf < n && (inner == weight.size() || weight[leaf] <= weight[inner]) ? leaf++ : inner++;
        };
        while (weight.size() < 2 * n - 1) {
            const std::size_t a = least(), b = least();
            parent[a] = parent[b] = weight.size();
            weight.push_back(weight[a] + weight[b]);
        }
        std::vector<unsigned> depth(2 * n - 1, 0);
        for (std::size_t i = 2 * n - 2; i-- > 0;) depth[i] = depth[parent[i]] + 1;
        for (std::size_t i = 0; i < n; ++i) lengths[used[i].second] = static_cast<std::uint8_t>(depth[i]);
        if (*std::max_element(depth.begin(), depth.end()) <= longest) return lengths;
        for (auto& entry : used) entry.first = (entry.first + 1) / 2;
    }
}

// The words that belong to the lengths (RFC 1951, 3.2.2), their bits in the order in which they leave.
ELBO_OUTLINE inline std::vector<std::uint32_t> code_words(std::span<const std::uint8_t> lengths) {
    std::array<std::uint32_t, 17> next{};
    for (const std::uint8_t l : lengths)
        if (l > 0) ++next[l + 1u];
    for (std::size_t l = 1; l < next.size(); ++l) next[l] = (next[l] + next[l - 1]) << 1;
    std::vector<std::uint32_t> words(lengths.size(), 0);
    for (std::size_t s = 0; s < lengths.size(); ++s)
        if (lengths[s] > 0) {
            std::uint32_t straight = next[lengths[s]]++;
            for (unsigned bit = 0; bit < lengths[s]; ++bit, straight >>= 1) words[s] = (words[s] << 1) | (straight & 1);
        }
    return words;
}

// A literal byte (distance 0), or `length` bytes that also stand `distance` before.
struct token {
    std::uint16_t length, distance;
};

struct split {
    std::uint32_t symbol, extra, bits;
};
// RFC 1951, 3.2.5, as arithmetic.
inline split split_length(std::uint32_t length) {
    const std::uint32_t n = length - 3;
    if (n < 8) return {257 + n, 0, 0};
    if (n == 255) return {285, 0, 0};
    const auto bits = static_cast<std::uint32_t>(std::bit_width(n)) - 3;
    return {257 + 4 * bits + (n >> bits), n & ((1u << bits) - 1), bits};
}
inline split split_distance(std::uint32_t distance) {
    const std::uint32_t n = distance - 1;
    if (n < 4) return {n, 0, 0};
    const auto bits = static_cast<std::uint32_t>(std::bit_width(n)) - 2;
    return {2 * bits + (n >> bits), n & ((1u << bits) - 1), bits};
}

// Ziv and Lempel (1977) over a window of 32 KiB. Positions with the same three bytes are chained; a match waits one
// byte for a longer one.
ELBO_OUTLINE inline std::vector<token> find_matches(bytes_view in) {
    constexpr std::size_t    window = 32768, longest = 258, tries = 192;
    constexpr std::size_t    none = static_cast<std::size_t>(-1);
    std::vector<std::size_t> head(std::size_t{1} << 15, none), before(window, none);
    const auto               hash = [&](std::size_t i) {
        const std::uint32_t three = in[i] | std::uint32_t{in[i + 1]} << 8 | std::uint32_t{in[i + 2]} << 16;
        return (three * 0x9E3779B1u) >> 17;
    };
    const auto enter = [&](std::size_t i) {
        if (i + 3 > in.size()) return;
        const std::uint32_t h = hash(i);
        before[i % window]    = head[h];
        head[h]               = i;
    };
    const auto best = [&](std::size_t i) {
        token found{0, 0};
        if (i + 3 > in.size()) return found;
        const std::size_t most = std::min(longest, in.size() - i);
        std::size_t       from = head[hash(i)];
        for (std::size_t t = 0; t < tries && from != none && i - from <= window; ++t) {
            if (found.length == 0 || in[from + found.length] == in[i + found.length]) {
                std::size_t same = 0;
                while (same < most && in[from + same] == in[i + same]) ++same;
                // Three bytes from far away cost more than they save.
                if (same > found.length && (same > 3 || (same == 3 && i - from <= 4096)))
                    found = {static_cast<std::uint16_t>(same), static_cast<std::uint16_t>(i - from)};
                if (same == most) break;
            }
            const std::size_t next = before[from % window];
            if (next == none || next >= from) break;  // overwritten since: out of the window
            from = next;
        }
        return found;
    };

    std::vector<token> out;
    token              found = in.empty() ? token{0, 0} : best(0);
    for (std::size_t i = 0; i < in.size();) {
        enter(i);
        const token later = i + 1 < in.size() && found.length < 64 ? best(i + 1) : token{0, 0};
        if (found.length < 3 || later.length > found.length) {
            out.push_back({in[i], 0});
            found = found.length < 64 ? later : best(i + 1);
            ++i;
        } else {
            out.push_back(found);
            for (std::size_t k = 1; k < found.length; ++k) enter(i + k);
            i += found.length;
            found = i < in.size() ? best(i) : token{0, 0};
        }
    }
    return out;
}

struct code {
    std::vector<std::uint8_t>  lengths;
    std::vector<std::uint32_t> words = code_words(lengths);

    void put(bit_sink& out, std::uint32_t symbol) const { out.put(words[symbol], lengths[symbol]); }
};

// Code lengths, written with repetitions (RFC 1951, 3.2.7).
struct repeated {
    std::uint32_t symbol, extra, bits;
};
ELBO_COLD inline std::vector<repeated> repetitions(std::span<const std::uint8_t> lengths) {
    std::vector<repeated> out;
    for (std::size_t i = 0; i < lengths.size();) {
        std::size_t end = i;
        while (end < lengths.size() && lengths[end] == lengths[i]) ++end;
        const std::uint8_t length = lengths[i];
        if (length != 0) out.push_back({length, 0, 0}), ++i;
        for (auto left = static_cast<std::uint32_t>(end - i); left > 0;) {
            const std::uint32_t most = length != 0 ? 6u : 138u, many = std::min(left, most);
            if (many < 3) out.push_back({length, 0, 0}), --left;
            else if (length != 0) out.push_back({16, many - 3, 2}), left -= many;
            else if (many < 11) out.push_back({17, many - 3, 3}), left -= many;
            else out.push_back({18, many - 11, 7}), left -= many;
        }
        i = end;
    }
    return out;
}

// How long all the words are together.
ELBO_OUTLINE inline std::size_t bits_of(std::span<const std::uint32_t> counts, const code& words) {
    std::size_t bits = 0;
    for (std::size_t s = 0; s < counts.size(); ++s) bits += counts[s] * words.lengths[s];
    return bits;
}

// One block, with codes of its own or with the fixed ones, whichever is shorter.
ELBO_COLD inline void put_block(bit_sink& out, std::span<const token> tokens, bool last) {
    constexpr std::uint8_t     order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    std::vector<std::uint32_t> counts(286, 0), distance_counts(30, 0), length_counts(19, 0);
    counts[256] = 1;
    for (const token t : tokens)
        if (t.distance == 0) ++counts[t.length];
        else ++counts[split_length(t.length).symbol], ++distance_counts[split_distance(t.distance).symbol];

    code       literals{code_lengths(counts, 15)}, distances{code_lengths(distance_counts, 15)};
    const auto used = [](const std::vector<std::uint8_t>& lengths, std::size_t least) {
        std::size_t n = lengths.size();
        while (n > least && lengths[n - 1] == 0) --n;
        return n;
    };
    const std::size_t         literal_count = used(literals.lengths, 257), distance_count = used(distances.lengths, 1);
    std::vector<std::uint8_t> both(literals.lengths.begin(),
                                   literals.lengths.begin() + static_cast<std::ptrdiff_t>(literal_count));
    append(both, bytes_view(distances.lengths).first(distance_count));
    const std::vector<repeated> written = repetitions(both);
    for (const repeated& r : written) ++length_counts[r.symbol];
    const code  lengths{code_lengths(length_counts, 7)};
    std::size_t length_count = 19;
    while (length_count > 4 && lengths.lengths[order[length_count - 1]] == 0) --length_count;

    code fixed{std::vector<std::uint8_t>(288, 8)}, fixed_distances{std::vector<std::uint8_t>(30, 5)};
    std::fill(fixed.lengths.begin() + 144, fixed.lengths.begin() + 256, std::uint8_t{9});
    std::fill(fixed.lengths.begin() + 256, fixed.lengths.begin() + 280, std::uint8_t{7});
    fixed.words = code_words(fixed.lengths);

    std::size_t header = 14 + 3 * length_count;
    for (const repeated& r : written) header += lengths.lengths[r.symbol] + r.bits;
    const bool own = header + bits_of(counts, literals) + bits_of(distance_counts, distances) <
                     bits_of(counts, fixed) + bits_of(distance_counts, fixed_distances);

    out.put(last ? 1 : 0, 1);
    out.put(own ? 2 : 1, 2);
    if (own) {
        out.put(static_cast<std::uint32_t>(literal_count - 257), 5);
        out.put(static_cast<std::uint32_t>(distance_count - 1), 5);
        out.put(static_cast<std::uint32_t>(length_count - 4), 4);
        for (std::size_t i = 0; i < length_count; ++i) out.put(lengths.lengths[order[i]], 3);
        for (const repeated& r : written) lengths.put(out, r.symbol), out.put(r.extra, r.bits);
    }
    const code& l = own ? literals : fixed;
    const code& d = own ? distances : fixed_distances;
    for (const token t : tokens) {
        if (t.distance == 0) {
            l.put(out, t.length);
            continue;
        }
        const split length = split_length(t.length), distance = split_distance(t.distance);
        l.put(out, length.symbol), out.put(length.extra, length.bits);
        d.put(out, distance.symbol), out.put(distance.extra, distance.bits);
    }
    l.put(out, 256);
}

}  // namespace deflating

// A zlib stream (RFC 1950) around deflate blocks (RFC 1951): what zlib_inflate reads.
inline std::vector<std::uint8_t> zlib_deflate(bytes_view in) {
    constexpr std::size_t block = 32768;
    deflating::bit_sink   out;
    out.put(0x78, 8), out.put(0xDA, 8);
    const std::vector<deflating::token> tokens = deflating::find_matches(in);
    std::size_t                         at     = 0;
    do {
        const std::size_t count = std::min(block, tokens.size() - at);
        deflating::put_block(out, std::span(tokens).subspan(at, count), at + count == tokens.size());
        at += count;
    } while (at < tokens.size());
    out.to_byte();
    const std::uint32_t check = checksum::adler32(in);
    for (const unsigned shift : {24u, 16u, 8u, 0u}) out.put((check >> shift) & 0xFF, 8);
    return std::move(out.out);
}

}  // namespace elbo::io
