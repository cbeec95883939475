// SPDX-License-Identifier: MIT

// gzip, zlib and bare deflate: the first byte chooses. Bare, no checksum keeps broken codes from going further.
#include <elbo/io/inflate.hpp>

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const elbo::io::bytes_view bytes(data + 1, size - 1);
    constexpr std::size_t      limit = std::size_t{1} << 20;
    const std::string          name  = "fuzz";
    try {
        if (data[0] % 3 == 0) elbo::io::gunzip(bytes, limit, name);
        if (data[0] % 3 == 1) elbo::io::zlib_inflate(bytes, limit, name);
        if (data[0] % 3 == 2) elbo::io::inflater(bytes, 0, limit, name).run();
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
