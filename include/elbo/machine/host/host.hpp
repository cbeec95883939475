// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/core/config.hpp>
#include <elbo/core/sentence.hpp>
#include <elbo/machine/host/buffer.hpp>
#include <elbo/machine/host/layout.hpp>
#include <elbo/machine/host/rows.hpp>
#include <elbo/machine/host/sums.hpp>
#include <elbo/machine/host/threads.hpp>
#include <elbo/machine/host/tiles.hpp>
#include <elbo/machine/host/turnout.hpp>
#include <elbo/tape/often_read.hpp>

#include <optional>
#include <stdexcept>

ELBO_COMPILED_ONCE

namespace elbo {

struct host_options {
    int      threads  = 0;  // 0: as many as the machine has
    provider products = {};
};

// The CPU machine: threads, and a provider of matrix products. Programs run on it, for one thread of the caller's at a time: a
// server makes a host, and a model on it, for each of its own.
class host {
public:
    using buffer  = float_buffer;  // parameters and what belongs to them
    using staging = float_buffer;  // a batch on its way
    using options = host_options;
    class program;

    explicit host(options o = {}) : options_(checked(o)), team_(options_.threads), parts_(team_.size()) {}

    int             threads() const { return team_.size(); }
    const provider& products() const { return options_.products; }
    team&           workers() { return team_; }
    std::string     name() const { return sentence({"host, ", static_cast<unsigned>(threads()), threads() == 1 ? " thread" : " threads"}); }
    std::string     warnings() const { return provider_warnings(options_.products); }

    // f(begin, end) over [0, size) in parts of a fixed size, on all threads.
    template <class F>
    void each_part(std::size_t size, std::size_t part, F f) {
        const use         now(*this);
        const std::size_t parts = (size + part - 1) / part;
        parts_.begin();
        team_.run([&](int thread) {
            for (std::size_t i; (i = parts_.next(thread, parts)) < parts;) f(i * part, (i + 1) * part < size ? (i + 1) * part : size);
        });
    }

private:
    // Who would disturb another is told so.
    class use {
    public:
        explicit use(host& of) : busy_(of.busy_) {
            if (busy_.test_and_set(std::memory_order_acquire)) throw std::logic_error("elbo: a host works for one thread at a time: make one for each");
        }
        ~use() { busy_.clear(std::memory_order_release); }

    private:
        std::atomic_flag& busy_;
    };

    static options checked(options o) {
        if (o.threads < 1) o.threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
        if (o.threads > 1 && is_for_one_thread(o.products)) throw std::invalid_argument("elbo: " + provider_warnings(o.products));
        return o;
    }

    options          options_;
    team             team_;
    shares           parts_;
    std::atomic_flag busy_;
};

// A tape made ready to run: fused, scheduled, its memory laid out for batches of at most `capacity`. A replay
// allocates nothing. Results do not depend on the number of threads: chunks depend on the batch alone, and a tile's
// sum has one order.
class host::program {
public:
    ELBO_COLD program(host& on, tape recorded, row_counts capacity) : machine_(on), tape_(std::move(recorded)), capacity_(capacity) {
        capacity_[0] = 1;
        copy_states_put_out(tape_);
        fuse_products(tape_);
        schedule_ = make_schedule(tape_);
        lay_out();
    }

    const tape& code() const { return tape_; }

    ELBO_OUTLINE void replay(const bindings<float>& with) {
        for (int a = 1; a < most_axes; ++a)
            if (with.counts[static_cast<std::size_t>(a)] > capacity_[static_cast<std::size_t>(a)] && uses_axis_[static_cast<std::size_t>(a)])
                throw recording_error("elbo: a batch is larger than the program was made for");
        const use now(machine_);
        bind(with);
        if (with.rounded != rounded_) lay_out_halves(with);
        pieces_->begin();
        sums_->begin(counts_);
        next_pack_.store(0, std::memory_order_relaxed);
        const auto begin = std::chrono::steady_clock::now();
        team&      all   = machine_.workers();
        all.gather(!turnout_->alone());
        all.run([&](int thread) {
            if (!packs_.empty()) {
                pack_matrices(with.parameters, scratch_of(thread));
                all.barrier();
            }
            for (std::size_t p = 0; p < schedule_.phases.size(); ++p) {
                run_phase(p, thread);
                all.barrier();
            }
        });
        if (all.size() > 1) turnout_->took(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(), all.asleep());
    }

