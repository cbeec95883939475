// SPDX-License-Identifier: MIT

// fixed-binarised text
#include <elbo/io/amat.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::io::parse_amat(bytes, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
