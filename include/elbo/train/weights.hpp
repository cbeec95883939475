// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/io/safetensors.hpp>
#include <elbo/model/names.hpp>

#include <bit>
#include <cstdint>
#include <span>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

namespace weights {

// Batch norm's num_batches_tracked is an int64 in PyTorch's files.
inline bool is_counter(const tensor_place& p) { return p.size == 1 && p.name.ends_with(".num_batches_tracked"); }

// A bfloat16 is the upper half of a float: the nearest one, the even one of two. What is no number stays none.
ELBO_COLD inline void round_to_bfloat16(std::span<float> numbers) {
    for (float& x : numbers) {
        const auto bits = std::bit_cast<std::uint32_t>(x);
        x               = std::bit_cast<float>((x == x ? bits + 0x7FFF + (bits >> 16 & 1) : bits | 0x400000) & 0xFFFF0000);
    }
}

}  // namespace weights

// Tensors on their way to a file, in the file's layout. Keeps the memory that the entries point to.
class outgoing_tensors {
public:
    ELBO_COLD void add(const std::vector<tensor_place>& places, std::span<const float> buffer, const std::string& prefix = "") {
        for (const tensor_place& p : places) {
            if (weights::is_counter(p)) {
                counters_.push_back({static_cast<std::int64_t>(buffer[p.offset])});
                entries_.push_back(io::make_tensor<std::int64_t>(sentence({prefix, p.name}), counters_.back(), p.extents));
                continue;
            }
            std::vector<float>& room = rooms_.emplace_back(p.size);
            for (std::size_t i = 0; i < p.size; ++i) room[p.file_index(i)] = buffer[p.offset + i];
            entries_.push_back(io::make_tensor<float>(sentence({prefix, p.name}), room, p.extents));
        }
    }
    std::span<const io::tensor_entry> entries() const { return entries_; }

private:
    std::vector<std::vector<float>>        rooms_;
    std::vector<std::vector<std::int64_t>> counters_;
    std::vector<io::tensor_entry>          entries_;
};

namespace weights {

inline std::string extents_text(const std::vector<std::size_t>& extents) {
    std::string text = "[";
    for (std::size_t e : extents) text += sentence({text.size() > 1 ? ", " : "", e});
    text += ']';
    return text;
}

// Every tensor that the model has must be in the file, with the model's own shape; nothing is taken from the file but
// numbers. What else the file holds is left there.
inline void take(const std::string& path, const io::tensor_file& file, const std::vector<tensor_place>& places,
                 std::span<float> buffer, const std::string& prefix = "") {
    for (const tensor_place& p : places) {
        const io::tensor_entry* entry = file.find(prefix + p.name);
        if (entry == nullptr) throw io::bad_file(sentence({path, ": expected a tensor ", prefix, p.name, ", got none"}));
        const bool counts = entry->dtype == "I64" && is_counter(p);
        if (entry->shape != p.extents)
            throw io::bad_file(sentence({path, ": ", entry->name, ": expected shape ", extents_text(p.extents), ", got ", extents_text(entry->shape)}));
        if (counts) {
            std::int64_t number = 0;
            entry->copy_to(std::span(&number, 1));
            buffer[p.offset] = static_cast<float>(number);
            continue;
        }
        std::vector<float> room(p.size);
        if (entry->dtype == "F32") entry->copy_to(std::span<float>(room));
        else if (entry->dtype == "BF16") room = io::floats_of_bf16(*entry);
        else throw io::bad_file(sentence({path, ": ", entry->name, ": expected type F32 or BF16, got ", entry->dtype}));
        for (std::size_t i = 0; i < p.size; ++i) buffer[p.offset + i] = room[p.file_index(i)];
    }
}

}  // namespace weights

}  // namespace elbo
