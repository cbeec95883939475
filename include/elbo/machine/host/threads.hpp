// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <type_traits>
#include <vector>

ELBO_COMPILED_ONCE

namespace elbo {

// A team of threads that enter a job together and meet at barriers. A barrier spins briefly and then sleeps, so that
// a busy neighbour costs a wake-up and never a time slice.
class team {
public:
    explicit team(int threads) : count_(threads < 1 ? 1 : threads) {
        try {
            for (int i = 1; i < count_; ++i) workers_.emplace_back([this, i] { serve(i); });
        } catch (...) {  // the system has no more of them
            dismiss();
            throw;
        }
    }
    team(const team&)            = delete;
    team& operator=(const team&) = delete;
    ~team() { dismiss(); }

    int size() const { return count_; }

    // Who takes part from the next job on: everybody, or the caller alone. `present` is how many those are.
    void gather(bool everybody) { present_ = everybody ? count_ : 1; }
    int  present() const { return present_; }
    // Seconds that threads slept at barriers since this was last asked, all of them.
    double asleep() { return 1e-9 * static_cast<double>(asleep_.exchange(0, std::memory_order_relaxed)); }

    // job(i) on every thread i, this one being 0; returns when all are done.
    template <class Job>
    void run(Job&& job) {
        run_on_all(&job, [](void* it, int i) { (*static_cast<std::remove_reference_t<Job>*>(it))(i); });
    }

    // Every thread of a job waits here for the others.
    void barrier() {
        if (present_ == 1) return;
        const unsigned turn = turn_.load(std::memory_order_acquire);
        if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
            arrived_.store(0, std::memory_order_relaxed);
            turn_.fetch_add(1, std::memory_order_release);
            turn_.notify_all();
            return;
        }
        if (spin_for_change(turn_, turn)) return;
        const auto since = std::chrono::steady_clock::now();
        sleep_until_change(turn_, turn);
        asleep_.fetch_add(std::chrono::nanoseconds(std::chrono::steady_clock::now() - since).count(), std::memory_order_relaxed);
    }

private:
    ELBO_COLD void dismiss() {
        job_ = nullptr;
        generation_.fetch_add(1, std::memory_order_release);
        generation_.notify_all();
        for (std::thread& w : workers_) w.join();
    }
    ELBO_OUTLINE void run_on_all(void* context, void (*job)(void*, int)) {
        if (present_ == 1) return job(context, 0);
        context_ = context;
        job_     = job;
        generation_.fetch_add(1, std::memory_order_release);
        generation_.notify_all();
        job(context, 0);
        barrier();
    }
    static void relax() {
#if defined(__x86_64__) || defined(__i386__)
        __builtin_ia32_pause();
#endif
    }
    // Whether it came before long.
    static bool spin_for_change(std::atomic<unsigned>& word, unsigned old) {
        for (int spin = 0; spin < 4000; ++spin) {
            if (word.load(std::memory_order_acquire) != old) return true;
            relax();
        }
        return false;
    }
    static void sleep_until_change(std::atomic<unsigned>& word, unsigned old) {
        while (word.load(std::memory_order_acquire) == old) word.wait(old, std::memory_order_acquire);
    }
    ELBO_OUTLINE void serve(int i) {
        unsigned seen = 0;
        for (;;) {
            if (!spin_for_change(generation_, seen)) sleep_until_change(generation_, seen);
            seen = generation_.load(std::memory_order_acquire);
            if (job_ == nullptr) return;
            job_(context_, i);
            barrier();
        }
    }

    int                       count_, present_ = count_;
    void*                     context_ = nullptr;
    void (*job_)(void*, int)           = nullptr;
    std::atomic<unsigned>     generation_{0};
    alignas(64) std::atomic<int>      arrived_{0};
    alignas(64) std::atomic<unsigned> turn_{0};
    std::atomic<std::int64_t> asleep_{0};  // nanoseconds
    std::vector<std::thread>  workers_;
};

// Pieces of work that threads share out among themselves, each done once, in one job or in several. A thread has a share of its own,
// the same each time, so that what it wrote lies in its own cache when it reads it again; when that is done it takes what others
// have left.
class shares {
public:
    explicit shares(int threads, std::size_t jobs = 1) : threads_(static_cast<std::size_t>(threads)), taken_(threads_ * jobs) {}

    void begin() {
        for (counter& c : taken_) c.pieces.store(0, std::memory_order_relaxed);
    }
    // The thread's next piece of a job's `size`, or `size` when there is none. A share is neighbours, or, `in_turn`, every so manieth piece.
    std::size_t next(int thread, std::size_t size, bool in_turn = false, std::size_t job = 0) {
        for (std::size_t k = 0; k < threads_; ++k) {
            const std::size_t whose = (static_cast<std::size_t>(thread) + k) % threads_, from = whose * size / threads_, to = (whose + 1) * size / threads_;
            const std::size_t i     = taken_[job * threads_ + whose].pieces.fetch_add(1, std::memory_order_relaxed);
            if (in_turn && whose + i * threads_ < size) return whose + i * threads_;
            if (!in_turn && from + i < to) return from + i;
        }
        return size;
    }

private:
    struct alignas(64) counter {
        std::atomic<std::size_t> pieces{0};
    };
    std::size_t          threads_;
    std::vector<counter> taken_;  // by job and thread
};

}  // namespace elbo
