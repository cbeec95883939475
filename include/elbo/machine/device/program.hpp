// SPDX-License-Identifier: MIT
#pragma once

#include <elbo/machine/bindings.hpp>
#include <elbo/machine/device/device.hpp>
#include <elbo/machine/device/sums.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <span>
#include <utility>

namespace elbo {

// A tape made ready to run, as on any machine: its launches, its memory for batches of at most `capacity`. On a GPU the
// launches of a batch size are recorded when it is first seen and replayed as one graph from then on. Such a replay allocates
// nothing and waits for nothing; reading a result waits.
class device::program {
public:
    ELBO_OUTLINE program(device& on, tape recorded, row_counts capacity) : machine_(on), tape_(std::move(recorded)), capacity_(capacity) {
        capacity_[0] = 1;
        copy_states_put_out(tape_);
        fuse_products(tape_);
        list_ = make_launches(tape_);
        lay_out();
    }
    program(const program&)            = delete;
    program& operator=(const program&) = delete;
    ~program() {
        try {
            machine_.wait();
        } catch (...) {  // whoever asked for results was told
        }
    }

    const tape& code() const { return tape_; }

    ELBO_OUTLINE void replay(const bindings<float>& with) {
        for (int a = 1; a < most_axes; ++a)
            if (with.counts[static_cast<index>(a)] > capacity_[static_cast<index>(a)] && uses_axis_[static_cast<index>(a)])
                throw recording_error("elbo: a batch is larger than the program was made for");
        counts_    = with.counts;
        counts_[0] = 1;
        send(with);
        if (!written_ || with.parameters != parameters_ || with.gradients != gradients_ || with.state != state_) {
            written_    = true;
            parameters_ = with.parameters, gradients_ = with.gradients, state_ = with.state;
            machine_.wait();
            runs_.clear();
            write_code();
        }
        run();
    }

    // Valid after a replay, for the tape's outputs and losses.
    std::span<const float> operator[](node_id id) const {
        machine_.wait();
        for (const shown& s : shown_)
            if (s.id == id) return {results_.data() + s.offset, static_cast<index>(size_of(tape_[id].e, counts_))};
        throw recording_error("elbo: the value is no output of the program");
    }
    std::span<const float> output(const char* name) const {
        for (const named_output& o : tape_.outputs)
            if (same_name(o.name, name)) return (*this)[o.id];
        throw recording_error("elbo: the program has no output of that name");
    }
    std::size_t arena_floats() const { return arena_.size(); }
    std::size_t launch_count() const { return list_.launches.size(); }

private:
    using index = std::size_t;
    struct shown {
        node_id id;
        index   offset;  // in results_
    };

    static constexpr index sums_at_once = 8;
    static bool is_convolution(const node& n) { return n.what == verb::conv || n.what == verb::conv_data || n.what == verb::conv_filter; }

    static index at(node_id id) { return static_cast<index>(id); }
    index rows(node_id id) const { return static_cast<index>(rows_of(tape_[id].e, counts_)); }
    index cols(node_id id) const { return static_cast<index>(tape_[id].e.cols); }
    index size(node_id id) const { return static_cast<index>(size_of(tape_[id].e, counts_)); }

