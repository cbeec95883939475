// SPDX-License-Identifier: MIT
// A team of threads: everyone does each job once, and nobody passes a barrier before the last has come.
#define BOOST_TEST_MODULE threads
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/host.hpp>

#include <numeric>

using namespace elbo;

namespace {
constexpr int sizes[] = {1, 2, 3, 8};
// More threads than cores take turns at a barrier, which is slow.
constexpr int turns_of(int size) { return size > 3 ? 100 : size > 2 ? 500 : 3000; }
}

BOOST_AUTO_TEST_CASE(every_thread_does_each_job_once) {
    for (const int size : sizes) {
        team             workers(size);
        std::vector<int> done(static_cast<std::size_t>(size), 0);  // plain ints: a job is over when run() returns
        BOOST_TEST(workers.size() == size);
        const int        jobs = turns_of(size);
        for (int job = 0; job < jobs; ++job) workers.run([&](int i) { ++done[static_cast<std::size_t>(i)]; });
        BOOST_TEST(std::all_of(done.begin(), done.end(), [&](int n) { return n == jobs; }), size << " threads");
    }
}
// Between two barriers each writes its own number and reads those of all others.
BOOST_AUTO_TEST_CASE(nobody_passes_a_barrier_early) {
    for (const int size : sizes) {
        team             workers(size);
        std::vector<int> at(static_cast<std::size_t>(size), 0), wrong(static_cast<std::size_t>(size), 0);
        const int        turns = turns_of(size);
        workers.run([&](int i) {
            const auto me = static_cast<std::size_t>(i);
            for (int turn = 1; turn <= turns; ++turn) {
                at[me] = turn;
                workers.barrier();
                for (int other : at) wrong[me] += other != turn;
                workers.barrier();
            }
        });
        BOOST_TEST(std::accumulate(wrong.begin(), wrong.end(), 0) == 0, size << " threads");
    }
}
BOOST_AUTO_TEST_CASE(jobs_and_barriers_mixed) {
    team workers(3);
    long sum = 0;  // only thread 0 writes it
    for (int job = 0; job < 1000; ++job) {
        std::atomic<long> part{0};
        workers.run([&](int i) {
            part += i;
            workers.barrier();
            if (i == 0) sum += part;
            workers.barrier();
            part -= i;
        });
        BOOST_REQUIRE(part == 0);
    }
    BOOST_TEST(sum == 1000 * 3);
}
// Threads that sleep wake up for the next job; a team that never worked, or works no more, ends.
BOOST_AUTO_TEST_CASE(sleepers_wake) {
    for (int k = 0; k < 50; ++k) team idle(4);
    team             workers(3);
    std::atomic<int> done{0};
    for (int job = 0; job < 5; ++job) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        workers.run([&](int) { ++done; });
    }
    BOOST_TEST(done == 15);
}
BOOST_AUTO_TEST_CASE(a_host_works_for_one_thread_at_a_time) {
    for (const int threads : {1, 2}) {
        host machine({.threads = threads});
        bool refused = false;
        machine.each_part(1, 1, [&](std::size_t, std::size_t) {
            std::thread([&] {
                try {
                    machine.each_part(1, 1, [](std::size_t, std::size_t) {});
                } catch (const std::logic_error&) {
                    refused = true;
                }
            }).join();
        });
        BOOST_TEST(refused);
        machine.each_part(1, 1, [&](std::size_t, std::size_t) { refused = false; });
        BOOST_TEST(!refused);
    }
}
BOOST_AUTO_TEST_CASE(a_team_has_at_least_one_thread) {
    for (const int size : {0, -3}) {
        team workers(size);
        int  done = 0;
        workers.run([&](int i) { done += 1 + i; });
        BOOST_TEST(workers.size() == 1);
        BOOST_TEST(done == 1);
    }
    BOOST_TEST(host().threads() >= 1);
    BOOST_TEST(host({5}).threads() == 5);
}
// Parts cover a range, each number once, and are cut by the range alone.
BOOST_AUTO_TEST_CASE(parts_cover_a_range) {
    for (const int size : sizes) {
        host machine({size});
        for (const std::size_t n : {std::size_t{0}, std::size_t{1}, std::size_t{99}, std::size_t{100}, std::size_t{101}, std::size_t{5000}}) {
            std::vector<int> seen(n, 0);
            std::atomic<int> odd{0};
            machine.each_part(n, 100, [&](std::size_t begin, std::size_t end) {
                odd += begin % 100 != 0 || end <= begin || (end != n && end != begin + 100);
                for (std::size_t i = begin; i < end; ++i) ++seen[i];
            });
            BOOST_TEST(odd == 0);
            BOOST_TEST(std::all_of(seen.begin(), seen.end(), [](int x) { return x == 1; }), size << " threads, " << n);
        }
    }
}
// Each piece is done once, whoever is quick; and what nobody takes from a thread is the same each time.
BOOST_AUTO_TEST_CASE(shares_are_each_piece_once) {
    for (const int size : sizes)
        for (const bool in_turn : {false, true})
            for (const std::size_t pieces : {0u, 1u, 2u, 7u, 100u}) {
                team                          workers(size);
                shares                        all(size);
                std::vector<std::atomic<int>> done(pieces);
                for (int job = 0; job < 20; ++job) {
                    all.begin();
                    workers.run([&](int i) {
                        for (std::size_t k; (k = all.next(i, pieces, in_turn)) < pieces;) ++done[k];
                    });
                }
                BOOST_TEST(std::all_of(done.begin(), done.end(), [](const std::atomic<int>& n) { return n == 20; }), size << " threads, " << pieces << " pieces");
            }
}
BOOST_AUTO_TEST_CASE(a_share_comes_first) {
    for (const bool in_turn : {false, true})
        for (const int size : {2, 3, 5})
            for (const std::size_t pieces : {10u, 11u, 64u}) {
                shares all(size);
                for (int thread = size; thread-- > 0;) {  // one after the other: nobody is ever helped
                    all.begin();
                    for (std::size_t k = 0; k < pieces / static_cast<std::size_t>(size); ++k) {
                        const std::size_t at = all.next(thread, pieces, in_turn), me = static_cast<std::size_t>(thread), threads = static_cast<std::size_t>(size);
                        BOOST_TEST((in_turn ? at % threads == me : at >= me * pieces / threads && at < (me + 1) * pieces / threads));
                    }
                }
            }
}
