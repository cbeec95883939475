// SPDX-License-Identifier: MIT
#define BOOST_TEST_MODULE signals
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/train/exit_codes.hpp>
#include <elbo/train/signals.hpp>

#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

using namespace elbo;

namespace {

// What a child process ends with.
template <class Body>
int status_of(Body body) {
    const pid_t child = fork();
    if (child == 0) {
        std::signal(SIGINT, SIG_DFL);
        std::signal(SIGTERM, SIG_DFL);
        _exit(body());
    }
    int status = 0;
    BOOST_REQUIRE(waitpid(child, &status, 0) == child);
    return status;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_first_signal_only_asks) {
    for (const int number : {SIGINT, SIGTERM}) {
        const int status = status_of([=] {
            const stop_request stop;
            if (stop.asked() != 0) return 9;
            raise(number);
            return stop.asked() == number ? exit_codes::done : 8;
        });
        BOOST_TEST(WIFEXITED(status));
        BOOST_TEST(WEXITSTATUS(status) == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_second_ends_at_once) {
    const int status = status_of([] {
        const stop_request stop;
        raise(SIGINT);
        raise(SIGTERM);
        return 0;
    });
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 128 + SIGTERM);
}

BOOST_AUTO_TEST_CASE(what_was_installed_comes_back) {
    const int status = status_of([] {
        { const stop_request stop; }
        raise(SIGTERM);
        return 0;
    });
    BOOST_TEST(WIFSIGNALED(status));
    BOOST_TEST(WTERMSIG(status) == SIGTERM);
}

BOOST_AUTO_TEST_CASE(a_new_one_starts_unasked) {
    const int status = status_of([] {
        {
            const stop_request first;
            raise(SIGINT);
        }
        const stop_request second;
        return second.asked() == 0 ? 0 : 7;
    });
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
}
