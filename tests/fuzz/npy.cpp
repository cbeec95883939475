// SPDX-License-Identifier: MIT

// NumPy arrays
#include <elbo/io/npy.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::io::parse_npy(bytes, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