    // ---- once ----
    ELBO_OUTLINE void lay_out() {
        for (const node& n : tape_.nodes)
            if (n.what == verb::input || n.e.axis != 0) uses_axis_[static_cast<index>(n.e.axis)] = true;

        const arena_plan plan = place_launched(tape_, list_, capacity_);
        offset_               = plan.offset;
        index more            = static_cast<index>(plan.size);
        const auto reserve    = [&](index floats) { return std::exchange(more, more + (floats + 15) / 16 * 16); };

        // Inputs lie with the device too: a place for each.
        input_at_.assign(static_cast<index>(tape_.inputs), 0), input_size_.assign(static_cast<index>(tape_.inputs), {0, 0, 0});
        for (const node& n : tape_.nodes)
            if (n.what == verb::input) {
                if (input_size_[at(n.i)].cols == 0) input_at_[at(n.i)] = reserve(static_cast<index>(size_of(n.e, capacity_)));
                input_size_[at(n.i)] = n.e;
            }
        // Tables, then slots and counts, as numbers.
        std::vector<float> tables;
        table_at_.assign(tape_.nodes.size(), 0);
        for (node_id id = 0; id < tape_.size(); ++id) {
            const node& n = tape_[id];
            if (n.what == verb::table) {
                table_at_[at(id)] = tables.size();
                for (int k = 0; k < n.e.fold * n.e.cols; ++k) tables.push_back(static_cast<float>(tape_.constants[static_cast<index>(n.i + k)]));
            }
        }
        tables_  = memory<float>(tables.size());
        machine_.started().copy(tables_.data(), tables.data(), tables.size() * sizeof(float));
        message_.assign(sizeof(float) * (tape_.slots.size() + most_axes) + sizeof(std::uint32_t) * 2 + sizeof(random_key) * tape_.draws.size(), 0);
        sent_ = memory<unsigned char>(message_.size());

        // What lies between the parts of one launch: sums take turns with a few places, convolutions share one.
        index shown_floats = 0;
        for (const node& n : tape_.nodes) {
            if (n.what == verb::sum) of_sums_.floats = std::max(of_sums_.floats, on_device::scratch_of_sum(on_device::geometry_of_sum(tape_, n, capacity_)));
            if (is_convolution(n))
                of_windows_.floats = std::max(of_windows_.floats, on_device::scratch_of_convolution(tape_.windows[at(n.i)], static_cast<index>(rows_of(tape_[n.a].e, capacity_))));
        }
        of_windows_.at = reserve(of_windows_.floats);
        of_sums_.at    = reserve((of_sums_.floats + 15) / 16 * 16 * sums_at_once);
        arena_         = memory<float>(more);

        const auto show = [&](node_id id) {
            shown_.push_back({id, shown_floats});
            shown_floats += (static_cast<index>(size_of(tape_[id].e, capacity_)) + 15) / 16 * 16;
        };
        for (const named_output& o : tape_.outputs) show(o.id);
        for (node_id loss : tape_.losses) show(loss);
        results_ = staging(shown_floats);

        pieces_.reserve(list_.effects.size() + shown_.size());
        machine_.wait();
    }

    // ---- when the buffers are others than before ----
    float* place(node_id id) {
        id            = list_.home[at(id)];
        const node& n = tape_[id];
        switch (n.what) {
            case verb::input: return arena_.data() + input_at_[at(n.i)];
            case verb::parameter: return parameters_ + n.i;
            case verb::state: return state_ + n.i;
            case verb::slot: return sent_numbers() + n.i;
            case verb::count: return sent_numbers() + tape_.slots.size() + at(n.i);
            case verb::table: return tables_.data() + table_at_[at(id)];
            default: break;
        }
        if (list_.gradient_at[at(id)] >= 0) return gradients_ + list_.gradient_at[at(id)];
        return offset_[at(id)] >= 0 ? arena_.data() + offset_[at(id)] : nullptr;
    }
    // An operand in memory, as the rows and columns of a value of extent `whole` see it.
    on_device::operand seen(extent whole, node_id x) {
        const extent e       = tape_[x].e;
        const bool   one_row = e.axis == 0 && e.fold == 1;
        return {place(x), 0, one_row ? 0u : static_cast<on_device::index>(whole.fold / e.fold), static_cast<on_device::index>(e.cols)};
    }
    ELBO_OUTLINE void write_code() {
        code_.clear();
        code_at_.assign(list_.launches.size(), 0);
        for (index l = 0; l < list_.launches.size(); ++l) {
            const launch& now = list_.launches[l];
            code_at_[l]       = code_.size();
            if (!now.elementwise) continue;
            for (index k = 0; k < now.nodes.size(); ++k) {
                const node_id id = now.nodes[k];
                const node&   n  = tape_[id];
                const auto    read_by = [&](node_id x) -> on_device::operand {
                    if (x < 0) return {};
                    const node_id same = launch_list::same_element(tape_, x);
                    if (is_pointwise(n) && list_.time[at(x)] == static_cast<int>(l) && tape_[same].e == n.e)
                        for (index other = 0; other < k; ++other)
                            if (now.nodes[other] == same) return {nullptr, static_cast<std::int32_t>(other), 0, 1};
                    return seen(n.e, x);
                };
                code_.push_back({n.what, n.f, read_by(n.a), read_by(n.b), read_by(n.c), n.i, n.j, n.e.fold, list_.stored[at(id)] != 0 ? place(id) : nullptr});
            }
        }
        order_ = on_device::order_of(memory_touched());
        turns_ = on_device::latest_first(order_);
    }
    // By launch, for the largest batch.
    std::vector<on_device::touched> memory_touched() {
        std::vector<on_device::touched> all(list_.launches.size());
        turn_.assign(list_.launches.size(), 0);
        index sums = 0, products = 0;
        for (index l = 0; l < list_.launches.size(); ++l) {
            const auto touch = [&](std::vector<on_device::stretch>& to, const float* begin, index floats) {
                if (begin != nullptr && floats > 0) to.push_back({begin, begin + floats});
            };
            const auto capacity_of = [&](node_id id) { return static_cast<index>(size_of(tape_[id].e, capacity_)); };
            for (node_id id : list_.launches[l].nodes) {
                const node& n = tape_[id];
                for (node_id x : {n.a, n.b, n.c})
                    if (x >= 0) touch(all[l].reads, place(x), capacity_of(x));
                if (!list_.launches[l].elementwise || list_.stored[at(id)] != 0) touch(all[l].writes, place(id), capacity_of(id));
                if (is_convolution(n)) touch(all[l].writes, arena_.data() + of_windows_.at, of_windows_.floats);
                if (is_convolution(n) || n.what == verb::product) {
                    turn_[l] = products++ % on_device::multiplier::workspaces;
                    all[l].writes.push_back(machine_.times().workspace(turn_[l]));
                }
                if (n.what == verb::sum && on_device::scratch_of_sum(on_device::geometry_of_sum(tape_, n, capacity_)) > 0) {
                    turn_[l] = sums++ % sums_at_once;
                    touch(all[l].writes, scratch_of_sums(turn_[l]), of_sums_.floats);
                }
            }
        }
        return all;
    }
    float* scratch_of_sums(index turn) { return arena_.data() + of_sums_.at + turn * ((of_sums_.floats + 15) / 16 * 16); }

