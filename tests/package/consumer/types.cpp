// SPDX-License-Identifier: MIT
// Somebody else's program that only describes a model: the standard library is all it needs.

#include <elbo/elbo.hpp>

#include <cstdio>

struct encoder : elbo::stack<elbo::shape<1, 8, 8>, elbo::flatten, elbo::linear<4>, elbo::to<elbo::diagonal_normal<2>>> {};
struct decoder : elbo::stack<elbo::shape<2>, elbo::linear<64>, elbo::reshape<elbo::shape<1, 8, 8>>, elbo::to<elbo::bernoulli>> {};
struct model : elbo::vae<encoder, decoder> {};
static_assert(elbo::parameter_count<model> == 64 * 4 + 4 + 2 * 64 + 64);

elbo::random_words words_of_the_other_unit();

int main() {
    std::printf("elbo %d.%d.%d, the description\n", elbo::version_major, elbo::version_minor, elbo::version_patch);
    return elbo::draws(1, "consumer").words(2) == words_of_the_other_unit() ? 0 : 1;
}
