// SPDX-License-Identifier: MIT
#pragma once

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <new>
#include <ostream>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define ELBO_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__GLIBC__)
#define ELBO_SANITIZED
#endif

// Every way to the heap is trapped in a program that includes this, once.

namespace {
std::atomic<bool> trapping{false};
std::atomic<long> taken{0}, given_back{0};

thread_local bool inside_a_provider = false;

[[maybe_unused]] void take() {
    if (!inside_a_provider && trapping.load(std::memory_order_relaxed)) taken.fetch_add(1, std::memory_order_relaxed);
}
[[maybe_unused]] void give_back() {
    if (!inside_a_provider && trapping.load(std::memory_order_relaxed)) given_back.fetch_add(1, std::memory_order_relaxed);
}
}  // namespace

#if !defined(ELBO_SANITIZED)
// The C library's own functions, under the names that a program may replace. operator new comes through malloc, but for
// sizes and alignments that it hands to others.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void  __libc_free(void*);

void* malloc(std::size_t size) {
    take();
    return __libc_malloc(size);
}
void* calloc(std::size_t count, std::size_t size) {
    take();
    return __libc_calloc(count, size);
}
void* realloc(void* p, std::size_t size) {
    take();
    return __libc_realloc(p, size);
}
void* memalign(std::size_t alignment, std::size_t size) {
    take();
    return __libc_memalign(alignment, size);
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
    take();
    return __libc_memalign(alignment, size);
}
int posix_memalign(void** p, std::size_t alignment, std::size_t size) {
    take();
    *p = __libc_memalign(alignment, size);
    return *p == nullptr ? ENOMEM : 0;
}
void free(void* p) {
    if (p != nullptr) give_back();
    __libc_free(p);
}
void* mmap(void* where, std::size_t size, int protection, int flags, int file, off_t offset) {
    take();
    return reinterpret_cast<void*>(syscall(SYS_mmap, where, size, protection, flags, file, offset));
}
}
void* operator new(std::size_t size) {
    take();
    if (void* p = __libc_malloc(size)) return p;
    throw std::bad_alloc();
}
void operator delete(void* p) noexcept {
    if (p != nullptr) give_back();
    __libc_free(p);
}
void operator delete(void* p, std::size_t) noexcept { operator delete(p); }
#endif

namespace {

struct count {
    long taken = 0, given_back = 0;

    bool operator==(const count&) const = default;
};
[[maybe_unused]] std::ostream& operator<<(std::ostream& to, const count& c) { return to << c.taken << " taken, " << c.given_back << " given back"; }

template <class Do>
count trapped(Do act) {
    taken = 0, given_back = 0;
    trapping = true;
    act();
    trapping = false;
    return {taken, given_back};
}

bool can_trap() {
#if defined(ELBO_SANITIZED)
    BOOST_TEST_MESSAGE("skipped: a sanitizer, or another C library, has the heap");
    return false;
#else
    return true;
#endif
}

}  // namespace
