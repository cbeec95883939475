// SPDX-License-Identifier: MIT
#include "separation.hpp"

#include <elbo/eval/folds.hpp>
#include <elbo/eval/linear_svm.hpp>
#include <elbo/eval/principal_components.hpp>
#include <elbo/eval/tsne.hpp>
#include <elbo/io.hpp>

#include <cstdio>
#include <filesystem>

namespace elbo::examples {

namespace {

std::vector<float> pixels_of(const data::images& set) {
    std::vector<float> x(set.pixels.size());
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(set.pixels[i]) / 255.0f;
    return x;
}

// Fitted to one, judged on the other, in %.
double judged(eval::points x, eval::class_labels y, eval::points held, eval::class_labels held_y, bool standardised, double c) {
    const eval::svm_options how{.c = c, .tolerance = 1e-3};
    if (!standardised) return 100 * eval::linear_svm<>(x, y, how).accuracy(held, held_y);
    const eval::standardisation of(x);
    const std::vector<float>    z = of(x), held_z = of(held);
    return 100 * eval::linear_svm<>({z, x.width}, y, how).accuracy({held_z, x.width}, held_y);
}

double chosen_c(eval::points x, eval::class_labels y, std::uint64_t seed) {
    const auto part = eval::stratified_folds(y, 6, seed);
    const auto rest = eval::rows_where(x, y, [&](std::size_t i) { return part[i] != 0; });
    const auto held = eval::rows_where(x, y, [&](std::size_t i) { return part[i] == 0; });
    double     best = 0, most = -1;
    for (const double c : {0.01, 0.1, 1.0, 10.0})
        if (const double right = judged(rest.rows(), rest.labels, held.rows(), held.labels, true, c); right > most) best = c, most = right;
    return best;
}

}  // namespace

coded_images raw_pixels(const data::splits& set) { return {pixels_of(set.train), pixels_of(set.test), set.train.image_size()}; }

coded_images projected(const coded_images& raw, std::size_t components) {
    const eval::principal_components to({raw.train, raw.width}, components);
    return {to.project({raw.train, raw.width}), to.project({raw.test, raw.width}), components};
}

separation separate(const coded_images& codes, const data::splits& set, bool fair, double c, std::uint64_t seed) {
    const eval::points       x(codes.train, codes.width), held(codes.test, codes.width);
    const eval::class_labels y = set.train.labels, held_y = set.test.labels;
    separation               s;
    double                   unused = 0;
    s.c               = fair ? chosen_c(x, y, seed) : c;
    const auto scores = eval::cross_validated(x, y, eval::stratified_folds(y, 9, seed + 1), [&](const auto& rest, const auto& out) {
        return judged(rest.rows(), rest.labels, out.rows(), out.labels, fair, s.c);
    });
    const auto of = eval::spread_of(scores);
    for (const named_value& v : codes.loss) (v.name == "loss" ? s.loss : v.name == "reconstruction" ? s.reconstruction : unused) = v.value;
    s.cross = of.mean, s.deviation = of.deviation, s.test = judged(x, y, held, held_y, fair, s.c);
    return s;
}

separation_table::separation_table(std::string folder, const coded_images& raw, const data::images& test, std::size_t places)
    : folder_(std::move(folder)), test_(test), strips_{{"", {raw.test.begin(), raw.test.begin() + static_cast<std::ptrdiff_t>(std::min(raw.test.size(), 10 * raw.width))}}}, places_(places) {
    std::filesystem::create_directories(folder_);
}

void separation_table::add(const std::string& name, const std::vector<separation>& seeds, const coded_images& first) {
    std::vector<double> cross, deviation, test;
    std::string         c, loss;
    char                room[256];
    std::vector<double> reconstruction, bound;
    std::size_t         poor = 0;
    for (const separation& s : seeds) {
        std::snprintf(room, sizeof room, "%s%g", c.empty() ? "" : ", ", s.c);
        cross.push_back(s.cross), deviation.push_back(s.deviation), test.push_back(s.test), c += room;
        reconstruction.push_back(s.reconstruction), bound.push_back(s.loss);
    }
    for (const double b : bound) poor += b > *std::min_element(bound.begin(), bound.end()) + 2;
    if (!first.loss.empty()) std::snprintf(room, sizeof room, "%.1f / %.1f | %zu of %zu", eval::spread_of(reconstruction).mean, eval::spread_of(bound).mean, poor, seeds.size()), loss = room;
    else loss = " | ";
    const auto over = eval::spread_of(test);
    if (text_.empty()) text_ = "| codes | numbers | 9 folds, % (+- over folds) | test, % (+- over seeds) | C | test reconstruction / loss | poor optima |\n|---|---|---|---|---|---|---|\n", std::printf("%s", text_.c_str());
    std::snprintf(room, sizeof room, "| %s | %zu | %.2f +- %.2f | %.2f +- %.2f | %s | %s |\n", name.c_str(), first.width, eval::spread_of(cross).mean, eval::spread_of(deviation).mean, over.mean, over.deviation, c.c_str(), loss.c_str());
    std::printf("%s", room);
    std::fflush(stdout);
    text_ += room;
    io::write_atomically(folder_ + "/separation.md", std::string_view(text_));
    if (!first.again.empty()) draw_strips(name, first);
    if (places_ > 0) draw_places(name, first);
}

void separation_table::draw_strips(const std::string& name, const coded_images& of) {
    if (strips_.back().name == name) strips_.pop_back();
    strips_.push_back({name, of.again});
    std::vector<float> all;
    for (const strip& s : strips_) all.insert(all.end(), s.images.begin(), s.images.end());
    io::write_png(folder_ + "/strips.png", grid_of_rows(all, test_.channels, test_.height, test_.width, {.columns = 10, .scale = 2}));
}

void separation_table::draw_places(const std::string& name, const coded_images& of) const {
    const std::size_t n = std::min(places_, test_.size());
    const auto        x = eval::standardisation({of.test, of.width})({of.test, of.width});
    const auto        y = eval::tsne(eval::points(x, of.width).first(n));
    std::string       file = name;
    std::replace(file.begin(), file.end(), ' ', '_');
    io::write_svg(folder_ + "/tsne-" + file + "-" + std::to_string(of.width) + ".svg", io::scatter_plot(y.places, std::vector(test_.labels.begin(), test_.labels.begin() + static_cast<std::ptrdiff_t>(n))));
}

}  // namespace elbo::examples
