// SPDX-License-Identifier: MIT
// Images of which some have labels: which keep theirs, and how a model with two batches is fed.
#define BOOST_TEST_MODULE half_labelled
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include "parity/models.hpp"

#include <elbo/train.hpp>

#include <set>

using namespace elbo;

namespace {

// Image i is 8 x 8, its first pixel i, of class i % 5.
data::images numbered(std::size_t count) {
    data::images set;
    set.name = "numbered", set.height = set.width = 8, set.classes = 5;
    for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t p = 0; p < 64; ++p) set.pixels.push_back(p == 0 ? static_cast<std::uint8_t>(i) : static_cast<std::uint8_t>(17 * p));
        set.labels.push_back(static_cast<std::uint8_t>(i % 5));
    }
    return set;
}
std::set<int> numbers_in(const data::images& set) {
    std::set<int> out;
    for (std::size_t i = 0; i < set.size(); ++i) out.insert(set[i][0]);
    return out;
}
template <class F>
std::string complaint_of(F f) {
    try {
        f();
    } catch (const std::exception& e) {
        return e.what();
    }
    return "none";
}

}  // namespace

BOOST_AUTO_TEST_CASE(as_many_labels_of_each_class) {
    const auto         set   = numbered(200);
    const auto         parts = data::keep_labels(set, 40, 3);
    std::map<int, int> of;
    for (const std::uint8_t y : parts.labelled.labels) ++of[y];
    for (const auto& [digit, count] : of) BOOST_TEST(count == 8);
    BOOST_TEST(of.size() == 5);
    BOOST_TEST((parts.labelled.size() == 40 && parts.unlabelled.size() == 160));
    BOOST_TEST((parts.labelled.labelled() && !parts.unlabelled.labelled()));
    for (std::size_t i = 0; i < 40; ++i) BOOST_TEST(parts.labelled[i][0] % 5 == parts.labelled.labels[i]);
    const auto         a = numbers_in(parts.labelled), b = numbers_in(parts.unlabelled);
    std::set<int>      both = a;
    both.insert(b.begin(), b.end());
    BOOST_TEST((a.size() + b.size() == 200 && both.size() == 200));
    BOOST_TEST((numbers_in(data::keep_labels(set, 40, 3).labelled) == a));
    BOOST_TEST((numbers_in(data::keep_labels(set, 40, 4).labelled) != a));
    BOOST_TEST(data::keep_labels(set, 42, 3).labelled.size() == 42);
}
BOOST_AUTO_TEST_CASE(one_clear_line) {
    auto set = numbered(20);
    BOOST_TEST(complaint_of([&] { data::keep_labels(set, 21, 1); }) == "numbered: cannot keep 21 labels of 20");
    BOOST_TEST(complaint_of([&] { data::keep_labels(set, 0, 1); }) == "numbered: cannot keep 0 labels of 20");
    set.labels[0] = 1;
    BOOST_TEST(complaint_of([&] { data::keep_labels(set, 20, 1); }) == "numbered: cannot keep 4 labels of class 0, it has 3");
    set.labels.clear();
    BOOST_TEST(complaint_of([&] { data::keep_labels(set, 5, 1); }) == "numbered: has no labels to keep");
    trainer<parity::two_batches, host> train{{.batch = 10}, {.threads = 1}};
    BOOST_TEST(complaint_of([&] { train.fit(set, epochs(1)); }) == "numbered: expected labels, got none");
}
// Each axis sees its own images, all of them in an epoch of its own; the larger set says what an epoch is.
BOOST_AUTO_TEST_CASE(each_batch_has_its_images) {
    const auto                         parts = data::keep_labels(numbered(100), 30, 1);
    const auto                         known = numbers_in(parts.labelled), others = numbers_in(parts.unlabelled);
    trainer<parity::two_batches, host> train{{.batch = 20, .seed = 2}, {.threads = 1}};
    std::multiset<int>                 seen, unseen;
    struct listener {
        trainer<parity::two_batches, host>* of;
        std::multiset<int>*                 seen;
        std::multiset<int>*                 unseen;
        bool after_step(const progress_event& now) {
            const std::size_t labelled = now.step % 2 == 1 ? 20 : 10, rest = now.step % 4 == 0 ? 10 : 20;
            for (std::size_t r = 0; r < labelled; ++r) seen->insert(static_cast<int>(std::lround(255 * of->input(0)[r * 64])));
            for (std::size_t r = 0; r < rest; ++r) unseen->insert(static_cast<int>(std::lround(255 * of->input(2)[r * 64])));
            for (std::size_t r = 0; r < labelled; ++r)
                BOOST_TEST(static_cast<int>(std::lround(255 * of->input(0)[r * 64])) % 5 == static_cast<int>(of->input(1)[r]));
            return true;
        }
    };
    BOOST_TEST(train.fit(parts, epochs(2), listener{&train, &seen, &unseen}));
    BOOST_TEST(train.step() == 8);  // 70 images in batches of 20, twice
    for (int i : known) BOOST_TEST(seen.count(i) == 4);
    for (int i : others) BOOST_TEST(unseen.count(i) == 2);
    BOOST_TEST((seen.size() == 120 && unseen.size() == 140));
}
BOOST_AUTO_TEST_CASE(goes_on_where_it_stopped) {
    const auto parts = data::keep_labels(numbered(100), 30, 1);
    const auto after = [&](std::initializer_list<std::uint64_t> until) {
        trainer<parity::two_batches, host> train{{.batch = 20, .seed = 2}, {.threads = 1}};
        for (std::uint64_t n : until) train.fit(parts, epochs(n));
        return std::vector<float>(train.model().parameters().begin(), train.model().parameters().end());
    };
    BOOST_TEST((after({3}) == after({1, 2, 3})));
}
// Held out images with labels stand in for both.
BOOST_AUTO_TEST_CASE(one_set_for_both) {
    trainer<parity::two_batches, host> train{{.batch = 20, .seed = 2}, {.threads = 1}};
    const auto                         terms = train.evaluate(numbered(50));
    BOOST_TEST(terms.size() > 1);
    for (const named_value& t : terms) BOOST_TEST(std::isfinite(t.value), t.name);
}
