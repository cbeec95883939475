// SPDX-License-Identifier: MIT
// Spatial transformers, Jaderberg et al. (2015): a classifier of distorted digits that turns them upright, or a plain one of equal size.
//     spatial_transformer_classifier --data mnist --set digits=rotated|scattered --set transformer=affine|tps|none
#include "harness.hpp"

#include <elbo/io/distort.hpp>

using namespace elbo;

using digit = label<10>;
template <std::size_t Side>
using image = shape<1, Side, Side>;

template <std::size_t Side, std::size_t Wide>
struct reader : stack<image<Side>, conv<32, 5>, act::relu, max_pool<2>, conv<32, 5>, act::relu, max_pool<2>, flatten, linear<Wide>, act::relu, dropout<50>, linear<10>, to<categorical<10>>> {};
template <std::size_t Side, class Pose>
struct turner : stack<image<Side>, transformed_by<Pose, max_pool<2>, conv<20, 5>, act::relu, max_pool<2>, flatten, linear<32>, act::relu, linear<Pose::size, zeros>>> {};

template <std::size_t Side, class Reader, class... Turner>
struct classifier {
    using data     = image<Side>;
    using inputs   = list<data, digit>;
    using networks = list<net<"reader", Reader>, net<"turner", Turner>...>;

    template <class R>
    static constexpr auto upright(R& record) {
        if constexpr (sizeof...(Turner) == 0) return input<data>(record);
        else return run<Turner...>(record, input<data>(record));
    }
    static constexpr auto objective(auto& record) { return minimise(term("surprise", -run<Reader>(record, upright(record)).log_density(input<digit>(record)))); }
    static constexpr void logits(auto& record) { output(record, "result", run<Reader>(record, upright(record)).logits); }
    static constexpr void turn_upright(auto& record) { output(record, "result", upright(record)); }
};
template <std::size_t Side, std::size_t Wide>
struct plain : classifier<Side, reader<Side, Wide>> {};
template <std::size_t Side, class Pose>
struct turning : classifier<Side, reader<Side, 128>, turner<Side, Pose>> {};
static_assert(100 * parameter_count<plain<28, 160>> >= 99 * parameter_count<turning<28, affine_pose>> && 100 * parameter_count<plain<42, 155>> >= 99 * parameter_count<turning<42, affine_pose>>);

template <class Model>
int train(const examples::call& with, const data::distortion& how) {
    const auto moved    = [&](examples::data_set& set) { for (auto [images, seed] : {std::pair(&set.splits.train, 1u), std::pair(&set.splits.test, 2u), std::pair(&set.held_out, 3u)}) *images = data::distorted(*images, how, seed); };
    const auto numbers  = [](examples::run_of<Model>& run) {
        examples::terms_of_the_bound(run, run.train);
        const auto  guess = run.model().template compute<shape<10>>([](auto& r) { Model::logits(r); }, run.set.test_rows(10000));
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < guess.size(); ++i) wrong += std::max_element(guess[i].begin(), guess[i].end()) - guess[i].begin() != run.set.splits.test.labels[i];
        run.number("test error", 100.0 * static_cast<double>(wrong) / static_cast<double>(guess.size()), "% of " + std::to_string(guess.size()) + " test images");
    };
    const auto pictures = [](examples::run_of<Model>& run) {
        const auto x = run.set.test_rows(30);
        const rows<typename Model::data> pairs{examples::interleaved(x, run.model().template compute<typename Model::data>([](auto& r) { Model::turn_upright(r); }, x), Model::data::size)};
        run.show("upright", pairs, {.columns = 10}, "Turned upright", "rows of test images, below them what is read");
    };
    return with.train<Model>({.pictures = pictures, .numbers = numbers, .data = moved});
}
template <std::size_t Side, std::size_t Wide>
int choose(const examples::call& with, const data::distortion& how) {
    const std::string transformer = with.one_of("transformer", {"affine", "tps", "none"});
    if (transformer == "none") return train<plain<Side, Wide>>(with, how);
    return transformer == "tps" ? train<turning<Side, thin_plate_pose<4>>>(with, how) : train<turning<Side, affine_pose>>(with, how);
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "spatial_transformer_classifier", .about = "A classifier that turns digits upright", .epochs = 10,
                            .settings = {{"digits", std::string("rotated"), "rotated by up to a quarter turn, or scattered: turned, scaled and anywhere in 42 x 42 pixels"},
                                         {"transformer", std::string("affine"), "affine, tps (a thin-plate spline) or none: a plain net of as many parameters"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        return with.one_of("digits", {"rotated", "scattered"}) == "rotated" ? choose<28, 160>(with, data::rotated) : choose<42, 155>(with, data::scattered);
    });
}
