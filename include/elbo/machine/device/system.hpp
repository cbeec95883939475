// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <thrust/version.h>

namespace elbo::on_device {

// Said before another of its headers is read.
template <int Version>
constexpr bool thrust_must_not_be_an_old_one() {
    static_assert(Version >= 200200, "elbo: Thrust 2.2 or newer is needed and older headers were found, a system package's perhaps: put the CUDA toolkit's include/cccl before them");
    return Version >= 200200;
}
static_assert(thrust_must_not_be_an_old_one<THRUST_VERSION>());

}  // namespace elbo::on_device

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
#include <cuda_runtime.h>
#else
#include <cstdlib>
#include <new>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

// The door to Thrust. Which of its systems runs what is started here is Thrust's own choice: CUDA under nvcc, or OMP, TBB,
// CPP by -DTHRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_OMP and so on. One source serves them all.

namespace elbo::on_device {

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
inline constexpr const char* system_name = "CUDA";
inline constexpr bool        records     = true;  // launches as graphs
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_OMP
inline constexpr const char* system_name = "OMP";
#elif THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_TBB
inline constexpr const char* system_name = "TBB";
#else
inline constexpr const char* system_name = "CPP";
#endif
#if THRUST_DEVICE_SYSTEM != THRUST_DEVICE_SYSTEM_CUDA
inline constexpr bool records = false;
#endif

// Elements are counted in 32 bits: divisions of them are four times as fast on a GPU.
using index = std::uint32_t;

inline index counted(std::size_t n) {
    if (n > std::numeric_limits<index>::max()) throw std::length_error("elbo: a value of more than 2^32 numbers");
    return static_cast<index>(n);
}

#if THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA

inline void check(cudaError_t code, const char* what) {
    if (code != cudaSuccess) throw std::runtime_error(std::string("elbo: ") + what + ": " + cudaGetErrorString(code));
}

// f(i), f read where the launch's parameters lie, and not copied to every thread.
template <class F>
__global__ void call_in_place(const __grid_constant__ F f, index n) {
    const index i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) f(i);
}
// f(block, thread) by a whole block, which shares memory and waits for its own.
template <class F>
__global__ void __launch_bounds__(F::threads) call_by_block(const __grid_constant__ F f) {
    f(blockIdx.x, threadIdx.x);
}

// What is started on it runs in order, beside the host.
class queue {
public:
    queue() { check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "no stream on the GPU"); }
    ~queue() { cudaStreamDestroy(stream_); }
    queue(const queue&)            = delete;
    queue& operator=(const queue&) = delete;

    // f(i) for every i < n, in any order.
    template <class F>
    void each(std::size_t n, F f) const {
        if (n > 0) thrust::for_each_n(thrust::cuda::par_nosync.on(stream_), thrust::counting_iterator<index>(0), counted(n), f);
    }
    // The same for an f that is large.
    template <class F>
    void each_in_place(std::size_t n, const F& f) const {
        static_assert(sizeof(F) <= 4000, "elbo: a launch's parameters are 4096 bytes at most");
        constexpr unsigned threads = 128;
        if (n == 0) return;
        call_in_place<<<(counted(n) + threads - 1) / threads, threads, 0, stream_>>>(f, counted(n));
        check(cudaGetLastError(), "a launch");
    }
    // Blocks of F::threads threads that work together.
    template <class F>
    void each_block(std::size_t blocks, const F& f) const {
        if (blocks == 0) return;
        call_by_block<<<counted(blocks), F::threads, 0, stream_>>>(f);
        check(cudaGetLastError(), "a launch");
    }
    // Whoever owns the memory. Returns when `from` may change, but for page-locked memory.
    void copy(void* to, const void* from, std::size_t bytes) const {
        if (bytes > 0) check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDefault, stream_), "a copy");
    }
    void wait() const { check(cudaStreamSynchronize(stream_), "what was started before"); }

    cudaStream_t stream() const { return stream_; }

private:
    cudaStream_t stream_ = nullptr;
};

// Everything that any queue was given.
inline void wait_for_all() { check(cudaDeviceSynchronize(), "what was started before"); }
// There when it returns: of pageable memory a copy may still be under way, and our queues do not wait for it.
inline void copy_now(void* to, const void* from, std::size_t bytes) {
    if (bytes == 0) return;
    check(cudaMemcpy(to, from, bytes, cudaMemcpyDefault), "a copy");
    wait_for_all();
}

// Launches that are the same each time: recorded once as a graph, then started as one.
class recording {
public:
    recording() = default;
    recording(recording&& other) noexcept : made_(std::exchange(other.made_, nullptr)) {}
    recording& operator=(recording&&) = delete;
    ~recording() {
        if (made_ != nullptr) cudaGraphExecDestroy(made_);
    }
    bool is_made() const { return made_ != nullptr; }

    template <class Launch>
    void run(const queue& q, Launch launch) {
        if (!is_made()) {
            cudaGraph_t graph = nullptr;
            check(cudaStreamBeginCapture(q.stream(), cudaStreamCaptureModeRelaxed), "recording a graph");
            launch();
            check(cudaStreamEndCapture(q.stream(), &graph), "recording a graph");
            check(cudaGraphInstantiate(&made_, graph, 0), "making a graph");
            cudaGraphDestroy(graph);
        }
        check(cudaGraphLaunch(made_, q.stream()), "replaying a graph");
    }

private:
    cudaGraphExec_t made_ = nullptr;
};

