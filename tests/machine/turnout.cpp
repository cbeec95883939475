// SPDX-License-Identifier: MIT
// Whether all threads or one: given what jobs take, on an imaginary computer of two processors, in imaginary seconds.
#define BOOST_TEST_MODULE turnout
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/host.hpp>

using namespace elbo;

namespace {

// What a job takes two threads and one alone; and two that wait a slice of 3 ms for a neighbour once in so many jobs, 0: never.
struct computer {
    double together, alone, asleep = 0;
    int    slice_every = 0;

    int turn = 0, alone_turns = 0;

    // Seconds of `jobs` of them.
    double run(turnout& who, int jobs) {
        double all = 0;
        alone_turns = 0;
        for (int job = 0; job < jobs; ++job) {
            const bool by_one = who.alone(), waits = slice_every > 0 && ++turn % slice_every == 0;
            const double slept = by_one ? 0 : asleep + (waits ? 3e-3 : 0), seconds = by_one ? alone : together + (waits ? 3e-3 : 0);
            who.took(seconds, slept);
            alone_turns += by_one;
            all += seconds;
        }
        return all;
    }
};

}  // namespace

BOOST_AUTO_TEST_CASE(all_of_them_where_nothing_disturbs) {
    turnout  who(2);
    computer quiet{.together = 4e-4, .alone = 6e-4, .asleep = 1e-4};
    quiet.run(who, 10'000);
    BOOST_TEST(quiet.alone_turns == 0);
}
BOOST_AUTO_TEST_CASE(a_hiccup_now_and_then_changes_nothing) {
    turnout  who(2);
    computer nearly{.together = 4e-4, .alone = 6e-4, .slice_every = 200};
    nearly.run(who, 10'000);
    BOOST_TEST(nearly.alone_turns == 0);
}
// Half of the processor's time is the neighbour's: the caller alone is quicker, and little is lost in finding out.
BOOST_AUTO_TEST_CASE(one_alone_beside_a_neighbour_and_all_again_when_it_is_gone) {
    turnout   who(2);
    const int jobs = 20'000;
    computer  shared{.together = 4e-4, .alone = 6e-4, .slice_every = 3};
    const double took = shared.run(who, jobs), best = jobs * shared.alone;
    BOOST_TEST(took < 1.05 * best, took / best << " of what it takes alone");
    BOOST_TEST(shared.alone_turns > jobs * 9 / 10);

    computer quiet{.together = 4e-4, .alone = 6e-4};
    quiet.run(who, 1000);  // 0.6 s at most
    quiet.run(who, jobs);
    BOOST_TEST(quiet.alone_turns == 0);
}
// One part is much longer than the others: threads sleep, and are still worth having.
BOOST_AUTO_TEST_CASE(uneven_parts_are_not_a_neighbour) {
    turnout   who(2);
    const int jobs = 20'000;
    for (const double unit : {1e-4, 1e-2}) {
        computer uneven{.together = unit, .alone = 1.4 * unit, .asleep = 0.6 * unit};
        uneven.run(who, jobs);
        BOOST_TEST(uneven.alone_turns < jobs / 50, uneven.alone_turns << " of jobs that take " << unit << " s");
    }
}
// Of many threads one is late: alone is slower still.
BOOST_AUTO_TEST_CASE(many_threads_do_more_than_one_in_spite_of_a_neighbour) {
    turnout   who(16);
    const int jobs = 2000;
    int       alone = 0;
    for (int job = 0; job < jobs; ++job) {
        const bool by_one = who.alone();
        who.took(by_one ? 16e-3 : 4e-3, by_one ? 0 : 15 * 3e-3);
        alone += by_one;
    }
    BOOST_TEST(alone == 0);
}
// A team of which only one takes part: barriers hold nobody up, and all are there for the job after.
BOOST_AUTO_TEST_CASE(a_team_works_with_one_and_with_all) {
    team             workers(3);
    std::atomic<int> done{0};
    for (int turn = 0; turn < 300; ++turn) {
        workers.gather(turn % 3 == 0);
        BOOST_REQUIRE(workers.present() == (turn % 3 == 0 ? 3 : 1));
        workers.run([&](int i) {
            workers.barrier();
            done += i + 1;
            workers.barrier();
        });
    }
    BOOST_TEST(done == 100 * (1 + 2 + 3) + 200);
    BOOST_TEST(workers.asleep() >= 0);
    BOOST_TEST(workers.asleep() == 0);
}
