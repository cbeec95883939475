// SPDX-License-Identifier: MIT
#include "separation.hpp"

#include <elbo/eval/folds.hpp>
#include <elbo/eval/linear_svm.hpp>
#include <elbo/eval/principal_components.hpp>
#include <elbo/eval/tsne.hpp>
#include <elbo/io.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

namespace elbo::examples {

namespace {

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

template <class... Number>
std::string text_of(const char* form, Number... number) {
    char room[64];
    std::snprintf(room, sizeof room, form, number...);
    return room;
}

}  // namespace

separation_table::separation_table(const call& with) : with_(with), set_(load_data(with.given())) {
    const data::splits& of = set_.splits;
    raw_ = {greys(of.train), greys(of.test), of.train.image_size()};
    strips_.push_back({"", {raw_.test.begin(), raw_.test.begin() + static_cast<std::ptrdiff_t>(std::min(raw_.test.size(), 10 * raw_.width))}});
    std::filesystem::create_directories(with.given().out);
}

void separation_table::add_components(const std::string& name, double c, const std::vector<std::size_t>& counts) {
    for (const std::size_t count : counts) {
        const eval::principal_components to({raw_.train, raw_.width}, count);
        const coded_images               codes{to.project({raw_.train, raw_.width}), to.project({raw_.test, raw_.width}), count};
        add_row(name, {separate(codes, c)}, codes);
    }
}

separation separation_table::separate(const coded_images& codes, double c) const {
    const eval::points       x(codes.train, codes.width), held(codes.test, codes.width);
    const eval::class_labels y = set_.splits.train.labels, held_y = set_.splits.test.labels;
    const std::uint64_t      seed = with_.given().seed;
    const auto               scores = [&](bool standardised, double with) {
        const auto of = eval::spread_of(eval::cross_validated(x, y, eval::stratified_folds(y, 9, seed + 1), [&](const auto& rest, const auto& out) {
            return judged(rest.rows(), rest.labels, out.rows(), out.labels, standardised, with);
        }));
        return svm_scores{of.mean, of.deviation, judged(x, y, held, held_y, standardised, with), with};
    };
    separation s{.as_published = scores(false, c), .fair = scores(true, chosen_c(x, y, seed))};
    for (const named_value& v : codes.loss) {
        if (v.name == "loss") s.loss = v.value;
        if (v.name == "reconstruction") s.reconstruction = v.value;
    }
    return s;
}

void separation_table::add_row(const std::string& name, const std::vector<separation>& seeds, const coded_images& first) {
    const auto over = [&](auto number) {
        std::vector<double> numbers;
        for (const separation& s : seeds) numbers.push_back(number(s));
        return eval::spread_of(numbers);
    };
    const auto scores = [&](svm_scores separation::*way) {
        std::set<double> used;
        for (const separation& s : seeds) used.insert((s.*way).c);
        std::string cs;
        for (const double c : used) cs += (cs.empty() ? "" : ", ") + text_of("%g", c);
        const auto test = over([&](const separation& s) { return (s.*way).test; });
        return text_of("%.2f +- %.2f", over([&](const separation& s) { return (s.*way).cross; }).mean, over([&](const separation& s) { return (s.*way).deviation; }).mean) + " / "
             + (seeds.size() > 1 ? text_of("%.2f +- %.2f", test.mean, test.deviation) : text_of("%.2f", test.mean)) + " | " + cs + " | ";
    };
    std::string row = "| " + name + " | " + std::to_string(first.width) + " | " + scores(&separation::as_published) + scores(&separation::fair);
    if (first.loss.empty()) row += " | |\n";
    else {
        double best = seeds.front().loss;
        for (const separation& s : seeds) best = std::min(best, s.loss);
        const auto poor = std::count_if(seeds.begin(), seeds.end(), [&](const separation& s) { return s.loss > best + 2; });
        row += text_of("%.1f / %.1f", over([](const separation& s) { return s.reconstruction; }).mean, over([](const separation& s) { return s.loss; }).mean)
             + " | " + std::to_string(poor) + " of " + std::to_string(seeds.size()) + " |\n";
    }
    if (text_.empty())
        row = "In %: 9 folds of the training set +- the deviation over folds / the test set +- the deviation over seeds.\n\n"
              "| codes | numbers | as published | C | fair | C | test reconstruction / loss | poor optima |\n|---|---|---|---|---|---|---|---|\n" + row;
    std::printf("%s", row.c_str());
    std::fflush(stdout);
    text_ += row;
    io::write_atomically(with_.given().out + "/separation.md", std::string_view(text_));
    if (!first.again.empty()) draw_strips(name, first);
    if (with_.number("places") > 0) draw_places(name, first);
}

void separation_table::draw_strips(const std::string& name, const coded_images& of) {
    if (strips_.back().name == name) strips_.pop_back();
    strips_.push_back({name, of.again});
    std::vector<float> all;
    for (const strip& s : strips_) all.insert(all.end(), s.images.begin(), s.images.end());
    io::write_png(with_.given().out + "/strips.png", grid_of_rows(all, set_.splits.test.channels, set_.splits.test.height, set_.splits.test.width, {.columns = 10, .scale = 2}));
}

void separation_table::draw_places(const std::string& name, const coded_images& of) const {
    const std::size_t n = std::min(static_cast<std::size_t>(with_.number("places")), set_.splits.test.size());
    const auto        x = eval::standardisation({of.test, of.width})({of.test, of.width});
    const auto        y = eval::tsne(eval::points(x, of.width).first(n));
    const auto&       labels = set_.splits.test.labels;
    std::string       file = name;
    std::replace(file.begin(), file.end(), ' ', '_');
    io::write_svg(with_.given().out + "/tsne-" + file + "-" + std::to_string(of.width) + ".svg", io::scatter_plot(y.places, std::vector(labels.begin(), labels.begin() + static_cast<std::ptrdiff_t>(n))));
}

}  // namespace elbo::examples
