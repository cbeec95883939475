// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/bytes.hpp>
#include <elbo/io/checksum.hpp>
#include <elbo/io/huffman.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

ELBO_COMPILED_ONCE

namespace elbo::io {

// One deflate stream (RFC 1951) that starts at byte `start` of `packed`. The output grows with what is really there,
// to at most `limit` bytes.
class inflater {
public:
    inflater(bytes_view packed, std::size_t start, std::size_t limit, const std::string& file)
        : file_(file), packed_size_(packed.size()), limit_(std::min(limit, std::size_t{1} << 46)),
          in_{packed.data(), packed.data() + start, packed.data() + packed.size()} {
        out_.resize(std::min(limit_, packed.size()) + slack);
    }

    void run() {
        for (bool last = false; !last;) {
            in_.refill();
            last = in_.take(1) != 0;
            switch (in_.take(2)) {
                case 0: stored(); break;
                case 1: fixed_codes(); block(); break;
                case 2: own_codes(); block(); break;
                default: reject({"a block of type 0, 1 or 2"}, {"type 3"});
            }
        }
        in_.to_byte();
        if (used_ > limit_) too_large();
    }

    std::size_t position() const { return in_.at(); }

    std::vector<std::uint8_t> output() {
        out_.resize(std::min(used_, limit_));
        return std::move(out_);
    }

private:
    // The longest match, and what an eight-byte copy may write behind it.
    static constexpr std::size_t slack = 258 + 32;

    [[noreturn]] void reject(message_parts expected, message_parts got) const {
        refuse(file_, in_.at(), expected, got);
    }
    [[noreturn]] void too_large() const { reject({"at most ", limit_, " bytes unpacked"}, {"more"}); }
    [[noreturn]] void cut_off() const { refuse(file_, packed_size_, {"more packed data"}, {"the end"}); }
    void check_end() const {
        if (in_.count < 0) cut_off();
    }

    // What is unpacked so far over what was read so far predicts the rest; both are real sizes.
    void grow(std::size_t more) {
        if (used_ > limit_) too_large();
        const double      ratio  = static_cast<double>(used_) / static_cast<double>(std::max<std::size_t>(in_.at(), 1));
        const auto        likely = static_cast<std::size_t>(1.02 * ratio * static_cast<double>(packed_size_));
        const std::size_t wanted = std::clamp(likely, out_.size() + out_.size() / 2, 8 * out_.size());
        out_.resize(std::min(std::max(wanted, used_ + more), limit_) + slack);
    }

    void stored() {
        check_end();
        in_.drop(static_cast<std::uint32_t>(in_.count & 7));
        in_.to_byte();
        if (in_.end - in_.next < 4) cut_off();
        const std::size_t size  = in_.next[0] | std::size_t{in_.next[1]} << 8;
        const std::size_t check = in_.next[2] | std::size_t{in_.next[3]} << 8;
        if ((size ^ check) != 0xFFFF)
            reject({"a length and its complement"}, {size, " and ", check});
        in_.next += 4;
        // What there is of it, and room for, is handed out all the same: files are recognised by how they begin.
        const std::size_t here = static_cast<std::size_t>(in_.end - in_.next), room = used_ > limit_ ? 0 : limit_ - used_, most = std::min({size, here, room});
        if (out_.size() - used_ < most) grow(most);
        if (most != 0) std::memcpy(out_.data() + used_, in_.next, most);
        used_ += most;
        in_.next += most;
        if (size > here) cut_off();
        if (size > room) too_large();
    }

    void fixed_codes() {
        std::array<std::uint8_t, 288> lengths;
        for (std::size_t s = 0; s < 288; ++s) lengths[s] = s < 144 ? 8 : s < 256 ? 9 : s < 280 ? 7 : 8;
        lengths_.build(lengths, huffman::length_symbols, 11, false);
        distances_.build(std::array<std::uint8_t, 32>{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
                                                      5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5},
                         huffman::distance_symbols, 8, false);
    }

