// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

// Which launches must come after which: two that touch one place in memory, unless both only read it, stay in order. All
// others may run beside each other, or in any order.

namespace elbo::on_device {

struct stretch {  // of memory
    const void *begin = nullptr, *end = nullptr;

    bool meets(const stretch& other) const {
        const std::less<> before;
        return before(begin, other.end) && before(other.begin, end);
    }
};

struct touched {
    std::vector<stretch> reads, writes;

    bool must_come_after(const touched& earlier) const {
        const auto meet = [](const std::vector<stretch>& a, const std::vector<stretch>& b) {
            return std::any_of(a.begin(), a.end(), [&](const stretch& x) {
                return std::any_of(b.begin(), b.end(), [&](const stretch& y) { return x.meets(y); });
            });
        };
        return meet(writes, earlier.writes) || meet(writes, earlier.reads) || meet(reads, earlier.writes);
    }
};

struct launch_order {
    std::vector<std::vector<int>> after;  // by launch: the earlier ones that it waits for, less those that these wait for
    std::vector<int>              last;   // those that none waits for
};

ELBO_COLD inline launch_order order_of(const std::vector<touched>& launches) {
    constexpr std::size_t      bits = 64;
    const std::size_t          count = launches.size(), words = (count + bits - 1) / bits;
    std::vector<std::uint64_t> waited_for(count * words);  // a row of bits for each launch
    std::vector<char>          is_last(count, 1);
    launch_order               order{std::vector<std::vector<int>>(count), {}};
    for (std::size_t l = 0; l < count; ++l)
        for (std::size_t e = l; e-- > 0;) {
            if ((waited_for[l * words + e / bits] >> (e % bits) & 1) != 0 || !launches[l].must_come_after(launches[e])) continue;
            order.after[l].push_back(static_cast<int>(e));
            is_last[e] = 0;
            waited_for[l * words + e / bits] |= std::uint64_t{1} << (e % bits);
            for (std::size_t w = 0; w < words; ++w) waited_for[l * words + w] |= waited_for[e * words + w];
        }
    for (std::size_t l = 0; l < count; ++l)
        if (is_last[l] != 0) order.last.push_back(static_cast<int>(l));
    return order;
}

// Of all orders that are allowed, one far from the given: always the latest launch that need not wait.
ELBO_COLD inline std::vector<int> latest_first(const launch_order& order) {
    std::vector<std::vector<int>> waiting(order.after.size());
    std::vector<std::size_t>      left(order.after.size());
    std::vector<int>              ready, turns;
    for (std::size_t l = 0; l < order.after.size(); ++l) {
        left[l] = order.after[l].size();
        for (int e : order.after[l]) waiting[static_cast<std::size_t>(e)].push_back(static_cast<int>(l));
        if (left[l] == 0) ready.push_back(static_cast<int>(l));
    }
    std::make_heap(ready.begin(), ready.end());
    while (!ready.empty()) {
        std::pop_heap(ready.begin(), ready.end());
        turns.push_back(ready.back());
        ready.pop_back();
        for (int next : waiting[static_cast<std::size_t>(turns.back())])
            if (--left[static_cast<std::size_t>(next)] == 0) {
                ready.push_back(next);
                std::push_heap(ready.begin(), ready.end());
            }
    }
    return turns;
}

}  // namespace elbo::on_device
