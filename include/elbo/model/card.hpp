// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/layer/activation.hpp>
#include <elbo/layer/convolution.hpp>
#include <elbo/layer/normalisation.hpp>
#include <elbo/model/names.hpp>
#include <elbo/model/vae.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace elbo {

namespace card {

// Of a __PRETTY_FUNCTION__: "... [with T = elbo::linear<500>; ...]" or "... [T = elbo::linear<500>]".
ELBO_COLD inline std::string type_in(std::string_view all) {
    const auto begin = all.find("T = ") + 4;
    auto       end   = all.find(';', begin);
    if (end == std::string_view::npos) end = all.rfind(']');
    std::string name(all.substr(begin, end - begin));
    for (std::size_t at; (at = name.find("elbo::")) != std::string::npos;) name.erase(at, 6);
    return name;
}
template <class T>
std::string type_name() {
    return type_in(__PRETTY_FUNCTION__);
}

// linear<500, glorot_uniform, ...> is told as linear<500>: the leading numbers say it all.
ELBO_COLD inline std::string shortened(const std::string& name) {
    const std::size_t open = name.find('<');
    if (open == std::string::npos) return name;
    const std::string head = name.substr(0, open);
    std::string       kept;
    for (std::size_t at = open + 1; at < name.size();) {
        int         depth = 0;
        std::size_t end   = at;
        for (; end < name.size(); ++end) {
            if (name[end] == '<') ++depth;
            if (name[end] == '>' && depth-- == 0) break;
            if (name[end] == ',' && depth == 0) break;
        }
        std::string argument = name.substr(at, end - at);
        while (argument.starts_with(' ')) argument.erase(0, 1);
        while (argument.ends_with(' ')) argument.pop_back();
        const bool number = !argument.empty() && argument[0] >= '0' && argument[0] <= '9';
        while (number && (argument.ends_with('u') || argument.ends_with('l') || argument.ends_with('U') || argument.ends_with('L'))) argument.pop_back();
        if (!number) break;
        kept += (kept.empty() ? "" : ", ") + argument;
        at = end + 1;
        if (end >= name.size() || name[end] == '>') break;
    }
    return kept.empty() ? head : head + "<" + kept + ">";
}
template <class T>
std::string short_name() {
    return shortened(type_name<T>());
}

// As somebody would write it: compilers differ in whether they tell what was left to its default.
template <class T>
struct told {
    static std::string text() { return short_name<T>(); }
};
template <template <class...> class Outer, class First, class... Rest>
struct told<Outer<First, Rest...>> {
    static std::string text() {
        std::string name = type_name<Outer<First, Rest...>>();
        name.resize(name.find('<') + 1);
        name += told<First>::text();
        ((name += ", " + told<Rest>::text()), ...);
        return name + ">";
    }
};
template <std::size_t N>
struct told<diagonal_normal<N>> {
    static std::string text() { return "diagonal_normal<" + std::to_string(N) + ">"; }
};
template <int N>
struct told<fixed<N>> {
    static std::string text() { return "fixed<" + std::to_string(N) + ">"; }
};
template <>
struct told<batch_norm<>> {
    static std::string text() { return "batch_norm"; }
};
template <>
struct told<act::elu<>> {
    static std::string text() { return "act::elu"; }
};
template <std::size_t Out, std::size_t Kernel, std::size_t Stride, std::size_t Pad>
struct told<conv_transpose<Out, Kernel, Stride, Pad>> {
    static std::string text() {
        std::string name = "conv_transpose<" + std::to_string(Out);
        for (const std::size_t n : {Kernel, Stride, Pad}) name += ", " + std::to_string(n);
        return name + ">";
    }
};

template <std::size_t... E>
std::string shape_text(shape<E...>) {
    std::string text;
    ((text += (text.empty() ? "" : " x ") + std::to_string(E)), ...);
    return text.empty() ? "1" : text;
}
template <class F, class In>
std::string shape_text(distribution_over<F, In>) {
    return shape_text(typename F::template support<In>{});
}

ELBO_COLD inline std::string with_commas(std::int64_t n) {
    const std::string digits = std::to_string(n);
    std::string       text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
        text += digits[i];
    }
    return text;
}
ELBO_COLD inline void line(std::string& page, const std::string& number, const std::string& layer, const std::string& output,
                 const std::string& learned, const std::string& flops) {
    char room[256];
    const std::string shown = layer.size() <= 40 ? layer : layer.substr(0, 37) + "...";
    std::snprintf(room, sizeof room, "  %3s  %-40s %-14s %12s %14s\n", number.c_str(), shown.c_str(), output.c_str(), learned.c_str(), flops.c_str());
    page += room;
}
inline std::string count_text(std::int64_t n) { return n == 0 ? "" : with_commas(n); }

