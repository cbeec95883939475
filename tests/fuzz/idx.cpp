// SPDX-License-Identifier: MIT

// IDX
#include <elbo/io/idx.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::io::parse_idx_images({bytes.begin(), bytes.end()}, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
