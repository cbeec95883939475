// SPDX-License-Identifier: MIT

// CIFAR-10, binary
#include <elbo/io/cifar.hpp>

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        elbo::data::images set;
        elbo::io::parse_cifar10(set, bytes, "fuzz");
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
