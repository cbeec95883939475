// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/model/names.hpp>
#include <elbo/model/vae.hpp>

#include <cstdio>
#include <string>
#include <string_view>

namespace elbo {

namespace card {

template <class T>
std::string type_name() {
    std::string_view all = __PRETTY_FUNCTION__;  // "... [with T = elbo::linear<500>; ...]" or "... [T = elbo::linear<500>]"
    const auto begin = all.find("T = ") + 4;
    auto       end   = all.find(';', begin);
    if (end == std::string_view::npos) end = all.rfind(']');
    std::string name(all.substr(begin, end - begin));
    for (std::size_t at; (at = name.find("elbo::")) != std::string::npos;) name.erase(at, 6);
    return name;
}

// linear<500, glorot_uniform, ...> is told as linear<500>: the leading numbers and shapes, or a family, say it all.
template <class T>
std::string short_name() {
    const std::string name = type_name<T>();
    const std::size_t open = name.find('<');
    if (open == std::string::npos) return name;
    std::string out  = name.substr(0, open);
    std::string kept;
    std::size_t at = open + 1;
    while (at < name.size()) {
        int         depth = 0;
        std::size_t end   = at;
        for (; end < name.size(); ++end) {
            if (name[end] == '<') ++depth;
            if (name[end] == '>' && depth-- == 0) break;
            if (name[end] == ',' && depth == 0) break;
        }
        std::string argument = name.substr(at, end - at);
        while (!argument.empty() && argument.front() == ' ') argument.erase(0, 1);
        const bool plain = !argument.empty() && ((argument[0] >= '0' && argument[0] <= '9') || out == "to" || out == "reshape" || out == "join" || out == "residual");
        if (!plain) break;
        kept += (kept.empty() ? "" : ", ");
        kept += argument;
        at = end + 1;
        if (end >= name.size() || name[end] == '>') break;
    }
    if (!kept.empty()) {
        out += '<';
        out += kept;
        out += '>';
    }
    return out;
}

template <std::size_t... E>
std::string shape_text(shape<E...>) {
    std::string text;
    ((text += (text.empty() ? "" : " x "), text += std::to_string(E)), ...);
    return text.empty() ? "1" : text;
}
template <class F, class In>
std::string shape_text(distribution_over<F, In>) {
    std::string text = "over ";
    text += shape_text(typename F::template support<In>{});
    return text;
}

inline std::string with_commas(std::int64_t n) {
    std::string digits = std::to_string(n);
    for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}
inline void line(std::string& page, const char* a, const std::string& b, const std::string& c, const std::string& d) {
    char room[256];
    std::snprintf(room, sizeof room, "  %-4s %-34.34s %-18.18s %14s\n", a, b.c_str(), c.c_str(), d.c_str());
    page += room;
}
template <class Placed>
void row(std::string& page) {
    const auto learned = static_cast<std::int64_t>(total_size<layers::parameters<typename Placed::layer, typename Placed::input>>);
    line(page, std::to_string(Placed::index).c_str(), short_name<typename Placed::layer>(),
         shape_text(typename Placed::output{}), learned == 0 ? "" : with_commas(learned));
}
template <class... Placed>
void rows_of_table(std::string& page, list<Placed...>) {
    (row<Placed>(page), ...);
}
template <class Net>
void network(std::string& page) {
    using N = typename Net::network;
    page += Net::name;
    page += "  from ";
    page += shape_text(typename N::input{});
    page += "\n";
    if constexpr (requires { typename N::table; }) rows_of_table(page, typename N::table{});
    else line(page, "", short_name<N>(), shape_text(typename N::output{}), with_commas(static_cast<std::int64_t>(total_size<typename N::parameters>)));
}
template <class... Nets>
void networks(std::string& page, list<Nets...>) {
    (network<Nets>(page), ...);
}

template <class T>
struct family_name {
    static std::string text() { return "?"; }
};
template <class F, class In>
struct family_name<distribution_over<F, In>> {
    static std::string text() { return short_name<F>(); }
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

}  // namespace card

// The model card: every layer, what it learns, what a step costs, and the bound as a formula. All of it from the type.
template <class Model>
std::string describe(std::int64_t batch = 100) {
    std::string page;
    card::networks(page, typename layout<Model>::nets{});
    const cost   step = plan<Model>::step(batch);
    const auto   add  = [&](const char* what, const std::string& number) {
        page += what;
        page += number;
        page += "\n";
    };
    add("parameters         ", card::with_commas(plan<Model>::parameters));
    add("verbs in a step    ", card::with_commas(step.verbs));
    add("FLOPs an image     ", card::with_commas(step.flops / batch));
    char room[96];
    std::snprintf(room, sizeof room, "%.2f MiB for a batch of %lld: %.2f of activations", static_cast<double>(plan<Model>::bytes(batch)) / 1048576.0,
                  static_cast<long long>(batch), static_cast<double>(4 * step.live) / 1048576.0);
    add("memory             ", room);
    if constexpr (requires { typename Model::objective_type; }) {
        add("posterior          ", card::family_name<typename Model::encoder::output>::text());
        add("likelihood         ", card::family_name<typename Model::decoder::output>::text());
        add("prior              ", card::short_name<typename Model::prior_type>());
        add("bound              ", card::bound_text<typename Model::objective_type>::text(Model::conditions::size > 0));
    }
    return page;
}

}  // namespace elbo
