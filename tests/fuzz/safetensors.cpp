// SPDX-License-Identifier: MIT

// safetensors: what is accepted can be written again, and reads back as the same.
#include <elbo/io/safetensors.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const elbo::io::bytes_view bytes(data, size);
    try {
        const elbo::io::tensor_file file   = elbo::io::parse_safetensors({bytes.begin(), bytes.end()}, "fuzz");
        const std::string           header = elbo::io::safetensors_header(file.metadata, file.tensors);
        std::vector<std::uint8_t>   again(header.begin(), header.end());
        for (const auto& tensor : file.tensors) again.insert(again.end(), tensor.bytes.begin(), tensor.bytes.end());
        const elbo::io::tensor_file back = elbo::io::parse_safetensors(again, "fuzz");
        if (back.metadata != file.metadata || back.tensors.size() != file.tensors.size()) std::abort();
        for (std::size_t i = 0; i < back.tensors.size(); ++i)
            if (back.tensors[i].name != file.tensors[i].name || back.tensors[i].shape != file.tensors[i].shape)
                std::abort();
    } catch (const elbo::io::bad_file&) {
    }
    return 0;
}
