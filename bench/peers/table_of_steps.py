# SPDX-License-Identifier: MIT
# table_of_steps.py PROGRAMS: times every model by every program in turns, so that a noisy neighbour meets all of them, and prints the
# table of medians. bench/run calls it. The environment says TURNS and MODELS, and what programs.py reads.
import os
import sys

from programs import NEW, OLD, PROGRAMS, Peer, median, ours, output_of, shown, version

TURNS = int(os.environ.get("TURNS", 5))
ADAM = 4, 7  # arrays; streams: parameters, two moments and gradients are read, three of them written


def peers():
    """Heading -> what starts it for so many threads, or None."""
    old, new, jax = version(OLD, "torch"), version(NEW, "torch"), version(NEW, "jax")
    return {
        f"PyTorch {old or 'of Debian'}": old and (lambda threads: Peer(threads, OLD, "pytorch.py", "eager")),
        f"PyTorch {new or 'newest'}": new and (lambda threads: Peer(threads, NEW, "pytorch.py", "eager")),
        "compiled": new and (lambda threads: Peer(threads, NEW, "pytorch.py", "compiled")),
        f"JAX {jax or ''}".strip(): jax and (lambda threads: Peer(threads, NEW, "jax_peer.py")),
    }


def main():
    costs = {}  # images, FLOPs and parameters of a step
    for line in output_of(os.path.join(PROGRAMS, "train_step"), "cost").splitlines():
        name, *numbers = line.split()
        costs[name] = [int(n) for n in numbers]
    models = os.environ.get("MODELS", "").split() or list(costs)
    all = peers()
    headings = list(all)
    print("| model, threads | elbo | of the limit | " + " | ".join((headings[0], "ratio", *headings[1:], "ratio to the fastest new")) + " |")
    print("|---" * (len(headings) + 5) + "|", flush=True)
    ceilings = []
    for threads in (1, 2):
        sizes = [f"{4 * ADAM[0] * costs[m][2] / 1e6:.1f}" for m in models]
        limits = []  # of each turn: the peak, and for each model the bandwidth
        running = {heading: start and start(threads) for heading, start in all.items()}
        speeds = {m: {heading: [] for heading in ("elbo", *headings)} for m in models}
        for turn in range(TURNS + 1):  # the first warms the peers up: what is compiled is compiled
            limits.append([float(word) for line in ours("limits", threads, *sizes) for word in line])
            for m in models:
                if turn > 0:
                    speeds[m]["elbo"].append(float(ours("train_step", threads, m)[0][3]))
                for heading, peer in running.items():
                    speed = peer(m) if peer else None
                    if turn > 0 and peer:
                        speeds[m][heading].append(speed)
            print(f"threads: {threads}, turn {turn} of {TURNS}", file=sys.stderr)
        for peer in running.values():
            if peer:
                peer.close()
        peak, *bandwidth = (max(of_turns) for of_turns in zip(*limits))
        ceilings.append(f"{threads} thread{'s' * (threads > 1)}: {peak:.0f} GFLOP/s, "
                        f"{min(bandwidth):.0f} to {max(bandwidth):.0f} GB/s in arrays of that size")
        for m, gigabytes in zip(models, bandwidth):
            images, flops, parameters = costs[m]
            limit = images / (flops / (1e9 * peak) + 4 * ADAM[1] * parameters / (1e9 * gigabytes))
            own, *theirs = (median(speeds[m][heading]) for heading in ("elbo", *headings))
            fastest = max((x for x in theirs[1:] if x and x == x), default=None)
            cells = [f"{m}, {threads}", shown(own), f"{own / limit:.0%}", shown(theirs[0]),
                     shown(own / theirs[0], "{:.2f}") if theirs[0] else "", *map(shown, theirs[1:]),
                     shown(own / fastest, "{:.2f}") if fastest else ""]
            print("| " + " | ".join(cells) + " |", flush=True)
    print()
    print("The limit: the step's FLOPs, as its tape counts them, at the peak of multiplications and additions of floats, and "
          "(convolutions of many channels take fewer than that, so that photo_vae may be above) "
          f"then one pass of Adam over its {ADAM[0]} arrays at the bandwidth of this machine. " + "; ".join(ceilings) + ".")


if __name__ == "__main__":
    main()