    // RFC 1951, 3.2.7.
    void own_codes() {
        constexpr std::uint8_t order[19] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
        const std::size_t      lengths = in_.take(5) + 257, distances = in_.take(5) + 1, codes = in_.take(4) + 4;
        check_end();
        if (lengths > 286 || distances > 30)
            reject({"at most 286 lengths and 30 distances"}, {lengths, " and ", distances});
        std::array<std::uint8_t, 19>  meta{};
        std::array<std::uint8_t, 316> all{};
        for (std::size_t i = 0; i < codes; ++i) {
            in_.refill();
            meta[order[i]] = static_cast<std::uint8_t>(in_.take(3));
            check_end();
        }
        if (!meta_.build(meta, huffman::plain_symbols, 7, false))
            reject({"a complete code of code lengths"}, {"another"});
        for (std::size_t i = 0; i < lengths + distances;) {
            in_.refill();
            const std::uint32_t entry = meta_.find(in_.bits), symbol = entry >> 16;
            in_.drop(entry & 0xFF);
            if (symbol == 16 && i == 0) reject({"a code length before its repetition"}, {"a repetition"});
            std::uint8_t value  = 0;
            std::size_t  repeat = 1;
            if (symbol < 16) value = static_cast<std::uint8_t>(symbol);
            else if (symbol == 16) value = all[i - 1], repeat = 3 + in_.take(2);
            else if (symbol == 17) repeat = 3 + in_.take(3);
            else repeat = 11 + in_.take(7);
            check_end();
            if (repeat > lengths + distances - i) reject({"code lengths that fit"}, {"too many"});
            std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(i), repeat, value);
            i += repeat;
        }
        if (all[256] == 0) reject({"a code for the end of the block"}, {"none"});
        const std::span<const std::uint8_t> view(all);
        if (!lengths_.build(view.first(lengths), huffman::length_symbols, 11, true))
            reject({"a complete length code"}, {"another"});
        if (!distances_.build(view.subspan(lengths, distances), huffman::distance_symbols, 8, true))
            reject({"a complete distance code"}, {"another"});
    }

    void block() {
        for (;;) {
            if (out_.size() - used_ < slack) grow(slack);
            if (fill(in_)) return;
        }
    }

    // Decodes until the block ends (true) or the room does. Works on copies, which stay in registers: a byte written
    // through `to` might alias any member.
    bool fill(huffman::bit_source in) {
        std::uint8_t* const       begin = out_.data();
        const std::uint8_t* const full  = begin + (out_.size() - slack);
        std::uint8_t*             to    = begin + used_;
        const auto                leave = [&] {
            in_   = in;
            used_ = static_cast<std::size_t>(to - begin);
            check_end();
        };
        while (to <= full) {
            in.refill();
            std::uint32_t entry = lengths_.find(in.bits);
            in.drop(entry & 0xFF);
            if ((entry & huffman::literal) != 0) {
                *to++ = static_cast<std::uint8_t>(entry >> 16);
                if (in.count < 0) leave();
                continue;
            }
            if ((entry & huffman::special) != 0) {
                leave();
                if ((entry & huffman::invalid) != 0) reject({"a length code"}, {"an unused one"});
                return true;
            }
            const std::size_t length = (entry >> 16) + in.take(entry >> 8 & 0xFF);
            entry                    = distances_.find(in.bits);
            in.drop(entry & 0xFF);
            const bool        unused   = (entry & huffman::special) != 0;
            const std::size_t distance = unused ? 0 : (entry >> 16) + in.take(entry >> 8 & 0xFF);
            if (unused || in.count < 0 || distance > static_cast<std::size_t>(to - begin)) {
                leave();
                reject({"a distance of 1 to ", used_}, {unused ? "an unused code" : std::to_string(distance)});
            }
            copy(to, distance, length);
            to += length;
        }
        leave();
        return false;
    }

