// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/launch_order.hpp>
#include <elbo/machine/device/rows.hpp>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <cublasLt.h>
#else
#include <elbo/machine/host/gemm.hpp>
#endif

#include <algorithm>
#include <utility>
#include <vector>

// Products of whole matrices: cuBLASLt on a GPU, where it also adds a row and rectifies; the host's own elsewhere.

namespace elbo {

// How a GPU multiplies: in float, or with factors rounded to fewer bits on their way into its matrix units (10 of the
// mantissa, or 7), which is several times as fast; sums are in float in either case.
enum class precision { float32, tf32, bf16 };

namespace on_device {

// op(a) op(b), (m, n, inner), row after row.
struct matrix_product {
    bool         ta = false, tb = false;
    std::size_t  m = 0, n = 0, inner = 0;
    const float *a = nullptr, *b = nullptr;
    const float* before = nullptr;  // what it is added to, as large as the result
    operand      row    = {};       // what is added to every row of it
    formula      f      = {};
    float*       y      = nullptr;

    bool rectifies() const { return f.number == unary(formulas::relu{}).number; }
};

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

inline void check(cublasStatus_t code, const char* what) {
    if (code != CUBLAS_STATUS_SUCCESS) throw std::runtime_error(std::string("elbo: ") + what + ": " + cublasLtGetStatusString(code));
}

template <class Handle, cublasStatus_t (*Destroy)(Handle)>
struct owned_handle {
    Handle handle = nullptr;

    owned_handle() = default;
    owned_handle(const owned_handle&)            = delete;
    owned_handle& operator=(const owned_handle&) = delete;
    ~owned_handle() {
        if (handle != nullptr) Destroy(handle);
    }
};

class multiplier {
public:
    static constexpr std::size_t workspaces = 4;  // products that may run beside each other

    explicit multiplier(precision in) : in_(in), workspace_(workspaces * workspace_bytes) { check(cublasLtCreate(&library_.handle), "cuBLASLt does not start"); }

    stretch workspace(std::size_t which) const {
        const unsigned char* begin = workspace_.data() + which * workspace_bytes;
        return {begin, begin + workspace_bytes};
    }
    // A matrix that lies row after row is its transpose column after column, which is how cuBLASLt reads: so y' = b' a'.
    void operator()(const queue& q, const matrix_product& p, std::size_t which = 0) {
        if (p.m == 0 || p.n == 0) return;
        if (p.inner == 0) {
            if (p.before != nullptr) q.copy(p.y, p.before, p.m * p.n * sizeof(float));
            else q.each(p.m * p.n, fill_with{p.y, 0.0f});
            return q.each(p.m * p.n, finish_product{p.y, p.row, p.f, counted(p.n)});
        }
        const bool row_within  = p.row.at != nullptr && p.row.ratio == 0 && p.row.cols == p.n;
        const bool all_within  = row_within && (p.f.number < 0 || p.rectifies());
        owned_handle<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> how;
        check(cublasLtMatmulDescCreate(&how.handle, in_ == precision::float32 ? CUBLAS_COMPUTE_32F : in_ == precision::tf32 ? CUBLAS_COMPUTE_32F_FAST_TF32 : CUBLAS_COMPUTE_32F_FAST_16BF, CUDA_R_32F), "a product");
        set(how, CUBLASLT_MATMUL_DESC_TRANSA, p.tb ? CUBLAS_OP_T : CUBLAS_OP_N);
        set(how, CUBLASLT_MATMUL_DESC_TRANSB, p.ta ? CUBLAS_OP_T : CUBLAS_OP_N);
        if (row_within) {
            set(how, CUBLASLT_MATMUL_DESC_EPILOGUE, all_within && p.rectifies() ? CUBLASLT_EPILOGUE_RELU_BIAS : CUBLASLT_EPILOGUE_BIAS);
            set(how, CUBLASLT_MATMUL_DESC_BIAS_POINTER, p.row.at);
        }
        const layout left(p.tb ? p.inner : p.n, p.tb ? p.n : p.inner), right(p.ta ? p.m : p.inner, p.ta ? p.inner : p.m), result(p.n, p.m);

        owned_handle<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> wish;
        check(cublasLtMatmulPreferenceCreate(&wish.handle), "a product");
        const std::size_t bytes = workspace_bytes;
        check(cublasLtMatmulPreferenceSetAttribute(wish.handle, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &bytes, sizeof bytes), "a product");
        // Unless it is told, it takes every matrix for one that lies as allocations do.
        const std::pair<cublasLtMatmulPreferenceAttributes_t, std::uint32_t> lies[] = {
            {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, alignment_of(p.b)},
            {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, alignment_of(p.a)},
            {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, alignment_of(p.before != nullptr ? p.before : p.y)},
            {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, std::min(alignment_of(p.y), row_within ? alignment_of(p.row.at) : 256u)}};
        for (const auto& [what, alignment] : lies) check(cublasLtMatmulPreferenceSetAttribute(wish.handle, what, &alignment, sizeof alignment), "a product");
        cublasLtMatmulHeuristicResult_t found{};
        int                             count = 0;
        check(cublasLtMatmulAlgoGetHeuristic(library_.handle, how.handle, left.handle, right.handle, result.handle, result.handle, wish.handle, 1, &found, &count), "no way to a product");
        if (count == 0) throw std::runtime_error("elbo: cuBLASLt has no way to a product");
        const float one = 1, beta = p.before != nullptr ? 1.0f : 0.0f;
        check(cublasLtMatmul(library_.handle, how.handle, &one, p.b, left.handle, p.a, right.handle, &beta, p.before != nullptr ? p.before : p.y, result.handle,
                             p.y, result.handle, &found.algo, workspace_.data() + which * workspace_bytes, bytes, q.stream()), "a product");
        if (!row_within && p.row.at != nullptr) q.each(p.m * p.n, finish_product{p.y, p.row, p.f, counted(p.n)});
        else if (!all_within && p.f.number >= 0) q.each(p.m * p.n, finish_product{p.y, {}, p.f, counted(p.n)});
    }

private:
    static constexpr std::size_t workspace_bytes = std::size_t{32} << 20;  // what NVIDIA asks for on its latest processors

