// SPDX-License-Identifier: MIT
// Spatial transformers, Jaderberg et al. (2015): a classifier of distorted digits that turns them upright, or a plain one of equal size.
//     spatial_transformer_classifier --data mnist --set digits=rotated|scattered --set transformer=affine|tps|none
#include "harness.hpp"

#include <elbo/io/distort.hpp>

using namespace elbo;
using digit = label<10>;

template <std::size_t Side, std::size_t Wide>
struct reader : stack<shape<1, Side, Side>, conv<32, 5>, act::relu, max_pool<2>, conv<32, 5>, act::relu, max_pool<2>, flatten, linear<Wide>, act::relu, dropout<50>, linear<10>, to<categorical<10>>> {};
template <class Pose>
struct transformer : transformed_by<Pose, max_pool<2>, conv<20, 5>, act::relu, max_pool<2>, flatten, linear<32>, act::relu, linear<Pose::size, zeros>> {};
template <std::size_t Side, class... Transformer>
struct turner : stack<shape<1, Side, Side>, Transformer...> {};  // what it is not given it leaves as it is

template <std::size_t Side, std::size_t Wide, class... Transformer>
struct classifier {
    using data     = shape<1, Side, Side>;
    using classes  = shape<10>;
    using reads    = reader<Side, Wide>;
    using turns    = turner<Side, Transformer...>;
    using inputs   = list<data, digit>;
    using networks = list<net<"reader", reads>, net<"turner", turns>>;

    static constexpr auto upright(auto& record) { return run<turns>(record, input<data>(record)); }
    static constexpr auto objective(auto& record) { return minimise(term("surprise", -run<reads>(record, upright(record)).log_density(input<digit>(record)))); }
    static constexpr void logits(auto& record) { output(record, "result", run<reads>(record, upright(record)).logits); }
    static constexpr void turn_upright(auto& record) { output(record, "result", upright(record)); }
};
using turns_rotated = classifier<28, 128, transformer<affine_pose>>;
static_assert(parameter_count<classifier<28, 160>> >= 0.99 * parameter_count<turns_rotated>);
template <class Model>
int train(const examples::call& with, const data::distortion& how) {
    const auto moved = [&](examples::data_set& set, const options& given) {
        set.splits.train = data::distorted(set.splits.train, how, 1, static_cast<std::size_t>(given.number("times")));
        for (auto* some : {&set.splits.test, &set.held_out}) *some = data::distorted(*some, how, some->size());
    };
    const auto pictures = [](examples::run_of<Model>& run) {
        const auto x = run.set.test_rows(30), turned = run.model().template compute<typename Model::data>([](auto& r) { Model::turn_upright(r); }, x).values;
        run.show("upright", rows<typename Model::data>{examples::interleaved(x, turned, Model::data::size)}, {.columns = 10}, "Turned upright", "rows of test images, below them what is read");
    };
    return with.train<Model>({.pictures = pictures, .numbers = [](examples::run_of<Model>& run) { examples::terms_of_the_bound(run, run.train), examples::test_error(run); }, .data = moved});
}
template <std::size_t Side, std::size_t Wide>
int choose(const examples::call& with, const data::distortion& how) {
    const auto by = with.one_of("transformer", {"affine", "tps", "none"});
    if (by == "none") return train<classifier<Side, Wide>>(with, how);
    return by == "tps" ? train<classifier<Side, 128, transformer<thin_plate_pose<4>>>>(with, how) : train<classifier<Side, 128, transformer<affine_pose>>>(with, how);
}
int main(int argc, char** argv) {
    const trainer_card card{.name = "spatial_transformer_classifier", .about = "A classifier that turns digits upright", .epochs = 10,
                            .settings = {{"digits", std::string("rotated"), "rotated by up to a quarter turn, or scattered: turned, scaled and anywhere in 42 x 42 pixels"},
                                         {"transformer", std::string("affine"), "affine, tps (a thin-plate spline) or none: a plain net of as many parameters"},
                                         {"times", 1.0, "over which every training image is there, each time moved anew; an epoch sees all"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("digits", {"rotated", "scattered"}) == "rotated" ? choose<28, 160>(with, data::rotated) : choose<42, 155>(with, data::scattered);
    });
}
