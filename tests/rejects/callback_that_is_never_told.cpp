// rejects: elbo: a callback has after_step(event), log(event) or after_epoch(event), and is not const where they are not
// SPDX-License-Identifier: MIT
#include <elbo/train/callback.hpp>

using namespace elbo;

struct counts_steps {
    int  steps = 0;
    void after_step(const progress_event&) { ++steps; }
};

#ifdef ELBO_ACCEPTED
void tell(counts_steps& to) {
#else
void tell(const counts_steps& to) {
#endif
    callback(to).after_step({});
}
