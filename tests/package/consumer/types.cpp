// SPDX-License-Identifier: MIT

#include <elbo/elbo.hpp>

#include <cstdio>

elbo::random_words words_of_the_other_unit();

int main() {
    std::printf("elbo %d.%d.%d, the description\n", elbo::version_major, elbo::version_minor, elbo::version_patch);
    return elbo::draws(1, "consumer").words(2) == words_of_the_other_unit() ? 0 : 1;
}
