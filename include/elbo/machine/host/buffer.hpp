// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <span>

#if defined(__linux__)
#include <sys/mman.h>
#endif

ELBO_COMPILED_ONCE

namespace elbo {

// Floats on a cache line, and on huge pages where the system has them to give: matrices are read by columns of panels, and
// each row of one is on another small page.
class float_buffer {
public:
    float_buffer() = default;
    ELBO_COLD explicit float_buffer(std::size_t size) : size_(size) {
        constexpr std::size_t line = 64, huge = std::size_t{1} << 21;
        const std::size_t     bytes = (size * sizeof(float) + line - 1) / line * line;
        if (bytes == 0) return;
        const std::size_t alignment = bytes < huge ? line : huge;
        data_.reset(static_cast<float*>(std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment)));
        if (!data_) throw std::bad_alloc();
#if defined(__linux__)
        if (bytes >= huge) madvise(data_.get(), bytes / huge * huge, MADV_HUGEPAGE);  // a wish: it may be refused
#endif
        std::memset(data_.get(), 0, bytes);
    }
    float*       data() { return data_.get(); }
    const float* data() const { return data_.get(); }
    std::size_t  size() const { return size_; }

    std::span<float>       span() { return {data_.get(), size_}; }
    std::span<const float> span() const { return {data_.get(), size_}; }

private:
    struct release {
        void operator()(float* p) const { std::free(p); }
    };
    std::unique_ptr<float[], release> data_;
    std::size_t                       size_ = 0;
};

}  // namespace elbo
