// SPDX-License-Identifier: MIT

#include <every_header.hpp>

elbo::random_words words_of_the_other_unit();

elbo::random_words words_of_the_other_unit() { return elbo::draws(1, "two units").words(2); }
