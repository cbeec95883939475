// SPDX-License-Identifier: MIT
// A trainer trains any model with a loss: here classifiers of the procedural digits. The digits are a task: no line
// divides them, and a small convolutional net does.
#define BOOST_TEST_MODULE classifier
#define BOOST_TEST_DYN_LINK
#include <boost/test/unit_test.hpp>

#include <elbo/elbo.hpp>
#include <elbo/host.hpp>
#include <elbo/io.hpp>
#include <elbo/train.hpp>

using namespace elbo;

namespace {

using image = shape<1, 28, 28>;
using digit = label<10>;

struct lines : stack<image, flatten, linear<10>, to<categorical<10>>> {};
struct curves : stack<image, conv<16, 4, 2, 1>, batch_norm<>, act::relu, conv<32, 4, 2, 1>, batch_norm<>, act::relu, flatten,
                      linear<64>, batch_norm<>, act::relu, linear<10>, to<categorical<10>>> {};

template <class Judge>
struct classifier {
    using inputs   = list<image, digit>;
    using networks = list<net<"judge", Judge>>;

    static constexpr auto objective(auto& record) {
        return minimise(term("surprise", -run<Judge>(record, input<image>(record)).log_density(input<digit>(record))));
    }
};

template <class Model, class Judge>
double accuracy(trainer<Model, host>& train, const data::images& test) {
    std::vector<float> x(test.size() * image::size);
    data::batches(test, {1, false, false}).pixels(x, 0, 0, test.size());
    const auto  guess = train.model().template compute<shape<10>>([](auto& r) { output(r, "result", run<Judge>(r, input<image>(r)).logits); }, x);
    std::size_t right = 0;
    for (std::size_t i = 0; i < test.size(); ++i)
        right += std::max_element(guess[i].begin(), guess[i].end()) - guess[i].begin() == test.labels[i];
    return static_cast<double>(right) / static_cast<double>(test.size());
}

template <class Judge>
double trained_accuracy(const data::splits& digits, double rate, std::uint64_t turns) {
    using model = classifier<Judge>;
    trainer<model, host> train({.learning_rate = schedules::cosine{rate, rate / 100, static_cast<double>(turns)}});
    train.fit(digits.train, epochs(turns));
    return accuracy<model, Judge>(train, digits.test);
}

}  // namespace

BOOST_AUTO_TEST_CASE(procedural_digits_are_a_task) {
    const auto   digits = data::procedural_digits({.train = 60000, .test = 10000});
    const double flat = trained_accuracy<lines>(digits, 2e-3, 10), deep = trained_accuracy<curves>(digits, 2e-3, 6);
    BOOST_TEST_MESSAGE("of 10,000 held-out images right: linear " << flat << ", convolutional " << deep);
    BOOST_TEST(flat > 0.8);
    BOOST_TEST(flat <= 0.92);
    BOOST_TEST(deep >= 0.99);
}
