// SPDX-License-Identifier: MIT

// MAT level 5: whole files, or the unpacked inside of a compressed element after a small SVHN matrix.
#include "../io/made_files.hpp"

#include <elbo/io/matlab_images.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using made::               operator+;
    const elbo::io::bytes_view bytes(data, size);
    try {
        if (size > 0 && data[0] == 'M') {
            elbo::io::parse_matlab_images(bytes, "fuzz");
        } else {
            const made::bytes packed = made::zlib(bytes);
            const made::bytes pixels = made::mat_matrix("X", {32, 32, 3, 1}, 2, made::bytes(3072));
            elbo::io::parse_matlab_images(
                made::mat(pixels + made::little32(15) + made::little32(packed.size()) + packed), "fuzz");
        }
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
