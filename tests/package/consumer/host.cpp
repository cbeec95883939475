// SPDX-License-Identifier: MIT

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>

#include <cstdio>
#include <thread>

elbo::random_words words_of_the_other_unit();

int main() {
    int threads = 0;
    std::thread([&threads] { threads = 1; }).join();     // the target brings what threads need
    std::printf("elbo %d.%d.%d, with a host\n", elbo::version_major, elbo::version_minor, elbo::version_patch);
    return threads == 1 && elbo::draws(1, "consumer").words(2) == words_of_the_other_unit() ? 0 : 1;
}
