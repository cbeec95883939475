// SPDX-License-Identifier: MIT
// What a device starts side by side: whatever touches one place stays in order, nothing else has to.
#define BOOST_TEST_MODULE launch_order
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/core/random.hpp>
#include <elbo/machine/device/launch_order.hpp>


using namespace elbo::on_device;

namespace {

char memory[40];

stretch bytes(std::size_t from, std::size_t count) { return {memory + from, memory + from + count}; }

// Launches without a pattern that read and write a few short stretches.
std::vector<touched> some_launches(std::uint32_t which) {
    std::vector<touched> all(30);
    std::uint32_t        counter = 0;
    const auto           below   = [&](std::uint32_t n) { return elbo::philox({counter++, which, 0, 0}, elbo::make_key(1, 2, 3))[0] % n; };
    for (touched& t : all) {
        for (std::uint32_t k = below(3); k-- > 0;) t.reads.push_back(bytes(below(36), 1 + below(4)));
        t.writes.push_back(bytes(below(36), 1 + below(4)));
    }
    return all;
}

// By launch: all that it waits for, in the end.
std::vector<std::vector<bool>> waits(const launch_order& order) {
    std::vector<std::vector<bool>> all(order.after.size(), std::vector<bool>(order.after.size(), false));
    for (std::size_t l = 0; l < all.size(); ++l)
        for (int e : order.after[l]) {
            all[l][static_cast<std::size_t>(e)] = true;
            for (std::size_t k = 0; k < l; ++k) all[l][k] = all[l][k] || all[static_cast<std::size_t>(e)][k];
        }
    return all;
}

}  // namespace

BOOST_AUTO_TEST_CASE(reading_and_writing) {
    const touched writes{{}, {bytes(0, 4)}}, reads{{bytes(3, 2)}, {}}, beside{{bytes(4, 4)}, {bytes(8, 1)}};
    BOOST_TEST(reads.must_come_after(writes));
    BOOST_TEST(writes.must_come_after(reads));
    BOOST_TEST(writes.must_come_after(writes));
    BOOST_TEST(!reads.must_come_after(reads));
    BOOST_TEST(!beside.must_come_after(writes));  // one ends where the other begins
    BOOST_TEST(!beside.must_come_after(reads));   // both read byte 4
}

BOOST_AUTO_TEST_CASE(what_touches_one_place_stays_in_order) {
    for (std::uint32_t which = 0; which < 50; ++which) {
        const auto         launches = some_launches(which);
        const launch_order order    = order_of(launches);
        const auto         waited   = waits(order);
        std::vector<bool>  is_last(launches.size(), true);
        for (std::size_t l = 0; l < launches.size(); ++l) {
            for (std::size_t e = 0; e < l; ++e)
                if (launches[l].must_come_after(launches[e])) BOOST_REQUIRE(waited[l][e]);
            for (int e : order.after[l]) {
                BOOST_REQUIRE(launches[l].must_come_after(launches[static_cast<std::size_t>(e)]));  // for a reason,
                for (int other : order.after[l])                                                     // and not said twice
                    BOOST_REQUIRE(!waited[static_cast<std::size_t>(other)][static_cast<std::size_t>(e)]);
                is_last[static_cast<std::size_t>(e)] = false;
            }
        }
        std::vector<int> last;
        for (std::size_t l = 0; l < launches.size(); ++l)
            if (is_last[l]) last.push_back(static_cast<int>(l));
        BOOST_TEST(order.last == last, boost::test_tools::per_element());
    }
}

BOOST_AUTO_TEST_CASE(latest_first_is_allowed_and_far_from_the_list) {
    int apart = 0;
    for (std::uint32_t which = 0; which < 50; ++which) {
        const launch_order       order = order_of(some_launches(which));
        const auto               turns = latest_first(order);
        std::vector<std::size_t> place(order.after.size(), turns.size());
        for (std::size_t k = 0; k < turns.size(); ++k) place[static_cast<std::size_t>(turns[k])] = k;
        for (std::size_t l = 0; l < place.size(); ++l) {
            BOOST_REQUIRE(place[l] < turns.size());
            for (int e : order.after[l]) BOOST_REQUIRE(place[static_cast<std::size_t>(e)] < place[l]);
            apart += place[l] != l;
        }
        BOOST_REQUIRE(turns.size() == place.size());
    }
    BOOST_TEST(apart > 50 * 15);  // more than half of all launches
    BOOST_TEST(order_of({}).after.empty());
    BOOST_TEST(latest_first({}).empty());
}
