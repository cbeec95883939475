// SPDX-License-Identifier: MIT
// Image completion of Sohn, Lee and Yan (2015): the rest of a digit, given a half of it or one, two or three quadrants.
//     cvae_completion --data mnist --set seen=1 --epochs 50                         on greys, as elsewhere
//     cvae_completion --data mnist --set seen=left --epochs 50 --set binarise=1
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;

using image = shape<1, 28, 28>;

struct encoder : stack<image, flatten, linear<500>, act::relu, linear<500>, act::relu, linear<100>, to<diagonal_normal<50>>> {};
template <class Which>
struct decoder : stack<shape<50>, join<seen_part<image, Which>>, linear<500>, act::relu, linear<500>, act::relu,
                       linear<missing_part<image, Which>::size>, to<bernoulli>> {};
template <class Which>
struct guess : stack<typename seen_part<image, Which>::seen, linear<500>, act::relu, linear<500>, act::relu, linear<100>, to<diagonal_normal<50>>> {};
template <class Which>
struct completed : completion<encoder, decoder<Which>, guess<Which>, Which> {};

template <class Model>
rows<image> completions(examples::run_of<Model>& run, std::span<const float> x, std::size_t each) {
    const auto again = examples::each_times(x, image::size, each);
    return run.model().sample(again.size() / image::size, 4, with<image>(again));
}
template <class Model>
void pictures(examples::run_of<Model>& run) {
    const auto x = run.set.test_rows(12);
    const auto given = run.model().template compute<image>([](auto& r) { Model::masked(r); }, x), made = completions(run, x, 8);
    run.show("completions", rows<image>{examples::side_by_side(image::size, {{x, 1}, {given, 1}, {made, 8}})}, {.columns = 10},
             "Completions", "a test image, what is seen of it, eight completions");
    examples::reconstructions(run, 50);
}
template <class Model>
void numbers(examples::run_of<Model>& run) {
    examples::terms_of_the_bound(run, run.train);
    const std::size_t count = run.given.fast ? 0 : static_cast<std::size_t>(run.given.number("nll_images"));
    if (count > 0) examples::likelihood_of(run, count);

    const auto x = run.set.test_rows(run.given.fast ? 20 : 1000), y = run.set.test_labels(x.size() / image::size);
    const auto made = completions(run, x, 10);
    double     first = 0, best = 0;
    for (std::size_t i = 0; i < y.size(); ++i) {
        std::vector<double> errors(10, 0.0);
        for (std::size_t p = 0; p < 10 * image::size; ++p) {
            const auto off = static_cast<double>(made[10 * i + p / image::size][p % image::size] - x[i * image::size + p % image::size]);
            errors[p / image::size] += off * off / static_cast<double>(y.size());
        }
        first += errors[0], best += *std::min_element(errors.begin(), errors.end());
    }
    run.number("squared error", first, "of a completion, an image, over its missing pixels");
    run.number("best of 10", best, "the same, of the best of ten");
    examples::judge judge(run.set.splits, run.train.machine().threads(), run.given.fast ? 1 : 6);
    examples::agreement_of(run, judge, made, examples::each_times(y, 1, 10), "completed digits seen as what the image was");
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "cvae_completion",
                            .about    = "The rest of a digit, given a part of it",
                            .settings = {{"seen", std::string("left"), "left or top: a half; 1, 2 or 3: quadrants"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const auto train = [&]<class Which>(Which) { return with.train<completed<Which>>({.pictures = pictures<completed<Which>>, .numbers = numbers<completed<Which>>}); };
        const std::string seen = with.one_of("seen", {"left", "top", "1", "2", "3"});
        if (seen == "left" || seen == "top") return seen == "left" ? train(left_half{}) : train(top_half{});
        return seen == "1" ? train(quadrants<1>{}) : seen == "2" ? train(quadrants<2>{}) : train(quadrants<3>{});
    });
}