// While launches are recorded: what each must come after. Others may run beside it.
class branches {
public:
    // Of what is started from here on, as number `launch`.
    void begin(const queue& q, std::span<const int> after) {
        for (int earlier : after) before_.insert(before_.end(), ends_[static_cast<std::size_t>(earlier)].begin(), ends_[static_cast<std::size_t>(earlier)].end());
#if CUDART_VERSION >= 13000
        check(cudaStreamUpdateCaptureDependencies(q.stream(), before_.data(), nullptr, before_.size(), cudaStreamSetCaptureDependencies), "recording a graph");
#else
        check(cudaStreamUpdateCaptureDependencies(q.stream(), before_.data(), before_.size(), cudaStreamSetCaptureDependencies), "recording a graph");
#endif
        before_.clear();
    }
    void end(const queue& q) {
        cudaStreamCaptureStatus status{};
        const cudaGraphNode_t*  last  = nullptr;
        std::size_t             count = 0;
#if CUDART_VERSION >= 13000
        check(cudaStreamGetCaptureInfo(q.stream(), &status, nullptr, nullptr, &last, nullptr, &count), "recording a graph");
#else
        check(cudaStreamGetCaptureInfo(q.stream(), &status, nullptr, nullptr, &last, &count), "recording a graph");
#endif
        ends_.emplace_back(last, last + count);
    }

private:
    std::vector<std::vector<cudaGraphNode_t>> ends_;  // by launch
    std::vector<cudaGraphNode_t>              before_;
};

// On the GPU; or the host's, where the GPU reaches it as well.
enum class reach { device, page_locked };

inline void* allocate(reach where, std::size_t bytes) {
    void* p = nullptr;
    if (where == reach::page_locked) {
        check(cudaMallocHost(&p, bytes), "no page-locked memory left");
        std::memset(p, 0, bytes);
    } else {
        check(cudaMalloc(&p, bytes), "no memory left on the GPU");
        check(cudaMemset(p, 0, bytes), "clearing memory");
        wait_for_all();  // clearing is no business of a queue
    }
    return p;
}
inline void release(reach where, void* p) {
    if (where == reach::page_locked) cudaFreeHost(p);
    else cudaFree(p);
}

#else

class queue {
public:
    template <class F>
    void each(std::size_t n, F f) const {
        if (n > 0) thrust::for_each_n(thrust::device, thrust::counting_iterator<index>(0), counted(n), f);
    }
    template <class F>
    void each_in_place(std::size_t n, const F& f) const {
        each(n, [&f](index i) { f(i); });
    }
    void copy(void* to, const void* from, std::size_t bytes) const {
        if (bytes > 0) std::memcpy(to, from, bytes);
    }
    void wait() const {}
};

inline void wait_for_all() {}
inline void copy_now(void* to, const void* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
}

class recording {
public:
    bool is_made() const { return false; }
    template <class Launch>
    void run(const queue&, Launch launch) {
        launch();
    }
};

class branches {
public:
    void begin(const queue&, std::span<const int>) {}
    void end(const queue&) {}
};

enum class reach { device, page_locked };

inline void* allocate(reach, std::size_t bytes) {
    void* p = std::aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (p == nullptr) throw std::bad_alloc();
    std::memset(p, 0, bytes);
    return p;
}
inline void release(reach, void* p) { std::free(p); }

#endif

// Memory, all zero at first.
template <class T, reach Where>
class block {
public:
    block() = default;
    explicit block(std::size_t size) : size_(size) {
        if (size > 0) data_.reset(static_cast<T*>(allocate(Where, size * sizeof(T))));
    }
    T*          data() { return data_.get(); }
    const T*    data() const { return data_.get(); }
    std::size_t size() const { return size_; }

    // What is on its way is not waited for: whoever fills it again has had a result of what read it.
    std::span<T> span()
        requires(Where == reach::page_locked)
    {
        return {data_.get(), size_};
    }

private:
    struct release_it {
        void operator()(T* p) const { release(Where, p); }
    };
    std::unique_ptr<T, release_it> data_;
    std::size_t                    size_ = 0;
};

// Numbers that lie with the device, and with the host whenever it looks. Whoever asks for them gets the newest; a view is
// good until the other side asks.
template <class T>
class mirrored {
public:
    mirrored() = default;
    explicit mirrored(std::size_t size) : there_(size) {}

    std::size_t size() const { return there_.size(); }

    // The device's, which may change them.
    T* data() {
        if (changed_here_) send();
        changed_there_ = true;
        return there_.data();
    }
    // The host's.
    std::span<T> span() {
        fetch();
        changed_here_ = true;
        return here_;
    }
    std::span<const T> span() const {
        fetch();
        return here_;
    }

private:
    void send() {
        wait_for_all();
        copy_now(there_.data(), here_.data(), size() * sizeof(T));
        changed_here_ = false;
    }
    void fetch() const {
        if (here_.empty()) here_.resize(size());
        if (!changed_there_) return;
        wait_for_all();
        copy_now(here_.data(), there_.data(), size() * sizeof(T));
        changed_there_ = false;
    }

    block<T, reach::device> there_;
    mutable std::vector<T>  here_;  // empty until the host first looks
    mutable bool            changed_there_ = true;
    bool                    changed_here_  = false;
};

}  // namespace elbo::on_device
