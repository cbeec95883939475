// SPDX-License-Identifier: MIT
// Image completion of Sohn, Lee and Yan (2015): the rest of a digit, given a half of it or one, two or three quadrants.
//     cvae_completion --data mnist --set seen=1 --epochs 50                         on greys, as elsewhere
//     cvae_completion --data mnist --set seen=left --epochs 50 --set binarise=1
#include "harness.hpp"
#include "judge.hpp"

using namespace elbo;
using namespace elbo::examples;

struct encoder : stack<image, flatten, linear<500>, act::relu, linear<500>, act::relu, linear<100>, to<diagonal_normal<50>>> {};
template <class Which>
struct decoder : stack<shape<50>, join<seen_part<image, Which>>, linear<500>, act::relu, linear<500>, act::relu,
                       linear<missing_part<image, Which>::size>, to<bernoulli>> {};
template <class Which>
struct guess : stack<typename seen_part<image, Which>::seen, linear<500>, act::relu, linear<500>, act::relu, linear<100>,
                     to<diagonal_normal<50>>> {};
template <class Which>
struct completed : completion<encoder, decoder<Which>, guess<Which>, Which> {};

template <class Model>
rows<image> completions(run_of<Model>& run, std::span<const float> x, std::size_t each) {
    return run.model().sample(x.size() / image::size * each, 4, with<image>(each_times(x, image::size, each)));
}
template <class Model>
void pictures(run_of<Model>& run) {
    const auto x = run.set.test_rows(12);
    const auto given = run.model().template compute<image>([](auto& r) { Model::masked(r); }, x), made = completions(run, x, 8);
    run.show("completions", rows<image>{side_by_side(image::size, {{x, 1}, {given, 1}, {made, 8}})}, {.columns = 10},
             "Completions", "a test image, what is seen of it, eight completions");
    reconstructions(run, 50);
}
template <class Model>
void numbers(run_of<Model>& run) {
    terms_of_the_bound(run, run.train);
    likelihood_of(run, nll_images(run));
    const auto x    = run.set.test_rows(run.given.fast ? 20 : 1000);
    const auto made = completions(run, x, 10);
    for (std::size_t of : {1u, 10u})
        run.number("best of " + std::to_string(of), eval::least_squared_error(x, made, image::size, 10, of), "squared error of the best completion, an image");
    if (!run.set.splits.test.labelled()) return;
    const auto      truly = each_times(run.set.test_labels(x.size() / image::size), 1, 10);
    agreement_of(run, made, truly, "completed digits seen as what the image was");
}

int main(int argc, char** argv) {
    const trainer_card card{.name     = "cvae_completion",
                            .about    = "The rest of a digit, given a part of it",
                            .settings = {{"seen", std::string("left"), "left or top: a half; 1, 2 or 3: quadrants"},
                                         {"average", 0.999, "decay of the running average of the weights that is evaluated"}}};
    return main_of(card, argc, argv, [](const call& with) {
        const auto train = [&]<class Which>(Which) {
            using model = completed<Which>;
            return with.train<model>({.pictures = pictures<model>, .numbers = numbers<model>});
        };
        const std::string seen = with.one_of("seen", {"left", "top", "1", "2", "3"});
        if (seen == "left" || seen == "top") return seen == "left" ? train(left_half{}) : train(top_half{});
        return seen == "1" ? train(quadrants<1>{}) : seen == "2" ? train(quadrants<2>{}) : train(quadrants<3>{});
    });
}
