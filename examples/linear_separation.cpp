// SPDX-License-Identifier: MIT
// How far a linear SVM can tell digits by their codes: pixels, principal components, VAEs with and without a pose of their own.
//     linear_separation --data mnist --epochs 50 --set protocol=fair --set seeds=3
#include "separation.hpp"

using namespace elbo;
using image = shape<1, 28, 28>;

template <std::size_t Z, std::size_t H>
struct encoder_1 : stack<image, flatten, linear<H>, act::relu, linear<2 * Z>, to<diagonal_normal<Z>>> {};
template <std::size_t Z, std::size_t H>
struct decoder_1 : stack<shape<Z>, linear<H>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};
template <std::size_t Z>
struct encoder : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<2 * Z>, to<diagonal_normal<Z>>> {};
template <std::size_t Z>
struct decoder : stack<shape<Z>, linear<256>, act::relu, linear<256>, act::relu, linear<784>, reshape<image>, to<bernoulli>> {};
template <std::size_t Numbers>
struct sees : stack<image, flatten, linear<256>, act::relu, linear<256>, act::relu, linear<Numbers, normal_init<1, 200>>, act::tanh> {};
template <std::size_t Z>
struct plain_vae : vae<encoder<Z>, decoder<Z>> {};
template <std::size_t Z, std::size_t H>
struct small_vae : vae<encoder_1<Z, H>, decoder_1<Z, H>> {};  // as in the paper's table
template <std::size_t Z>
struct affine_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<6>> {};
template <std::size_t Z>
struct spline_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<18>, posed_by<thin_plate_pose<3>>> {};
template <std::size_t Z>
struct double_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<6>, upright_encoder> {};
struct double_spline : transformer_vae<encoder<20>, decoder<20>, sees<18>, posed_by<thin_plate_pose<3>>, upright_encoder> {};

int main(int argc, char** argv) {
    const trainer_card card{.name = "linear_separation", .about = "How far a linear SVM can tell digits by their codes", .epochs = 50,
                            .settings = {{"protocol", std::string("fair"), "fair: codes standardised, C chosen, one size of nets; paper: as in the paper's table"},
                                         {"rows", std::string("all"), "all, codes (all but pixels), models, or one: pixels, components, vae, affine, spline, double, double_spline"}, {"seeds", 1.0, "encoders for each row, from --seed on"}, {"places", 0.0, "test images that are drawn in a plane, by t-SNE of their codes"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const bool fair = with.one_of("protocol", {"fair", "paper"}) == "fair";
        const auto rows = with.one_of("rows", {"all", "codes", "models", "pixels", "components", "vae", "affine", "spline", "double", "double_spline"});
        const auto wants = [&](const char* row, bool code = true, bool model = true) { return rows == row || rows == "all" || (rows == "codes" && code) || (rows == "models" && model); };
        const auto set  = examples::load_data(with.given());
        const auto raw  = examples::raw_pixels(set.splits);
        examples::separation_table table(with.given().out, raw, set.splits.test, static_cast<std::size_t>(with.number("places")));
        const auto add = [&](const char* name, const examples::coded_images& codes) { table.add(name, {separate(codes, set.splits, fair, 1, with.given().seed)}, codes); };
        if (wants("pixels", false, false)) add("raw pixels", raw);
        if (wants("components", true, false)) add("principal components", projected(raw, 8)), add("principal components", projected(raw, 20));
        const auto train = [&]<class Model>(type_of<Model>, const char* name, double c) {
            const auto                        first = examples::coded_by<Model>(with, set, raw, with.given().seed);
            std::vector<examples::separation> seeds{separate(first, set.splits, fair, c, with.given().seed)};
            for (std::uint64_t s = 1; s < static_cast<std::uint64_t>(with.number("seeds")); ++s)
                seeds.push_back(separate(examples::coded_by<Model>(with, set, raw, with.given().seed + s), set.splits, fair, c, with.given().seed));
            table.add(name, seeds, first);
        };
        if (wants("vae") && fair) train(type_of<plain_vae<8>>{}, "VAE", 1), train(type_of<plain_vae<20>>{}, "VAE", 1);
        if (wants("vae") && !fair) train(type_of<small_vae<8, 512>>{}, "VAE", 1), train(type_of<small_vae<20, 128>>{}, "VAE", 10);
        if (wants("affine")) train(type_of<affine_vae<8>>{}, "affine", 0.01), train(type_of<affine_vae<20>>{}, "affine", 0.01);
        if (wants("spline")) train(type_of<spline_vae<8>>{}, "thin plate", 1), train(type_of<spline_vae<20>>{}, "thin plate", 1);
        if (wants("double")) train(type_of<double_vae<8>>{}, "double", 1), train(type_of<double_vae<20>>{}, "double", 1);
        if (wants("double_spline")) train(type_of<double_spline>{}, "double thin plate", 1);
        return 0;
    });
}
