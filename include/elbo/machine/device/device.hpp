// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/device/cudnn.hpp>

#include <memory>
#include <string>

namespace elbo {

struct device_options {
    precision products = precision::float32;
};

// The GPU machine, through Thrust and the CUDA libraries; where Thrust's system is another, that one.
class device {
public:
    using buffer  = on_device::mirrored<float>;                              // parameters and what belongs to them
    using staging = on_device::block<float, on_device::reach::page_locked>;  // a batch on its way
    using options = device_options;
    class program;
    template <class T>
    using memory = on_device::block<T, on_device::reach::device>;

    static constexpr bool is_beside_the_host = true;

    explicit device(options o = {}) : options_(o), multiplier_(o.products) {}

    // f(i) for every i < n, after all that was started before. Numbers lie with the device: f is a formula it can call.
    template <class F>
    void each_element(std::size_t n, F f) {
        queue_.each(n, f);
    }
    template <class F>
    void each_element_in_place(std::size_t n, const F& f) {
        queue_.each_in_place(n, f);
    }
    // Launches that are the same each time.
    using recording = on_device::recording;
    template <class Launch>
    void run(recording& known, Launch launch) {
        known.run(queue_, launch);
    }
    // To the device, in the order of what is started.
    void send(void* to, const void* from, std::size_t bytes) { queue_.copy(to, from, bytes); }
    void                    wait() const { queue_.wait(); }
    const on_device::queue& started() const { return queue_; }
    on_device::multiplier&  times() { return multiplier_; }

    // A verb of windows on so many images. `room` is for what lies between; `turn`: which of the multiplier's workspaces it has.
    void convolve(const node& n, const window& w, std::size_t rows, const float* a, const float* b, const float* before, float* y, float* room,
                  [[maybe_unused]] std::size_t room_floats, std::size_t turn) {
#if defined(ELBO_WITH_CUDNN) && THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
        if (!convolver_) convolver_ = std::make_unique<on_device::convolver>();
        if ((*convolver_)(queue_, options_.products, n, w, rows, a, b, before, y, room, room_floats)) return;
#endif
        on_device::convolve(queue_, multiplier_, n, w, rows, a, b, before, y, room, turn);
    }
    std::string             name() const { return std::string("device, ") + on_device::system_name; }
    std::string             warnings() const { return {}; }

private:
    options               options_;
    on_device::queue      queue_;
    on_device::multiplier multiplier_;
#if defined(ELBO_WITH_CUDNN) && THRUST_DEVICE_SYSTEM == THRUST_DEVICE_SYSTEM_CUDA
    std::unique_ptr<on_device::convolver> convolver_;  // made by the first convolution
#endif
};

}  // namespace elbo
