# SPDX-License-Identifier: MIT
# table_of_start.py PROGRAMS: seconds from the start of a process to the end of its first training step of fc_vae on MNIST, and what
# part of a step making its batch takes; medians. The environment says ELBO_DATA, a folder that has a folder mnist.
import os
import statistics
import subprocess
import time

from programs import PROGRAMS, environment

TURNS = int(os.environ.get("TURNS", 5))
FOLDER = os.path.join(os.environ.get("ELBO_DATA", ""), "mnist")


def run(threads, *how):
    """Seconds to the first step; microseconds of a step and of making its batch."""
    begin = time.perf_counter()
    with subprocess.Popen([os.path.join(PROGRAMS, "start"), str(threads), FOLDER, *how], stdout=subprocess.PIPE, text=True,
                          env=environment(threads)) as process:
        assert process.stdout.readline() == "first step\n"
        seconds = time.perf_counter() - begin
        step, batch = map(float, process.stdout.readline().split())
    return seconds, step, batch


def main():
    if not os.environ.get("ELBO_DATA") or not os.path.isdir(FOLDER):
        print("Skipped: ELBO_DATA names no folder that has a folder mnist.")
        return
    print("| fc_vae on MNIST, threads | start to first step, s | a step, us | making its batch, us | of the step |")
    print("|---|---|---|---|---|")
    for threads in (1, 2):
        for heading, *how in ("grey pixels",), ("pixels drawn anew", "binarise"):
            run(threads, *how)  # the files are in memory from here on
            seconds, steps, batches = zip(*(run(threads, *how) for _ in range(TURNS)))
            share = statistics.median(b / s for b, s in zip(batches, steps))
            print(f"| {heading}, {threads} | {statistics.median(seconds):.2f} | {statistics.median(steps):,.0f} | {statistics.median(batches):,.0f} "
                  f"| {share:.1%} |", flush=True)


main()
