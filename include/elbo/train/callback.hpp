// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/train/named_value.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace elbo {

// What callbacks are told.
struct progress_event {
    std::uint64_t                epoch = 0, epochs = 0, step = 0, step_in_epoch = 0, steps_per_epoch = 0;
    std::size_t                  batch = 0;
    std::uint64_t                images_in_all = 0;  // in all: of this process
    double                       seconds = 0, images_per_second = 0, learning_rate = 0;
    std::span<const named_value> terms;  // means since the last event of its kind
};

// Any object with some of
//     after_step(event)    after every step; may return false: stop
//     log(event)           every `log_every` steps and at the end of an epoch; terms are means since the last
//     after_epoch(event)   may return false: stop
// seen through one face for the length of a call.
class callback {
public:
    template <class C>
    static constexpr bool is_told = requires(C& self, const progress_event& e) { self.after_step(e); } || requires(C& self, const progress_event& e) { self.log(e); } ||
                                    requires(C& self, const progress_event& e) { self.after_epoch(e); };
    template <class C>
    explicit callback(C& c)
        : on_(const_cast<void*>(static_cast<const void*>(&c))),
          step_([](void* on, const progress_event& e) {
              if constexpr (requires(C& self) { self.after_step(e); }) return told([&] { return static_cast<C*>(on)->after_step(e); });
              else return true;
          }),
          log_([](void* on, const progress_event& e) {
              if constexpr (requires(C& self) { self.log(e); }) static_cast<C*>(on)->log(e);
          }),
          epoch_([](void* on, const progress_event& e) {
              if constexpr (requires(C& self) { self.after_epoch(e); }) return told([&] { return static_cast<C*>(on)->after_epoch(e); });
              else return true;
          }) {
        static_assert(is_told<C>, "elbo: a callback has after_step(event), log(event) or after_epoch(event), and is not const where they are not");
    }

    bool after_step(const progress_event& e) const { return step_(on_, e); }
    void log(const progress_event& e) const { log_(on_, e); }
    bool after_epoch(const progress_event& e) const { return epoch_(on_, e); }

private:
    template <class F>
    static bool told(F tell) {
        if constexpr (std::is_convertible_v<decltype(tell()), bool>) return tell();
        else return tell(), true;
    }

    void* on_;
    bool (*step_)(void*, const progress_event&);
    void (*log_)(void*, const progress_event&);
    bool (*epoch_)(void*, const progress_event&);
};

}  // namespace elbo