    // ---- each time, in one message: slots, counts; step, first row; keys of random numbers ----
    float*             sent_numbers() { return reinterpret_cast<float*>(sent_.data()); }
    ELBO_OUTLINE void send(const bindings<float>& with) {
        const on_device::queue& q = machine_.started();
        unsigned char* to    = message_.data();
        const auto     write = [&](auto number) {
            std::memcpy(to, &number, sizeof number);
            to += sizeof number;
        };
        for (double s : with.slots) write(static_cast<float>(s));
        for (std::int64_t n : counts_) write(static_cast<float>(n));
        write(with.step), write(with.first_row);
        for (const draw_key& d : tape_.draws) write(make_key(with.seed, d.purpose, static_cast<std::uint64_t>(d.loop)));
        q.copy(sent_.data(), message_.data(), message_.size());
        for (index i = 0; i < input_at_.size(); ++i)
            if (input_size_[i].cols > 0 && with.inputs[i] != nullptr)
                q.copy(arena_.data() + input_at_[i], with.inputs[i], static_cast<index>(size_of(input_size_[i], counts_)) * sizeof(float));
    }

    void start(index l) {
        const launch& now = list_.launches[l];
        if (!now.elementwise) return compute(now.nodes[0], turn_[l]);
        const auto* const       turn = reinterpret_cast<const std::uint32_t*>(sent_numbers() + tape_.slots.size() + most_axes);
        on_device::run_elements f{{}, static_cast<std::int32_t>(now.nodes.size()), static_cast<on_device::index>(now.e.cols), {turn, reinterpret_cast<const random_key*>(turn + 2)}};
        std::copy_n(code_.begin() + static_cast<std::ptrdiff_t>(code_at_[l]), now.nodes.size(), f.code);
        machine_.each_element_in_place(size(now.nodes[0]), f);
    }
    // Side by side, where they are recorded. Elsewhere one after another in an order that is as good, so that whatever tests this
    // machine without a GPU tests what has to wait for what.
    void start_all() {
        if (!on_device::records) {
            for (int l : turns_) start(at(l));
            return;
        }
        on_device::branches order;
        for (index l = 0; l < list_.launches.size(); ++l) {
            order.begin(machine_.started(), order_.after[l]);
            start(l);
            order.end(machine_.started());
        }
        order.begin(machine_.started(), order_.last);
    }
    // What is stored or assigned after all else, and what the host wants to see. Sizes depend on the batch.
    void write_pieces() {
        pieces_.clear();
        index      end = 0;
        const auto add = [&](const float* from, float* to, index floats) {
            if (floats > 0) pieces_.push_back({from, to, on_device::counted(end += floats)});
        };
        for (node_id id : list_.effects) add(place(tape_[id].a), (tape_[id].what == verb::store ? gradients_ : state_) + tape_[id].i, size(id));
        for (const shown& s : shown_) add(place(s.id), results_.data() + s.offset, size(s.id));
    }