    // Valid after a replay, for the tape's outputs.
    std::span<const float> operator[](node_id id) const {
        const kernels::frame& f = frames_[0];
        return {f.at[static_cast<std::size_t>(id)], static_cast<std::size_t>(size_of(tape_[id].e, counts_))};
    }
    std::span<const float> output(const char* name) const {
        for (const named_output& o : tape_.outputs)
            if (same_name(o.name, name)) return (*this)[o.id];
        throw recording_error("elbo: the program has no output of that name");
    }
    std::size_t arena_floats() const { return arena_.size() + packed_.size() + sums_->floats() + locals_.size(); }

private:
    using index = std::size_t;

    // What is made when a replay begins: some panels of a matrix, or what a product of a filter's minimal form multiplies by.
    struct pack_task {
        often_read of;
        index      to, first, last;
        node_id    filter = -1;  // then `first` is the product's number
    };

    static constexpr index line = 16;  // floats that no two threads should share

    static index at(node_id id) { return static_cast<index>(id); }
    float*       scratch_of(int thread) { return scratch_.data() + static_cast<index>(thread) * scratch_floats_; }

    // Copies of the matrices that a loop multiplies by, as the built-in product reads them.
    ELBO_COLD void lay_out_packs() {
        packed_at_.assign(tape_.nodes.size(), nullptr);
        if (machine_.products().product != &gemm::multiply) return;
        constexpr index          together = 4;  // panels: a few hundred KiB
        index                    size     = 0;
        const auto               often    = matrices_read_often(tape_, capacity_);
        std::vector<index>       begins;
        for (const often_read& m : often) {
            const index panels = gemm::packed_floats(1, static_cast<index>(m.columns())) / gemm::panel;
            for (index first = 0; first < panels; first += together) packs_.push_back({m, size, first, std::min(panels, first + together)});
            begins.push_back(size);
            size += gemm::packed_floats(static_cast<index>(m.rows()), static_cast<index>(m.columns()));
        }
        const auto filters = minimal_filters(tape_, capacity_);
        for (node_id id : filters) {
            const minimal_filter m(tape_, id);
            const index          one = kernels::minimal_convolution(m.shape()).floats_of_one(m.goes_back());
            begins.push_back(size);
            for (index number = 0; number < static_cast<index>(m.products()); ++number, size += one) packs_.push_back({{}, size, number, 0, id});
        }
        packed_ = buffer(size);
        for (node_id id = 0; id < tape_.size(); ++id)
            for (index i = 0; i < often.size(); ++i)
                if (often[i].is_read_by(tape_, tape_[id])) packed_at_[at(id)] = packed_.data() + begins[i];
        for (node_id id = 0; id < tape_.size(); ++id)
            for (index i = 0; i < filters.size(); ++i)
                if (minimal_filter(tape_, filters[i]).is_read_by(tape_[id])) packed_at_[at(id)] = packed_.data() + begins[often.size() + i];
    }
    void pack_matrices(const float* parameters, float* scratch) {
        for (index k; (k = next_pack_.fetch_add(1, std::memory_order_relaxed)) < packs_.size();) {
            const pack_task& p = packs_[k];
            if (p.filter >= 0) {
                const minimal_filter m(tape_, p.filter);
                kernels::minimal_convolution(m.shape()).make(m.goes_back(), parameters + tape_[m.first.b].i, static_cast<int>(p.first), packed_.data() + p.to, scratch);
            } else gemm::pack(p.of.transposed, static_cast<index>(p.of.rows()), static_cast<index>(p.of.columns()), parameters + p.of.offset, packed_.data() + p.to, p.first, p.last);
        }
    }

