// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <unistd.h>
#include <csignal>

ELBO_COMPILED_ONCE

namespace elbo {

// While one lives, SIGINT and SIGTERM only ask: the loop finishes its step, writes a checkpoint and leaves with 0.
// The second one ends the process at once, with 128 + its number as a shell would say. What was installed before
// comes back at the end. One at a time.
class stop_request {
public:
    stop_request() {
        asked_ = 0;
        struct sigaction action {};
        action.sa_handler = handle;
        sigemptyset(&action.sa_mask);
        action.sa_flags = SA_RESTART;  // a file being written is written to its end
        sigaction(SIGINT, &action, &interrupt_);
        sigaction(SIGTERM, &action, &terminate_);
    }
    ~stop_request() {
        sigaction(SIGINT, &interrupt_, nullptr);
        sigaction(SIGTERM, &terminate_, nullptr);
    }
    stop_request(const stop_request&)            = delete;
    stop_request& operator=(const stop_request&) = delete;

    // The number of the signal, 0 while there is none.
    int asked() const { return asked_; }

private:
    static void handle(int number) {
        if (asked_ != 0) _exit(128 + number);
        asked_ = number;
    }

    static inline volatile std::sig_atomic_t asked_ = 0;

    struct sigaction interrupt_ {};
    struct sigaction terminate_ {};
};

}  // namespace elbo
