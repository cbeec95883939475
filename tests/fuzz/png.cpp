// SPDX-License-Identifier: MIT

// PNG: whole files, or header, palette and rows around which the checksums are put right.
#include "../io/made_files.hpp"

#include <elbo/io/png_reader.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        if (size < 6 || data[0] == 0x89) {
            elbo::io::parse_png(bytes, "fuzz");
        } else {
            const std::size_t colours = std::min<std::size_t>(size - 6, data[5]);
            const made::bytes palette =
                colours == 0 ? made::bytes{} : made::png_chunk("PLTE", bytes.subspan(6, colours));
            elbo::io::parse_png(made::png(data[1], data[2], data[3], data[4], bytes.subspan(6 + colours), palette),
                                "fuzz");
        }
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
