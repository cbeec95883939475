// SPDX-License-Identifier: MIT
// Variational autoencoders whose pose is no part of the code, Vivé and Amit (2017): what is decoded is moved to where it is seen.
//     transformer_vae --set kind=double     the encoder too sees the image with its pose undone
#include "harness.hpp"

using namespace elbo;
using image = shape<1, 28, 28>;

template <std::size_t Numbers, class... Ending>
struct sees : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<Numbers, normal_init<1, 200>>, Ending...> {};
template <std::size_t Z>
struct encoder : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<2 * Z>, to<diagonal_normal<Z>>> {};
template <std::size_t Z>
struct decoder : stack<shape<Z>, linear<256>, act::relu, linear<256>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};

template <std::size_t Z, class Pose, class... Kind>
struct by_image : transformer_vae<encoder<Z>, decoder<Z>, sees<Pose::size, act::tanh>, posed_by<Pose>, Kind...> {};
template <class Pose, class Prior, class... Kind>
struct by_prior : transformer_vae<encoder<20>, decoder<20>, sees<2 * Prior::input::size, to<diagonal_normal<Prior::input::size>>>, posed_by<Pose>, pose_prior<Prior>, Kind...> {};

template <class Model>
void pictures(examples::run_of<Model>& run) {
    examples::standard_pictures(run);
    const auto of = [&](auto what, auto from) { return run.model().template compute<image>(what, from); };
    const auto x = run.set.test_rows(30);
    const auto seen = of([](auto& r) { Model::unposed(r); }, std::span<const float>(x)), upright = of([](auto& r) { Model::reconstruct_upright(r); }, std::span<const float>(x)), back = run.model().reconstruct(x);
    run.show("strips", rows<image>{examples::strips({x, seen, upright, back}, image::size)}, {.columns = 10}, "Poses", "test images, as the encoder sees them, upright from their codes, and reconstructed");
    if constexpr (Model::has_pose_prior)
        run.show("samples_upright", of([](auto& r) { Model::generate_upright(r); }, drawn{100}), {.columns = 10}, "Samples in one pose", "the codes of the samples above");
}

template <class Pose, class... Kind>
int train(const examples::call& with) {
    const auto model = [&]<class Model>(type_of<Model>) { return with.train<Model>({.pictures = pictures<Model>}); };
    const auto prior = [&]<class Prior>(type_of<Prior>) { return model(type_of<by_prior<Pose, Prior, Kind...>>{}); };
    constexpr bool all   = !std::is_same_v<Pose, scaled_pose>;
    const bool     plane = with.one_of("latent", {"20", "2"}) == "2";
    const auto     one   = with.one_of("prior", plane ? std::vector<std::string>{"none"} : all ? std::vector<std::string>{"none", "located", "centred", "correlated", "low_rank", "neural"} : std::vector<std::string>{"none", "located"});
    if (plane) return model(type_of<by_image<2, Pose, Kind...>>{});
    if constexpr (all) {
        if (one == "centred") return prior(type_of<centred_poses<Pose>>{});
        if (one == "correlated") return prior(type_of<correlated_poses<Pose>>{});
        if (one == "low_rank") return prior(type_of<correlated_poses<Pose, 3>>{});
        if (one == "neural") return prior(type_of<neural_poses<Pose>>{});
    }
    return one == "none" ? model(type_of<by_image<20, Pose, Kind...>>{}) : prior(type_of<located_poses<Pose>>{});
}

int main(int argc, char** argv) {
    const trainer_card card{.name = "transformer_vae", .about = "Variational autoencoders with a pose beside the code",
                            .settings = {{"kind", std::string("affine"), "affine, tps (a thin-plate spline), double or double_tps (the encoder sees upright)"}, {"pose", std::string("affine"), "affine, by six numbers, or scaled, by scales, angle and shift"},
                                         {"prior", std::string("none"), "of poses: none, centred, located, correlated, low_rank or neural; scaled ones: none or located"}, {"latent", std::string("20"), "numbers in a code: 20, or 2 where the poses have no prior"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const std::string kind   = with.one_of("kind", {"affine", "tps", "double", "double_tps"});
        const bool        scaled = with.one_of("pose", kind.ends_with("tps") ? std::vector<std::string>{"affine"} : std::vector<std::string>{"affine", "scaled"}) == "scaled";
        if (kind.ends_with("tps")) return kind == "tps" ? train<thin_plate_pose<3>>(with) : train<thin_plate_pose<3>, upright_encoder>(with);
        if (kind == "affine") return scaled ? train<scaled_pose>(with) : train<affine_pose>(with);
        return scaled ? train<scaled_pose, upright_encoder>(with) : train<affine_pose, upright_encoder>(with);
    });
}
