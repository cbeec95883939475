// SPDX-License-Identifier: MIT

#include <every_header.hpp>

#include <cstdio>

elbo::random_words words_of_the_other_unit();

int main() {
    const bool equal = elbo::draws(1, "two units").words(2) == words_of_the_other_unit();
    std::puts(equal ? "two units agree" : "two units disagree");
    return equal ? 0 : 1;
}