    ELBO_OUTLINE void compute(node_id id, index turn) {
        using namespace on_device;
        const queue& q = machine_.started();
        const node&  n = tape_[id];
        float*       y = place(id);
        const float *a = place(n.a), *b = n.b >= 0 ? place(n.b) : nullptr;
        const auto   narrow = [](std::size_t x) { return static_cast<on_device::index>(x); };
        switch (n.what) {
            case verb::sum: {
                const operand before = n.c >= 0 ? seen(n.e, n.c) : operand{};
                return sum_on(q, a, y, geometry_of_sum(tape_, n, counts_), before, narrow(cols(id)), scratch_of_sums(turn));
            }
            case verb::product: {
                matrix_product p{.ta = n.i != 0, .tb = n.j != 0, .m = rows(id), .n = cols(id), .inner = n.i ? rows(n.a) : cols(n.a), .a = a, .b = b, .f = n.f, .y = y};
                if (n.c >= 0) {
                    if (tape_[n.c].e == n.e) p.before = place(n.c);
                    else p.row = seen(n.e, n.c);
                }
                return machine_.times()(q, p, turn);
            }
            case verb::batched: {
                const auto m = narrow(at(n.k)), columns = narrow(at(n.l));
                return q.each(size(id), multiply_rows{a, b, y, m, columns, narrow(cols(n.a)) / m, n.i != 0, n.j != 0});
            }
            case verb::scatter: {
                const scatter_rows f{a, seen(tape_[n.a].e, n.b), y, narrow(cols(id)), narrow(cols(n.a)), narrow(at(n.i))};
                return q.each(rows(id) * f.turns(), f);
            }
            case verb::conv: case verb::conv_data: case verb::conv_filter: {
                const float* before = n.c >= 0 ? place(n.c) : nullptr;
                return machine_.convolve(n, tape_.windows[at(n.i)], rows(n.a), a, b, before, y, arena_.data() + of_windows_.at, of_windows_.floats, turn);
            }
            case verb::pool: case verb::unpool: case verb::argmax:
                return q.each(size(id), pool_windows{n.what, a, y, window_shape(tape_.windows[at(n.i)])});
            case verb::interpolate: return q.each(size(id), interpolate_rows{tape_.windows[at(n.i)], n.j, a, seen(n.e, n.b), y});
            case verb::splat: return splat_on(q, tape_.windows[at(n.i)], n.j, a, seen(n.e, n.b), y, rows(id));
            case verb::slopes: return q.each(rows(id) * cols(id) / 2, slopes_rows{tape_.windows[at(n.i)], a, seen(n.e, n.b), place(n.c), y});
            case verb::logsumexp: return q.each(rows(id), logsumexp_of_rows{a, y, narrow(cols(n.a))});
            case verb::solve: return q.each(rows(id), solve_rows{a, b, y, n.k, n.l, n.i != 0});
            case verb::cholesky: return q.each(rows(id), cholesky_of_rows{a, y, n.k});
            default: throw recording_error("elbo: the device has no kernel for a verb");
        }
    }

    // What a batch size needs: its launches, recorded when first asked for, and the list that they read.
    struct batch_run {
        on_device::recording      launches;
        memory<on_device::piece> pieces;
    };
    ELBO_OUTLINE void run() {
        const on_device::queue& q     = machine_.started();
        batch_run&              known = runs_[counts_];
        if (!known.launches.is_made()) {
            if (known.pieces.size() == 0) known.pieces = memory<on_device::piece>(list_.effects.size() + shown_.size());
            write_pieces();
            q.copy(known.pieces.data(), pieces_.data(), pieces_.size() * sizeof(on_device::piece));
            if (on_device::records) {  // what libraries and drivers load when first called, they load now; only pieces change a state
                for (index l = 0; l < list_.launches.size(); ++l) start(l);
                q.wait();
            }
        }
        known.launches.run(q, [&] {
            start_all();
            machine_.each_element(pieces_.empty() ? 0 : pieces_.back().end, on_device::copy_pieces{known.pieces.data()});
        });
    }

    device&                     machine_;
    tape                        tape_;
    row_counts                  capacity_, counts_{1, 0, 0, 0};
    bool                        written_ = false;
    std::array<bool, most_axes> uses_axis_{};
    launch_list                 list_;
    std::vector<std::int64_t>   offset_;
    std::vector<index>          input_at_, table_at_;
    std::vector<extent>         input_size_;
    struct scratch {
        index at = 0, floats = 0;  // in the arena
    } of_sums_, of_windows_;
    float *                     parameters_ = nullptr, *gradients_ = nullptr, *state_ = nullptr;
    std::vector<unsigned char>  message_;
    std::vector<shown>          shown_;
    std::vector<on_device::instruction> code_;
    std::vector<index>                  code_at_, turn_;  // by launch: its instructions, which scratch or workspace it has
    on_device::launch_order             order_;
    std::vector<int>                    turns_;
    std::vector<on_device::piece>       pieces_;
    memory<float>                       arena_, tables_;
    memory<unsigned char>               sent_;
    std::map<row_counts, batch_run>     runs_;
    staging                             results_;
};

}  // namespace elbo
