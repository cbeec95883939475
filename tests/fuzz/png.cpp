// SPDX-License-Identifier: MIT

// PNG
#include <elbo/io/png_reader.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::io::parse_png(bytes, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