    struct layout : owned_handle<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> {
        layout(std::size_t rows, std::size_t cols) {
            check(cublasLtMatrixLayoutCreate(&this->handle, CUDA_R_32F, rows, cols, static_cast<std::int64_t>(rows)), "a matrix");
        }
    };
    static std::uint32_t alignment_of(const float* p) {
        const auto at = reinterpret_cast<std::uintptr_t>(p);
        return static_cast<std::uint32_t>(std::min<std::uintptr_t>(256, at & (~at + 1)));
    }
    template <class Value>
    static void set(auto& how, cublasLtMatmulDescAttributes_t what, Value value) {
        check(cublasLtMatmulDescSetAttribute(how.handle, what, &value, sizeof value), "a product");
    }

    precision                                        in_;
    owned_handle<cublasLtHandle_t, cublasLtDestroy> library_;
    block<unsigned char, reach::device>              workspace_;
};

#else

class multiplier {
public:
    static constexpr std::size_t workspaces = 1;

    explicit multiplier(precision) {}

    stretch workspace(std::size_t) const { return {}; }
    void operator()(const queue& q, const matrix_product& p, std::size_t = 0) {
        const std::size_t size = p.m * p.n;
        if (size == 0) return;
        if (p.before != nullptr && p.before != p.y) q.copy(p.y, p.before, size * sizeof(float));
        else if (p.inner == 0 && p.before == nullptr) q.each(size, fill_with{p.y, 0.0f});
        if (p.inner > 0) {
            scratch_.resize(std::max(scratch_.size(), gemm::scratch_floats(p.inner) + 4096));
            gemm::multiply(p.ta, p.tb, p.m, p.n, p.inner, p.a, p.ta ? p.m : p.inner, p.b, p.tb ? p.inner : p.n, p.y, p.n, p.before != nullptr, scratch_.data());
        }
        if (p.row.at != nullptr || p.f.number >= 0) q.each(size, finish_product{p.y, p.row, p.f, counted(p.n)});
    }

private:
    std::vector<float> scratch_;
};

#endif

}  // namespace on_device

}  // namespace elbo
