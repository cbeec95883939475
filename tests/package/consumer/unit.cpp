// SPDX-License-Identifier: MIT

#include <elbo/elbo.hpp>

elbo::random_words words_of_the_other_unit();

elbo::random_words words_of_the_other_unit() { return elbo::draws(1, "consumer").words(2); }
