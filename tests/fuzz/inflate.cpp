// SPDX-License-Identifier: MIT

// gzip, zlib and deflate
#include <elbo/io/inflate.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        // The first byte chooses the wrapping, so that both are found quickly.
        if (size == 0) return 0;
        if (data[0] % 2 == 0) elbo::io::gunzip(bytes.subspan(1), std::size_t{1} << 20, "fuzz");
        else elbo::io::zlib_inflate(bytes.subspan(1), std::size_t{1} << 20, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