    // Copies of large matrices of bfloat16s, for products of one row; each once, whoever reads it.
    ELBO_COLD void lay_out_halves(const bindings<float>& with) {
        rounded_ = with.rounded;
        halves_at_.assign(tape_.nodes.size(), nullptr);
        for (kernels::frame& f : frames_) f.halves = rounded_ != 0 ? halves_at_.data() : nullptr;
        if (rounded_ == 0) return;
        const auto reads = [&](node_id id) { return tape_[id].e.axis != 0 && kernels::has_columns_to_share(frames_[0], id) && tape_[tape_[id].b].what == verb::parameter; };
        const auto first = [&](node_id id) {  // who reads the same matrix
            node_id other = 0;
            while (!reads(other) || tape_[tape_[other].b].i != tape_[tape_[id].b].i) ++other;
            return other;
        };
        for (const bool measured : {false, true}) {
            index size = 0;
            for (node_id id = 0; id < tape_.size(); ++id) {
                if (!reads(id)) continue;
                const node_id b = tape_[id].b, same = first(id);
                if (measured) halves_at_[at(id)] = same == id ? halves_.data() + size : halves_at_[at(same)];
                if (measured && same == id) gemm::make_halves(frames_[0].fold(b), frames_[0].cols(b), with.parameters + tape_[b].i, halves_.data() + size);
                if (same == id) size += gemm::words_of_halves(frames_[0].fold(b), frames_[0].cols(b));
            }
            if (!measured) halves_ = buffer(size);
        }
    }

    ELBO_COLD void lay_out() {
        const index count = tape_.nodes.size();
        for (const node& n : tape_.nodes)
            if (n.what == verb::input || n.e.axis != 0) uses_axis_[static_cast<index>(n.e.axis)] = true;

        layout_       = make_layout(tape_, schedule_, capacity_);
        local_floats_ = static_cast<index>(layout_.own.size);

        index scratch = 64;
        for (const node& n : tape_.nodes) {
            scratch = std::max(scratch, kernels::scratch_of(tape_, n));
            if (n.what == verb::product && n.i) scratch = std::max(scratch, gemm::scratch_floats(std::max(n.c >= 0 ? gemm::most_copied : 0, static_cast<index>(rows_of(tape_[n.a].e, capacity_)))));
        }

        lay_out_packs();
        arena_          = buffer(static_cast<index>(layout_.shared.size));
        local_floats_   = (local_floats_ + line - 1) / line * line;
        scratch_floats_ = (scratch + line - 1) / line * line;
        locals_         = buffer(local_floats_ * static_cast<index>(machine_.threads()));
        scratch_        = buffer(scratch_floats_ * static_cast<index>(machine_.threads()));
        for (int i = 0; i < machine_.threads(); ++i) {
            frames_.push_back({tape_, nullptr, std::vector<float*>(count, nullptr), machine_.products().product, packed_at_.data()});
        }
        numbers_.assign(count, 0.0f);
        for (const node& n : tape_.nodes)
            if (n.what == verb::table)
                for (int k = 0; k < n.e.fold * n.e.cols; ++k)
                    tables_.push_back(static_cast<float>(tape_.constants[static_cast<index>(n.i + k)]));
        pieces_.emplace(machine_.threads(), schedule_.phases.size());
        turnout_.emplace(machine_.threads());
        sums_.emplace(tape_, schedule_, capacity_);
        tiles_.emplace(tape_, schedule_, layout_, capacity_, machine_.threads(), machine_.products().product == &gemm::multiply);
    }

    ELBO_OUTLINE void bind(const bindings<float>& with) {
        counts_     = with.counts;
        counts_[0]  = 1;
        index table = 0;
        for (node_id id = 0; id < tape_.size(); ++id) {
            const node& n = tape_[id];
            float*      p = nullptr;
            switch (n.what) {
                case verb::input: p = const_cast<float*>(with.inputs[at(n.i)]); break;
                case verb::parameter: p = with.parameters + n.i; break;
                case verb::state: p = with.state + n.i; break;
                case verb::slot: numbers_[at(id)] = static_cast<float>(with.slots[at(n.i)]); p = &numbers_[at(id)]; break;
                case verb::count: numbers_[at(id)] = static_cast<float>(counts_[at(n.i)]); p = &numbers_[at(id)]; break;
                case verb::table: p = &tables_[table]; table += static_cast<index>(n.e.fold * n.e.cols); break;
                case verb::view: p = frames_[0].at[at(n.a)]; break;
                default:
                    if (layout_.stored_at[at(id)] >= 0) p = with.gradients + layout_.stored_at[at(id)];
                    else if (layout_.shared.offset[at(id)] >= 0) p = arena_.data() + layout_.shared.offset[at(id)];
            }
            frames_[0].at[at(id)] = p;
        }
        frames_[0].with = &with;
        for (index i = 1; i < frames_.size(); ++i) {
            std::copy(frames_[0].at.begin(), frames_[0].at.end(), frames_[i].at.begin());
            frames_[i].with = &with;
        }
    }

