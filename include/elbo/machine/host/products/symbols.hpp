// SPDX-License-Identifier: MIT
#pragma once

#include <dlfcn.h>

namespace elbo::providers {

// A function that some library of this process may have: libraries differ in flavours that headers do not tell.
template <class Function>
Function symbol(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// While it lives, OpenMP gives this thread no others: a provider is called on each of our threads. Other threads, and
// this one afterwards, keep what they had.
class one_openmp_thread {
public:
    one_openmp_thread() : before_(openmp().most == nullptr ? 1 : openmp().most()) {
        if (before_ > 1) openmp().set(1);
    }
    one_openmp_thread(const one_openmp_thread&)            = delete;
    one_openmp_thread& operator=(const one_openmp_thread&) = delete;
    ~one_openmp_thread() {
        if (before_ > 1) openmp().set(before_);
    }

private:
    struct functions {
        int (*most)()   = symbol<int (*)()>("omp_get_max_threads");
        void (*set)(int) = symbol<void (*)(int)>("omp_set_num_threads");
    };
    static const functions& openmp() {
        static const functions found;
        return found;
    }
    int before_;
};

}  // namespace elbo::providers
