# SPDX-License-Identifier: MIT
# table_of_compiling.py PROGRAMS: processor seconds and MB that g++ -O2 -c takes for examples/first_model.cpp, a trainer of fc_vae, and
# for libtorch_fc_vae.cpp, the same with libtorch; medians. libtorch is compiled once, as elbo::compiled is. The environment says CXX,
# and what programs.py reads.
import os
import subprocess

from programs import HERE, NEW, OLD, median, output_of, shown, version

TURNS = min(3, int(os.environ.get("TURNS", 5)))
ROOT = os.path.dirname(os.path.dirname(HERE))
THEIRS = os.path.join(HERE, "libtorch_fc_vae.cpp")
DEBIANS = "/usr/include/torch/csrc/api/include"  # of libtorch-dev


def folders_of(python):
    """Where a Python's PyTorch has the headers of its libtorch."""
    if not version(python, "torch"):
        return None
    folders = output_of(python, "-c", "import torch.utils.cpp_extension as t; print('\\n'.join(t.include_paths()))", stderr=subprocess.DEVNULL).splitlines()
    return folders if any(os.path.exists(os.path.join(folder, "torch", "torch.h")) for folder in folders) else None


def cost(source, flags, folders):
    process = subprocess.Popen([os.environ.get("CXX", "g++"), *flags, "-O2", *("-I" + folder for folder in folders), "-c", source, "-o", os.devnull],
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = status
    return (used.ru_utime + used.ru_stime, used.ru_maxrss * 1024 / 1e6) if status == 0 else (float("nan"), float("nan"))


def main():
    old, new = version(OLD, "torch"), version(NEW, "torch")
    ours, headers = os.path.join(ROOT, "examples", "first_model.cpp"), [os.path.join(ROOT, "include")]
    rows = {"elbo::compiled": (ours, ["-std=c++20", "-DELBO_COMPILED"], headers),
            "elbo, headers alone": (ours, ["-std=c++20"], headers),
            f"libtorch {old or 'of Debian'}": os.path.isdir(DEBIANS) and (THEIRS, ["-std=c++17"], [DEBIANS]),
            f"libtorch {new or 'newest'}": (folders := folders_of(NEW)) and (THEIRS, ["-std=c++20"], folders)}
    found = {name: [] for name in rows}
    for _ in range(TURNS):
        for name, how in rows.items():
            if how:
                found[name].append(cost(*how))
    print("| fc_vae and its training | seconds | MB | of the seconds, elbo::compiled (headers alone) | of the MB |")
    print("|---|---|---|---|---|")
    own = [[median(numbers) for numbers in zip(*found[name])] for name in list(rows)[:2]]
    for name, of_turns in found.items():
        seconds, megabytes = map(median, zip(*of_turns)) if of_turns else (None, None)
        ratios = [f"{own[0][k] / whole:.2f} ({own[1][k] / whole:.2f})" for k, whole in enumerate((seconds, megabytes)) if whole]
        parts = ratios if "libtorch" in name and of_turns else ["", ""]
        print(f"| {name} | {shown(seconds, '{:.1f}')} | {shown(megabytes)} | " + " | ".join(parts) + " |", flush=True)


main()