    ELBO_OUTLINE void run_phase(index p, int thread) {
        const phase&    now = schedule_.phases[p];
        kernels::frame& f   = frames_[static_cast<index>(thread)];
        float*          scratch = scratch_of(thread);
        if (now.kind == work::single) {
            if (thread == 0)
                for (node_id id : now.nodes) run_single(f, id, scratch);
        } else if (now.kind == work::whole) {
            const index tiles = tiles_->count(p);
            for (index k; (k = pieces_->next(thread, tiles, true, p)) < tiles;) tiles_->run(f, counts_, p, k, thread, scratch);
        } else {
            // The chunks of axis 1, then those of axis 2, ...
            index end[most_axes] = {};
            for (int a = 1; a < most_axes; ++a)
                end[a] = end[a - 1] + (uses_axis_[static_cast<index>(a)] ? static_cast<index>(chunks_of(counts_[static_cast<index>(a)])) : 0);
            if (end[most_axes - 1] == 1 && machine_.workers().present() > 1) return run_one_chunk(f, p, thread);
            for (index k; (k = pieces_->next(thread, end[most_axes - 1], true, p)) < end[most_axes - 1];) {
                index a = 1;
                while (k >= end[a]) ++a;
                run_chunk(f, p, a, k - end[a - 1], end[a] - end[a - 1], locals_.data() + static_cast<index>(thread) * local_floats_, scratch);
            }
        }
    }

    ELBO_OUTLINE void run_chunk(kernels::frame& f, index p, index axis, index chunk, index chunks, float* local, float* scratch) {
        const index n = static_cast<index>(counts_[axis]);
        const index first = chunk * n / chunks, size = (chunk + 1) * n / chunks - first;
        sums_->begin_chunk(p, axis, chunk);
        for (const row_strip& s : schedule_.phases[p].strips)
            if (static_cast<index>(s.axis) == axis && size > 0) run_strip(f, s, chunk, first, size, local, scratch);
        sums_->end_chunk(p, axis, chunks, f);
    }
    void run_strip(kernels::frame& f, const row_strip& s, index chunk, index first, index size, float* local, float* scratch) {
        const index together = static_cast<index>(rows_together(s.widest, static_cast<std::int64_t>(size))), parts = (size + together - 1) / together;
        for (index part = 0; part < parts; ++part)
            for (node_id id : s.nodes) run_rows(f, id, chunk, first, first + part * size / parts, first + (part + 1) * size / parts, local, scratch);
    }
    // Few rows are one chunk, in the first thread's memory: it goes through the strips, and all share the columns of large products.
    ELBO_OUTLINE void run_one_chunk(kernels::frame& f, index p, int thread) {
        bool met = true;  // since something was made that others read
        for (index a = 1; thread == 0 && a < most_axes; ++a) sums_->begin_chunk(p, a, 0);
        for (const row_strip& s : schedule_.phases[p].strips) {
            const node_id id     = s.nodes[0];
            const bool    shared = wants_all_rows(tape_, tape_[id]) && kernels::has_columns_to_share(f, id);
            if (shared && !met) machine_.workers().barrier(), met = true;
            const index rows = static_cast<index>(counts_[static_cast<index>(s.axis)]);
            if (rows == 0) continue;
            if (shared) {
                place(f, id, 0, 0, locals_.data());
                kernels::product_of_columns(f, id, rows * static_cast<index>(tape_[id].e.fold), static_cast<index>(thread), static_cast<index>(machine_.threads()), scratch_of(thread));
                machine_.workers().barrier();
            } else {
                if (thread == 0) run_strip(f, s, 0, 0, rows, locals_.data(), scratch_.data());
                else for (node_id each : s.nodes) place(f, each, 0, 0, locals_.data());
                met = false;
            }
        }
        for (index a = 1; thread == 0 && a < most_axes; ++a) sums_->end_chunk(p, a, 1, f);
    }

