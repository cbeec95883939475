// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/windows.hpp>

#if defined(ELBO_WITH_CUDNN) && THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

#include <cudnn.h>

// Convolutions by cuDNN, where it knows a deterministic way with the memory there is. It keeps filters as (out channel,
// tap, in channel), we as (tap, in channel, out channel): a transpose, small beside the work.

namespace elbo::on_device {

struct transpose_matrix {
    const float *from, *before;  // before: what the result is added to, or null
    float*       to;
    index        rows, cols;     // of `from`

    ELBO_HD void operator()(index i) const {
        const index r = i / rows, c = i % rows;  // of `to`
        to[i] = from[c * cols + r] + (before == nullptr ? 0.0f : before[i]);
    }
};

class convolver {
public:
    // False where cuDNN has no way: nothing was started then but a copy of the filter into `room`.
    bool operator()(const queue& q, precision in, const node& n, const window& w, std::size_t rows, const float* a, const float* b, const float* before,
                    float* y, float* room, std::size_t room_floats) {
        const std::size_t filter_floats = static_cast<std::size_t>(w.kernel_h * w.kernel_w * w.in_c) * static_cast<std::size_t>(w.out_c);
        const std::size_t begin         = (filter_floats + 63) / 64 * 64;
        if (rows == 0 || room_floats <= begin || !start(q)) return false;
        const tensor     x(rows, w.in_c, w.in_h, w.in_w), out(rows, w.out_c, w.out_h, w.out_w);
        const filter     f(w);
        const how        shape(w, in);
        float* const     copy      = room;
        void* const      workspace = room + begin;
        const std::size_t bytes    = (room_floats - begin) * sizeof(float);
        const auto       taps = counted(filter_floats / static_cast<std::size_t>(w.out_c)), channels = static_cast<index>(w.out_c);
        const float      one = 1, zero = 0;
        int              count = 0;
        if (n.what == verb::conv) {
            cudnnConvolutionFwdAlgoPerf_t ways[most_ways];
            if (cudnnGetConvolutionForwardAlgorithm_v7(handle_.handle, x.handle, f.handle, shape.handle, out.handle, most_ways, &count, ways) != CUDNN_STATUS_SUCCESS) return false;
            q.each(filter_floats, transpose_matrix{b, nullptr, copy, taps, channels});
            return first_that_works(ways, count, bytes, [&](auto way) {
                return cudnnConvolutionForward(handle_.handle, &one, x.handle, a, f.handle, copy, shape.handle, way, workspace, bytes, &zero, out.handle, y);
            });
        }
        if (n.what == verb::conv_data) {
            cudnnConvolutionBwdDataAlgoPerf_t ways[most_ways];
            if (cudnnGetConvolutionBackwardDataAlgorithm_v7(handle_.handle, f.handle, out.handle, shape.handle, x.handle, most_ways, &count, ways) != CUDNN_STATUS_SUCCESS) return false;
            q.each(filter_floats, transpose_matrix{b, nullptr, copy, taps, channels});
            return first_that_works(ways, count, bytes, [&](auto way) {
                return cudnnConvolutionBackwardData(handle_.handle, &one, f.handle, copy, out.handle, a, shape.handle, way, workspace, bytes, &zero, x.handle, y);
            });
        }
        cudnnConvolutionBwdFilterAlgoPerf_t ways[most_ways];
        if (cudnnGetConvolutionBackwardFilterAlgorithm_v7(handle_.handle, x.handle, out.handle, shape.handle, f.handle, most_ways, &count, ways) != CUDNN_STATUS_SUCCESS) return false;
        const bool done = first_that_works(ways, count, bytes, [&](auto way) {
            return cudnnConvolutionBackwardFilter(handle_.handle, &one, x.handle, a, out.handle, b, shape.handle, way, workspace, bytes, &zero, f.handle, copy);
        });
        if (done) q.each(filter_floats, transpose_matrix{copy, before, y, channels, taps});
        return done;
    }

private:
    static constexpr int most_ways = 8;

    template <class Handle, cudnnStatus_t (*Create)(Handle*), cudnnStatus_t (*Destroy)(Handle)>
    struct owned {
        Handle handle = nullptr;

        owned() { works = Create(&handle) == CUDNN_STATUS_SUCCESS; }
        owned(const owned&)            = delete;
        owned& operator=(const owned&) = delete;
        ~owned() {
            if (handle != nullptr) Destroy(handle);
        }
        bool works = false;
    };
    struct tensor : owned<cudnnTensorDescriptor_t, cudnnCreateTensorDescriptor, cudnnDestroyTensorDescriptor> {
        tensor(std::size_t rows, int c, int h, int w) {
            cudnnSetTensor4dDescriptor(handle, CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, static_cast<int>(rows), c, h, w);
        }
    };
    struct filter : owned<cudnnFilterDescriptor_t, cudnnCreateFilterDescriptor, cudnnDestroyFilterDescriptor> {
        explicit filter(const window& w) {
            cudnnSetFilter4dDescriptor(handle, CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, w.out_c, w.in_c, w.kernel_h, w.kernel_w);
        }
    };
    struct how : owned<cudnnConvolutionDescriptor_t, cudnnCreateConvolutionDescriptor, cudnnDestroyConvolutionDescriptor> {
        how(const window& w, precision in) {
            cudnnSetConvolution2dDescriptor(handle, w.pad, w.pad, w.stride, w.stride, 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT);
            cudnnSetConvolutionMathType(handle, in == precision::float32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH);
        }
    };

    bool start(const queue& q) { return handle_.works && cudnnSetStream(handle_.handle, q.stream()) == CUDNN_STATUS_SUCCESS; }

    template <class Ways, class Do>
    static bool first_that_works(const Ways& ways, int count, std::size_t bytes, Do act) {
        for (int k = 0; k < count; ++k)
            if (ways[k].status == CUDNN_STATUS_SUCCESS && ways[k].determinism == CUDNN_DETERMINISTIC && ways[k].memory <= bytes &&
                act(ways[k].algo) == CUDNN_STATUS_SUCCESS)
                return true;
        return false;
    }

    owned<cudnnHandle_t, cudnnCreate, cudnnDestroy> handle_;
};

}  // namespace elbo::on_device

#endif
