// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/tape/plan.hpp>

#include <span>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// What a replay reads and writes, besides the machine's own arena. Pointers are into the machine's memory.
template <class T>
struct bindings {
    T*                    parameters = nullptr;
    T*                    gradients  = nullptr;  // what `store` writes
    T*                    state      = nullptr;  // what `assign` writes
    std::vector<const T*> inputs;                // by number
    std::vector<double>   slots;                 // by number; numbers, always on the host
    row_counts            counts = {1, 0, 0, 0};
    std::uint64_t         seed   = 0;
    std::uint32_t         step   = 0;            // enters every random number's key
    std::uint32_t         first_row = 0;         // row 0 of this replay is this row of the whole batch
    std::uint32_t         rounded = 0;           // not 0: parameters are bfloat16s, and the same ones whenever this is the same
};

template <class T>
bindings<T> bindings_for(const tape& t) {
    bindings<T> b;
    b.inputs.assign(static_cast<std::size_t>(t.inputs), nullptr);
    for (const named_slot& s : t.slots) b.slots.push_back(s.otherwise);
    return b;
}

}  // namespace elbo
