// SPDX-License-Identifier: MIT
// What each verb of a model's training step reaches alone, on one thread, so that the next slow one names itself.
//     verbs [MODEL...]
// Each kind of verb, formula and shape is a tape of its own, long enough to be timed, run on the model's batch; what it reads lies
// in the caches then. A line: how often the step has it, microseconds of all, GFLOP/s, GB/s of what it reads and writes. First come
// the peaks of this processor as `limits` measures them, last what the whole step takes.

#include "bench.hpp"
#include "models.hpp"

#include <elbo/host.hpp>
#include <elbo/train.hpp>

#include <cstdio>
#include <string>
#include <string_view>

using namespace elbo;

namespace {

constexpr const char* name_of(verb v) {
    constexpr const char* names[] = {"input", "parameter", "state", "slot", "count", "noise", "table", "map", "zip", "chain", "chain_pair", "sum", "spread", "view", "slice", "place",
                                     "concat", "gather", "scatter", "transpose", "product", "batched", "conv", "conv_data", "conv_filter", "pool", "unpool", "argmax", "logsumexp",
                                     "solve", "cholesky", "store", "assign", "interpolate", "splat", "slopes"};
    return names[static_cast<std::size_t>(v)];
}

template <class... F>
std::string formula_name(list<F...>, int number) {
    constexpr auto spelled = []<class Formula>(type_of<Formula>) -> std::string_view {
        constexpr std::string_view all = __PRETTY_FUNCTION__, before = "elbo::formulas::";
        constexpr std::size_t      at  = all.rfind(before) + before.size();
        return all.substr(at, all.find_first_of(";]", at) - at);
    };
    const std::string_view names[] = {spelled(type_of<F>{})...};
    return number < 0 ? "" : std::string(names[number]);
}
std::string formula_of(const node& n) {
    const bool of_two = n.what == verb::zip || n.what == verb::chain_pair;
    return of_two ? formula_name(pair_formula_list{}, n.f.number) : formula_name(formula_list{}, n.f.number);
}
std::string spelled(extent e) { return (e.axis == 0 ? "" : "n ") + (e.fold == 1 && e.axis != 0 ? "" : std::to_string(e.fold) + " ") + std::to_string(e.cols); }

struct kind {
    node         of;
    extent       a, b, c;
    int          times = 0, order = 0;
    double       seconds = 0;
    std::int64_t flops = 0, bytes = 0;
};

// The same verb on leaves, `copies` times over.
tape alone(const tape& whole, const kind& k, int copies) {
    tape         t;
    std::int32_t parameters = 0;
    t.windows = whole.windows, t.draws = whole.draws, t.constants = whole.constants;
    const auto leaf = [&](node_id x, extent e) {
        if (x < 0) return x;
        if (e.axis != 0) return t.leaf(verb::input, e, t.inputs++);
        parameters += e.fold * e.cols;
        return t.leaf(verb::parameter, e, parameters - e.fold * e.cols);
    };
    node n = k.of;
    n.a = leaf(n.a, k.a), n.b = leaf(n.b, k.b), n.c = leaf(n.c, k.c);
    for (int i = 0; i < copies; ++i) t.outputs.push_back({"y", t.put(n)});  // what nobody reads is dropped
    return t;
}

double seconds_of(const tape& whole, const kind& k, host& machine, row_counts counts) {
    double    took = 0;
    const int more = k.bytes < 100'000 ? 20 : 2;
    for (const int copies : {1, 1 + more}) {  // the difference is so many of them, without what a replay costs
        const tape    t = alone(whole, k, copies);
        host::program program(machine, t, counts);
        bindings<float> with = bindings_for<float>(t);
        std::vector<float> numbers(4'000'000 + static_cast<std::size_t>(size_of(k.a, counts) + size_of(k.b, counts) + size_of(k.c, counts)), 0.25f);
        with.parameters = numbers.data(), with.counts = counts;
        for (const float*& input : with.inputs) input = numbers.data();
        const double t_now = bench::timings([&] { program.replay(with); }, 5, 0.002).front();
        took = copies == 1 ? -t_now : (took + t_now) / more;
    }
    return std::max(took, 1e-9);
}

template <class Model>
void print(const bench::entry<Model>& of) {
    tape t = programs::training<Model>();
    copy_states_put_out(t), fuse_products(t);
    const auto        batch = static_cast<std::int64_t>(of.batch);
    const row_counts  counts{1, batch, batch, batch};
    host              machine({.threads = 1});
    std::vector<kind> kinds;
    for (const node& n : t.nodes) {
        if (!owns_memory(n) || n.what == verb::count) continue;
        kind       k{n, {}, {}, {}};
        const auto e = [&](node_id x) { return x < 0 ? extent{} : t[x].e; };
        k.a = e(n.a), k.b = e(n.b), k.c = e(n.c);
        const auto same = [&](const kind& other) {
            const node& o = other.of;
            return o.what == n.what && o.f == n.f && o.e == n.e && o.i == n.i && (o.j == n.j || n.what == verb::noise) && o.k == n.k && o.l == n.l && other.a == k.a && other.b == k.b && other.c == k.c &&
                   (o.b < 0) == (n.b < 0) && (o.c < 0) == (n.c < 0);
        };
        auto found = std::find_if(kinds.begin(), kinds.end(), same);
        if (found == kinds.end()) kinds.push_back(k), found = kinds.end() - 1;
        ++found->times;
    }
    double all = 0;
    for (kind& k : kinds) {
        const node& n = k.of;
        tape one = alone(t, k, 1);
        k.flops  = flops_of(one, one.nodes.back(), counts);
        k.bytes  = 4 * size_of(n.e, counts);
        for (const auto& [x, e] : {std::pair(n.a, k.a), {n.b, k.b}, {n.c, k.c}})
            if (x >= 0) k.bytes += 4 * size_of(e, counts);
        k.seconds = seconds_of(t, k, machine, counts);
        all += k.seconds * k.times;
    }
    std::sort(kinds.begin(), kinds.end(), [](const kind& x, const kind& y) { return x.seconds * x.times > y.seconds * y.times; });
    trainer<Model, host> train{{.batch = of.batch, .seed = 1}, {.threads = 1}};
    for (std::size_t i = 0; i < Model::inputs::size; ++i)
        for (float& x : train.input(i)) x = 0.5f;
    const double step = bench::timings([&] { train.take_step(of.batch, 0); }, 5).front();
    std::printf("\n%s, batch %zu: a step takes %.0f us, its verbs alone %.0f\n\n| verb | result, of | times | us | of all | GFLOP/s | GB/s |\n|---|---|---|---|---|---|---|\n", of.name, of.batch, 1e6 * step, 1e6 * all);
    for (std::size_t i = 0; i < kinds.size() && i < 24; ++i) {
        const kind& k = kinds[i];
        std::string shapes = spelled(k.of.e);
        for (const auto& [x, e] : {std::pair(k.of.a, k.a), {k.of.b, k.b}, {k.of.c, k.c}})
            if (x >= 0) shapes += " , " + spelled(e);
        std::printf("| %s %s%s%s | %s | %d | %.1f | %.1f%% | %.1f | %.0f |\n", name_of(k.of.what), formula_of(k.of).c_str(), k.of.what == verb::product && k.of.i ? "a'b" : "", k.of.what == verb::product && k.of.j ? "ab'" : "", shapes.c_str(),
                    k.times, 1e6 * k.seconds * k.times, 100 * k.seconds * k.times / all, 1e-9 * static_cast<double>(k.flops) / k.seconds, 1e-9 * static_cast<double>(k.bytes) / k.seconds);
    }
    std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
    bench::each_model([&]<class M>(bench::entry<M> m) {
        if (argc < 2 || std::any_of(argv + 1, argv + argc, [&](const char* one) { return std::string_view(one) == m.name; })) print(m);
    });
}
