// SPDX-License-Identifier: MIT
// How far a linear SVM can tell digits by their codes: pixels, principal components, VAEs with and without a pose of their own.
//     linear_separation --data mnist --set seeds=3
#include "separation.hpp"

#include <cstdio>

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
struct small_vae : vae<encoder_1<Z, H>, decoder_1<Z, H>> {};
template <std::size_t Z>
struct affine_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<6>> {};
template <std::size_t Z>
struct spline_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<18>, posed_by<thin_plate_pose<3>>> {};
template <std::size_t Z>
struct double_vae : transformer_vae<encoder<Z>, decoder<Z>, sees<6>, upright_encoder> {};
struct double_spline : transformer_vae<encoder<20>, decoder<20>, sees<18>, posed_by<thin_plate_pose<3>>, upright_encoder> {};

int main(int argc, char** argv) {
    const trainer_card card{.name = "linear_separation", .about = "How far a linear SVM can tell digits by their codes", .epochs = 50,
                            .settings = {{"rows", std::string("all"),
                                          "all, codes (all but pixels), or one: pixels, components, vae, affine, spline, double, double_spline; "
                                          "sizes: models of 2 and 24 numbers"},
                                         {"seeds", 1.0, "encoders for each row, from --seed on"},
                                         {"places", 0.0, "test images that are drawn in a plane, by t-SNE of their codes"}}};
    return examples::main_of(card, argc, argv, [](const examples::call& with) {
        const auto rows  = with.one_of("rows", {"all", "codes", "pixels", "components", "vae", "affine", "spline", "double", "double_spline", "sizes"});
        const auto wants = [&](const char* row) { return rows == row || rows == "all" || (rows == "codes" && std::string(row) != "pixels"); };
        if (const auto& o = with.given(); o.resume || o.summary || !o.evaluate.empty() || with.number("seeds") < 1) {
            std::fprintf(stderr, "linear_separation: a table of many models: no --resume, --summary or --evaluate, and seeds from 1 on\n");
            return exit_codes::wrong_arguments;
        }
        examples::separation_table table(with);  // the numbers below are C, as it was published
        if (wants("pixels")) table.add_pixels("raw pixels", 1);
        if (wants("components")) table.add_components("principal components", 1, {8, 20});
        if (wants("vae")) table.add<plain_vae<8>, plain_vae<20>>("VAE", 1);
        if (wants("vae")) table.add<small_vae<8, 512>>("VAE as published", 1), table.add<small_vae<20, 128>>("VAE as published", 10);
        if (wants("affine")) table.add<affine_vae<8>, affine_vae<20>>("affine", 0.01);
        if (wants("spline")) table.add<spline_vae<8>, spline_vae<20>>("thin plate", 1);
        if (wants("double")) table.add<double_vae<8>, double_vae<20>>("double", 1);
        if (wants("double_spline")) table.add<double_spline>("double thin plate", 1);
        if (rows == "sizes") table.add<affine_vae<2>, affine_vae<24>>("affine", 0.01);
        if (rows == "sizes") table.add<double_vae<2>, double_vae<24>>("double", 1);
        return 0;
    });
}
