// SPDX-License-Identifier: MIT
// Training fc_vae at other sizes: whole steps, data in memory, as train_step.cpp times them.
//     scaling THREADS [BATCH]  images/s, of that batch alone or of all sizes. Each line: batch or width, how large, images/s
//     scaling draw FILE NAME   a plot of the lines on standard input, each "x y name of who", as FILE; NAME is what x is

#include "bench.hpp"
#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/io.hpp>
#include <elbo/train.hpp>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

using namespace elbo;

namespace {

template <int Width>
struct encoder_of : stack<bench::image, flatten, linear<Width>, act::tanh, linear<40>, to<diagonal_normal<20>>> {};
template <int Width>
struct decoder_of : stack<shape<20>, linear<Width>, act::tanh, linear<784>, reshape<bench::image>, to<bernoulli>> {};
template <int Width>
struct vae_of : vae<encoder_of<Width>, decoder_of<Width>> {};

template <class Model>
void measure_size(const char* what, std::size_t size, std::size_t batch, int threads) {
    trainer<Model, host> train{{.batch = batch, .seed = 1}, {.threads = threads}};
    const auto           x = train.input(0);
    std::fill(x.begin(), x.end(), 0.5f);
    const double t = bench::median_seconds([&] { train.take_step(batch, 0); });
    std::printf("%s %zu %.0f\n", what, size, static_cast<double>(batch) / t);
    std::fflush(stdout);
}

void draw_plot(const char* path, const char* of) {
    std::vector<io::series> lines;
    double                  x = 0, y = 0;
    for (std::string name; std::cin >> x >> y && std::getline(std::cin >> std::ws, name);) {
        auto line = std::find_if(lines.begin(), lines.end(), [&](const io::series& s) { return s.name == name; });
        if (line == lines.end()) line = lines.insert(lines.end(), io::series{name, {}, {}});
        line->x.push_back(x), line->y.push_back(y);
    }
    io::write_svg(path, io::line_plot(lines, {.x_label = of, .y_label = "images a second", .log_x = true, .log_y = true}));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == "draw") return draw_plot(argv[2], argv[3]), 0;
    const int threads = argc > 1 ? std::max(1, std::atoi(argv[1])) : 1;
    if (argc == 3) {
        const auto batch = static_cast<std::size_t>(std::max(1, std::atoi(argv[2])));
        return measure_size<vae_of<500>>("batch", batch, batch, threads), 0;
    }
    for (const std::size_t batch : {1, 4, 16, 64, 256, 1024, 4096}) measure_size<vae_of<500>>("batch", batch, batch, threads);
    measure_size<vae_of<64>>("width", 64, 100, threads);
    measure_size<vae_of<256>>("width", 256, 100, threads);
    measure_size<vae_of<1024>>("width", 1024, 100, threads);
    measure_size<vae_of<4096>>("width", 4096, 100, threads);
}