// What it takes to come from one layer's output to the next one's, forwards, for an image: all runs of a network and all samples together.
struct layer_costs {
    struct entry {
        const char*  network;
        int          index;
        std::int64_t flops;
    };
    std::vector<entry> entries;

    explicit layer_costs(const tape& t) {
        node_id before = 0;
        for (const layer_output& l : t.layers) {
            std::int64_t sum = 0;
            for (node_id id = before; id <= l.id; ++id) sum += flops_of(t, t[id], {1, 1, 1, 1});
            before = std::max(before, l.id + 1);
            entries.push_back({l.network, l.index, sum});
        }
    }
    std::int64_t of(const char* network, std::size_t index) const {
        std::int64_t sum = 0;
        for (const entry& e : entries)
            if (same_name(e.network, network) && e.index == static_cast<int>(index)) sum += e.flops;
        return sum;
    }
};

template <class Placed>
void row(std::string& page, const char* network, const layer_costs& costs) {
    const auto learned = static_cast<std::int64_t>(total_size<layers::parameters<typename Placed::layer, typename Placed::input>>);
    line(page, std::to_string(Placed::index), told<typename Placed::layer>::text(), shape_text(typename Placed::output{}),
         count_text(learned), count_text(costs.of(network, Placed::index)));
}
template <class... Placed>
void rows_of_table([[maybe_unused]] std::string& page, [[maybe_unused]] const char* name, [[maybe_unused]] const layer_costs& costs, list<Placed...>) {
    (row<Placed>(page, name, costs), ...);
}
template <class Net>
void network(std::string& page, const layer_costs& costs) {
    using N = typename Net::network;
    line(page, "", std::string(Net::name) + (N::input::size == 0 ? "" : ", from " + shape_text(typename N::input{})), "output", "parameters",
         "FLOPs an image");
    if constexpr (requires { typename N::table; }) rows_of_table(page, Net::name, costs, typename N::table{});
    else line(page, "", short_name<N>(), shape_text(typename N::output{}), count_text(static_cast<std::int64_t>(total_size<typename N::parameters>)), "");
    page += "\n";
}
template <class... Nets>
void networks(std::string& page, const layer_costs& costs, list<Nets...>) {
    (network<Nets>(page, costs), ...);
}

template <class T>
struct family_name {
    static std::string text() { return "?"; }
};
template <class F, class In>
struct family_name<distribution_over<F, In>> {
    static std::string text() { return told<F>::text(); }
};
template <class Objective>
struct bound_text {
    static std::string text(bool conditioned) { return conditioned ? "an objective of its own, given y" : "an objective of its own"; }
};
template <class... O>
struct bound_text<evidence_bound<O...>> {
    static std::string text(bool conditioned) {
        return conditioned ? "log p(x|y) >= E_q(z|x,y) log p(x|z,y) - beta KL(q(z|x,y) || p(z|y))"
                           : "log p(x) >= E_q(z|x) log p(x|z) - beta KL(q(z|x) || p(z))";
    }
};
template <int K>
struct bound_text<importance_bound<K>> {
    static std::string text(bool conditioned) {
        std::string t = conditioned ? "log p(x|y) >= E log 1/" : "log p(x) >= E log 1/";
        t += std::to_string(K);
        t += conditioned ? " sum_k p(x, z_k|y) / q(z_k|x,y)" : " sum_k p(x, z_k) / q(z_k|x)";
        return t;
    }
};

ELBO_COLD inline void add_line(std::string& page, const char* what, const std::string& words) { page += "  " + std::string(what) + words + "\n"; }

}  // namespace card

// The model card: every layer, what it learns, what a step costs, and the bound as a formula. All of it from the type.
template <class Model>
std::string describe(std::int64_t batch = 100) {
    std::string page;
    card::networks(page, card::layer_costs(programs::evaluation<Model>()), typename layout<Model>::nets{});
    const cost step = plan<Model>::step(batch);
    const auto add  = [&](const char* what, const std::string& words) { card::add_line(page, what, words); };
    char       room[96];
    add("parameters    ", card::with_commas(plan<Model>::parameters));
    add("a step        ", card::with_commas(step.verbs) + " verbs, " + card::with_commas(step.flops / batch) + " FLOPs an image, forwards and back");
    std::snprintf(room, sizeof room, "%.2f MiB for a batch of %lld, %.2f of them activations", static_cast<double>(plan<Model>::bytes(batch)) / 1048576.0,
                  static_cast<long long>(batch), static_cast<double>(4 * step.live) / 1048576.0);
    add("memory        ", room);
    if constexpr (requires { typename Model::objective_type; }) {
        add("posterior     ", card::family_name<typename Model::encoder::output>::text());
        add("likelihood    ", card::family_name<typename Model::decoder::output>::text());
        add("prior         ", card::told<typename Model::prior_type>::text());
        add("bound         ", card::bound_text<typename Model::objective_type>::text(Model::conditions::size > 0));
    }
    return page;
}

}  // namespace elbo
