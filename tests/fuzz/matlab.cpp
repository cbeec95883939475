// SPDX-License-Identifier: MIT

// MAT level 5
#include <elbo/io/matlab_images.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::io::parse_matlab_images(bytes, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