    static void copy(std::uint8_t* to, std::size_t distance, std::size_t length) {
        const std::uint8_t* from = to - distance;
        if (distance >= 8) {
            for (std::size_t i = 0; i < length; i += 8) std::memcpy(to + i, from + i, 8);
        } else if (distance == 1) {
            std::memset(to, *from, length);
        } else {
            for (std::size_t i = 0; i < length; ++i) to[i] = from[i];
        }
    }

    const std::string&        file_;
    std::size_t               packed_size_, limit_, used_ = 0;
    huffman::bit_source       in_;
    huffman::code_table       lengths_, distances_, meta_;
    std::vector<std::uint8_t> out_;
};

// Where the deflate stream of a gzip member starts (RFC 1952, 2.3).
inline std::size_t gzip_start(bytes_view packed, const std::string& file) {
    cursor           in(packed, file);
    const bytes_view fixed = in.take(10, "gzip header");
    if (fixed[0] != 0x1F || fixed[1] != 0x8B) refuse(file, 0, {"gzip's 1f 8b"}, {"other bytes"});
    if (fixed[2] != 8) refuse(file, 2, {"gzip method 8 (deflate)"}, {fixed[2]});
    const unsigned flags = fixed[3];
    if ((flags & 0xE0) != 0) refuse(file, 3, {"no reserved gzip flags"}, {flags});
    if ((flags & 4) != 0) in.take(in.little16("gzip extra length"), "gzip extra field");
    for (const unsigned text : {8u, 16u})   // a file name, a comment
        while ((flags & text) != 0 && in.take(1, "gzip text")[0] != 0) {}
    if ((flags & 2) != 0) {
        const std::uint32_t real = checksum::crc32(packed.first(in.at())) & 0xFFFF;
        if (in.little16("gzip header checksum") != real)
            refuse(file, in.at() - 2, {"the header's checksum"}, {"another"});
    }
    return in.at();
}

// One gzip member. Another member after it is refused, as trailing bytes are.
inline std::vector<std::uint8_t> gunzip(bytes_view packed, std::size_t limit, const std::string& file) {
    inflater inflate(packed, gzip_start(packed, file), limit, file);
    inflate.run();
    cursor end(packed, file);
    end.take(inflate.position(), "packed data");
    std::vector<std::uint8_t> out   = inflate.output();
    const std::uint32_t       check = end.little32("gzip checksum"), size = end.little32("gzip size");
    if (checksum::crc32(out) != check) refuse(file, end.at() - 8, {"the data's CRC-32"}, {"another checksum"});
    if (static_cast<std::uint32_t>(out.size()) != size)
        refuse(file, end.at() - 4, {"size ", out.size()}, {size});
    end.need_end();
    return out;
}

// The first bytes of a gzip member, at most `limit`, from a file that may be cut off or broken: for recognising it.
inline std::vector<std::uint8_t> gunzip_start_of(bytes_view packed, std::size_t limit) {
    const std::string file;
    try {
        inflater inflate(packed, gzip_start(packed, file), limit, file);
        try {
            inflate.run();
        } catch (const bad_file&) {}
        return inflate.output();
    } catch (const bad_file&) {
        return {};
    }
}

// One zlib stream (RFC 1950).
inline std::vector<std::uint8_t> zlib_inflate(bytes_view packed, std::size_t limit, const std::string& file) {
    cursor           start(packed, file);
    const bytes_view header = start.take(2, "zlib header");
    if ((header[0] & 15) != 8 || (header[0] >> 4) > 7 || (header[0] * 256 + header[1]) % 31 != 0)
        refuse(file, 0, {"a zlib header"}, {"other bytes"});
    if ((header[1] & 32) != 0) refuse(file, 1, {"no preset dictionary"}, {"one"});
    inflater inflate(packed, 2, limit, file);
    inflate.run();
    start.take(inflate.position() - 2, "packed data");
    std::vector<std::uint8_t> out = inflate.output();
    if (start.big32("zlib checksum") != checksum::adler32(out))
        refuse(file, start.at() - 4, {"the data's Adler-32"}, {"another checksum"});
    start.need_end();
    return out;
}

}  // namespace elbo::io
