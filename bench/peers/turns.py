# SPDX-License-Identifier: MIT
# turns.py PROGRAMS: times every model by every program in turns, so that a noisy neighbour meets all of them, and prints the
# table of medians. bench/run calls it, and says by the environment: PYTHON has an old PyTorch, PEERS_PYTHON has new peers
# (either may have none), OPENBLAS a folder with the BLAS of the old one, PRELOAD_FOR_MKL a library that the new one
# starts with; TURNS and MODELS.
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = sys.argv[1]
TURNS = int(os.environ.get("TURNS", 5))
OLD, NEW = os.environ.get("PYTHON", "python3"), os.environ.get("PEERS_PYTHON", "")
ADAM = 4, 7  # arrays; streams: parameters, two moments and gradients are read, three of them written


def output_of(*command, **options):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def environment(threads, python=None, script=None):
    count = str(threads)
    all = {**os.environ, "OMP_NUM_THREADS": count, "OPENBLAS_NUM_THREADS": count, "MKL_NUM_THREADS": count, "JAX_PLATFORMS": "cpu"}
    if python == OLD and "OPENBLAS" in os.environ:
        all["LD_LIBRARY_PATH"] = os.environ["OPENBLAS"]
    if python == NEW and script != "jax_peer.py" and "PRELOAD_FOR_MKL" in os.environ:
        all["LD_PRELOAD"] = os.environ["PRELOAD_FOR_MKL"]
    return all


def version(python, module):
    """None where it is not installed."""
    if not python:
        return None
    try:
        return output_of(python, "-c", f"import {module}; print({module}.__version__)", stderr=subprocess.DEVNULL).strip()
    except (subprocess.CalledProcessError, OSError):
        return None


class Peer:
    """A program that stays, so that it compiles once; it is asked for one timing after another."""

    def __init__(self, threads, python, script, *arguments):
        self.process = subprocess.Popen([python, os.path.join(HERE, script), *arguments, str(threads)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment(threads, python, script))

    def __call__(self, what):
        try:
            print(what, file=self.process.stdin, flush=True)
            return float(self.process.stdout.readline())
        except (OSError, ValueError):  # it could not
            return None

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def peers():
    """Heading -> what starts it for so many threads, or None."""
    old, new, jax = version(OLD, "torch"), version(NEW, "torch"), version(NEW, "jax")
    return {
        f"PyTorch {old or ''}": old and (lambda threads: Peer(threads, OLD, "pytorch.py", "eager")),
        f"PyTorch {new or 'newest'}": new and (lambda threads: Peer(threads, NEW, "pytorch.py", "eager")),
        "compiled": new and (lambda threads: Peer(threads, NEW, "pytorch.py", "compiled")),
        f"JAX {jax or ''}": jax and (lambda threads: Peer(threads, NEW, "jax_peer.py")),
    }


def shown(x, form="{:,.0f}"):
    return "not installed" if x is None else form.format(x) if x == x else "fails"


def median(numbers):
    return None if not numbers else float("nan") if None in numbers else statistics.median(numbers)


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
        peak, *bandwidth = map(float, output_of(os.path.join(PROGRAMS, "limits"), str(threads), *sizes).split())
        ceilings.append(f"{threads} thread{'s' * (threads > 1)}: {peak:.0f} GFLOP/s, "
                        f"{min(bandwidth):.0f} to {max(bandwidth):.0f} GB/s in arrays of that size")
        running = {heading: start and start(threads) for heading, start in all.items()}
        speeds = {m: {heading: [] for heading in ("elbo", *headings)} for m in models}
        for turn in range(TURNS + 1):  # the first warms the peers up: what is compiled is compiled
            for m in models:
                if turn > 0:
                    ours = output_of(os.path.join(PROGRAMS, "train_step"), str(threads), m, env=environment(threads))
                    speeds[m]["elbo"].append(float(ours.split()[3]))
                for heading, peer in running.items():
                    speed = peer(m) if peer else None
                    if turn > 0 and peer:
                        speeds[m][heading].append(speed)
            print(f"threads: {threads}, turn {turn} of {TURNS}", file=sys.stderr)
        for peer in running.values():
            if peer:
                peer.close()
        for m, gigabytes in zip(models, bandwidth):
            images, flops, parameters = costs[m]
            limit = images / (flops / (1e9 * peak) + 4 * ADAM[1] * parameters / (1e9 * gigabytes))
            ours, *theirs = (median(speeds[m][heading]) for heading in ("elbo", *headings))
            fastest = max((x for x in theirs[1:] if x and x == x), default=None)
            cells = [f"{m}, {threads}", shown(ours), f"{ours / limit:.0%}", shown(theirs[0]),
                     shown(ours / theirs[0], "{:.2f}") if theirs[0] else "", *map(shown, theirs[1:]), shown(ours / fastest, "{:.2f}") if fastest else ""]
            print("| " + " | ".join(cells) + " |", flush=True)
    print()
    print("The limit: the step's FLOPs, as its tape counts them, at the peak of multiplications and additions of floats, and "
          f"then one pass of Adam over its {ADAM[0]} arrays at the bandwidth of this machine. " + "; ".join(ceilings) + ".")


if __name__ == "__main__":
    main()
