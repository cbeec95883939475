// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/io/batches.hpp>

ELBO_COMPILED_ONCE

namespace elbo::data {

// Images of which some say what they show. The others have no labels at all: there is no number that means "unknown".
struct half_labelled {
    images labelled, unlabelled;
};

// Keeps the labels of `count` images, as many of each class as of any other or one more; the rest lose theirs. The same
// ones for the same seed.
ELBO_OUTLINE inline half_labelled keep_labels(const images& set, std::size_t count, std::uint64_t seed) {
    if (!set.labelled()) throw std::invalid_argument(sentence({set.name, ": has no labels to keep"}));
    if (count == 0 || count > set.size())
        throw std::invalid_argument(sentence({set.name, ": cannot keep ", count, " labels of ", set.size()}));
    std::vector<std::size_t> wanted(set.classes, count / set.classes), found(set.classes, 0);
    const permutation        extra(set.classes, seed, "one more label");
    for (std::size_t i = 0; i < count % set.classes; ++i) ++wanted[extra(i)];

    std::vector<bool> kept(set.size());
    const permutation order(set.size(), seed, "keep labels");
    for (std::size_t i = 0; i < set.size(); ++i) {
        const std::size_t image = order(i), of = set.labels[image];
        if (found[of] < wanted[of]) kept[image] = true, ++found[of];
    }
    for (std::size_t c = 0; c < set.classes; ++c)
        if (found[c] < wanted[c])
            throw std::invalid_argument(sentence({set.name, ": cannot keep ", wanted[c], " labels of class ", c, ", it has ", found[c]}));
    held_out parts = split(set, kept);
    parts.rest.labels.clear(), parts.rest.classes = 0;
    return {std::move(parts.held), std::move(parts.rest)};
}

}  // namespace elbo::data