    // Where a node's values lie, for rows from `from` on, of a chunk that begins with row `first`: row `first` of the batch is row 0
    // of the chunk's memory; row `from`, of the strip's.
    void place(kernels::frame& f, node_id id, index first, index from, float* local) {
        const node& x = tape_[id];
        if (layout_.own.offset[at(id)] >= 0)
            f.at[at(id)] = local + layout_.own.offset[at(id)] - static_cast<std::ptrdiff_t>((layout_.in_strip[at(id)] ? from : first) * static_cast<index>(x.e.fold) * static_cast<index>(x.e.cols));
        for (node_id v : {x.a, x.b, x.c})
            if (v >= 0 && tape_[v].what == verb::view) f.at[at(v)] = f.at[at(layout_.home[at(v)])];
    }
    // Rows [from, to) of the batch, of chunk number `chunk`, which begins with row `first`.
    void run_rows(kernels::frame& f, node_id id, index chunk, index first, index from, index to, float* local, float* scratch) {
        const node& x = tape_[id];
        const index K = static_cast<index>(x.e.fold);
        place(f, id, first, from, local);
        if (x.e.axis == 0) return sums_->add(id, chunk, f.at[at(x.a)] + from * f.fold(x.a) * f.cols(x.a), (to - from) * f.fold(x.a), f.cols(x.a));
        switch (x.what) {
            case verb::conv: case verb::conv_data: kernels::convolve_rows(f, id, from * K, to * K, scratch); break;
            case verb::pool: case verb::unpool: case verb::argmax: kernels::pool_rows(f, id, from * K, to * K); break;
            default: kernels::compute_rows(f, id, from * K, to * K, scratch);
        }
    }

    ELBO_OUTLINE void run_single(kernels::frame& f, node_id id, float* scratch) {
        const node& n = tape_[id];
        if (n.what == verb::store || n.what == verb::assign) {
            float* to = n.what == verb::store ? f.with->gradients + n.i : f.with->state + n.i;
            if (layout_.stored_at[at(n.a)] < 0 || n.what == verb::assign)
                std::memcpy(to, f.at[at(n.a)], static_cast<index>(size_of(n.e, counts_)) * sizeof(float));
            return;
        }
        if (n.what == verb::sum && n.e.fold == 1) {  // of a matrix's rows
            const index rows = f.fold(n.a), cols = f.cols(n.a);
            const float* a   = f.at[at(n.a)];
            float*       y   = f.at[at(id)];
            if (n.e.cols == 1) *y = kernels::sum_run(a, rows * cols);
            else kernels::sum_rows(y, a, rows, cols, cols, nullptr);
            return;
        }
        if (n.what == verb::product && n.i) {
            const index C = static_cast<index>(n.e.cols);
            f.product(true, false, static_cast<index>(n.e.fold), C, f.fold(n.a), f.at[at(n.a)], f.cols(n.a), f.at[at(n.b)], f.cols(n.b), f.at[at(id)], C, false, scratch);
            return;
        }
        const index K = static_cast<index>(n.e.fold);
        switch (n.what) {
            case verb::conv: case verb::conv_data: kernels::convolve_rows(f, id, 0, K, scratch); break;
            case verb::conv_filter: {
                const window& w = tape_.windows[at(n.i)];
                kernels::filter_gradient(f, id, f.at[at(id)], nullptr, f.fold(n.a), 0, w.kernel_h, scratch);
                break;
            }
            case verb::pool: case verb::unpool: case verb::argmax: kernels::pool_rows(f, id, 0, K); break;
            default: kernels::compute_rows(f, id, 0, K, scratch);
        }
    }

    host&                       machine_;
    tape                        tape_;
    row_counts                  capacity_, counts_{1, 0, 0, 0};
    std::array<bool, most_axes> uses_axis_{};
    schedule_of                 schedule_;
    host_layout                 layout_;
    buffer                      arena_, packed_;
    std::vector<const float*>   packed_at_;  // by node: its packed operand, where it has one
    std::vector<pack_task>      packs_;
    std::uint32_t               rounded_ = 0;  // which parameters halves_ are of
    buffer                      halves_;
    std::vector<const float*>   halves_at_;    // by node
    std::atomic<std::size_t>    next_pack_{0};
    buffer                      locals_, scratch_;  // each thread's, one behind the other
    index                       local_floats_ = 0, scratch_floats_ = 0;
    std::vector<kernels::frame> frames_;
    std::vector<float>          numbers_, tables_;
    std::optional<sums_of_chunks> sums_;
    std::optional<tiles_of_sums> tiles_;
    std::optional<shares>        pieces_;  // a job: what a phase does
    std::optional<turnout>       turnout_;
};

}  // namespace elbo
