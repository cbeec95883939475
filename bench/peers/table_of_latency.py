# SPDX-License-Identifier: MIT
# table_of_latency.py PROGRAMS: one image encoded and its code decoded, by ours and by others, in turns.
import os
import subprocess

from programs import HERE, NEW, OLD, environment, median, ours, output_of, version

OURS_ALONE = "fc_vae_bf16"
TURNS = min(3, int(os.environ.get("TURNS", 5)))


def timed(threads, python, way):
    try:
        out = output_of(python, os.path.join(HERE, "latency.py"), way, str(threads), stderr=subprocess.DEVNULL,
                        env=environment(threads, python, "latency.py"))
        return [line.split() for line in out.splitlines()]
    except subprocess.CalledProcessError:
        return []


def main():
    old, new, onnx = version(OLD, "torch"), version(NEW, "torch"), version(NEW, "onnxruntime")
    ways = {
        "elbo": lambda threads: ours("latency", threads),
        f"PyTorch {old or 'of Debian'}": old and (lambda threads: timed(threads, OLD, "eager")),
        "traced": old and (lambda threads: timed(threads, OLD, "traced")),
        f"PyTorch {new or 'newest'}, compiled": new and (lambda threads: timed(threads, NEW, "compiled")),
        f"ONNX Runtime {onnx or ''}".strip(): new and onnx and (lambda threads: timed(threads, NEW, "onnx")),
    }
    print("| model, threads | " + " | ".join(ways) + " |")
    print("|---" * (len(ways) + 1) + "|")
    for threads in (1, 2):
        found = {}
        for _ in range(TURNS):
            for way, run in ways.items():
                for model, *microseconds in run(threads) if run else []:
                    found.setdefault((model, way), []).append([float(x) for x in microseconds])
        for model in ("fc_vae", OURS_ALONE, "conv_vae"):
            cells = []
            for way, run in ways.items():
                if model == OURS_ALONE and way != "elbo":
                    cells.append("")
                    continue
                numbers = [median(of_turns) for of_turns in zip(*found.get((model, way), []))]
                cells.append("{:.0f} ({:.0f}, {:.0f})".format(*numbers) if numbers else "fails" if run else "not installed")
            print(f"| {model}, {threads} | " + " | ".join(cells) + " |", flush=True)


main()
